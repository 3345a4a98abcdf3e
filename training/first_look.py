"""What `neoscore init` says about a table that was understood: a line for each column, and what needs a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import structs

from contract.report import Leak, Proxy
from contract.schema import FeatureSchema
from tabular.report import ColumnReport, columns_json
from training.files import understood_frame
from training.given import Given
from training.leakage import find_leaks, leak_sentence
from training.proxies import find_proxies
from training.schema_inference.column import LEFT_OUT
from training.understanding import Understanding


@dataclass(frozen=True, kw_only=True)
class FirstLook:
    """All that there is to say."""

    rows: int
    schema: FeatureSchema
    columns: Sequence[ColumnReport]
    leaks: Sequence[Leak]
    proxies: Sequence[Proxy]
    notes: Sequence[str]
    """About the whole table."""
    customer_number: str | None

    @property
    def sentences(self) -> list[str]:
        """What follows the table of columns."""
        features = len(self.schema.model_features)
        out = sum(column.understood_as == LEFT_OUT for column in self.columns)
        counts = f"{self.rows:,} rows, {features} feature{'s' * (features != 1)} in the model"
        sensitive = len(self.schema.features) - features
        if sensitive:
            counts += f", {sensitive} sensitive for its fairness report"
        said = [f"{counts}, {out} column{'s' * (out > 1)} left out" if out else counts, *self.notes]
        if self.customer_number is None:
            said.append("no customer number was found: to load clients later, name its column by --customer-number")
        said += [
            f"{leak.feature!r} {leak_sentence(leak)}: if it is known only after the outcome, set its in_model to false "
            f"in the schema; otherwise train with --accept-leakage {leak.feature}; the model is not activated before"
            for leak in self.leaks
        ]
        said += [
            f"{proxy.feature!r} predicts {proxy.sensitive!r}, which is sensitive (ROC AUC {proxy.auc:.2f}): check that "
            "the model needs it"
            for proxy in self.proxies
        ]
        return said

    def as_json(self) -> dict[str, Any]:
        """Return the same for programs."""
        return {
            "rows": self.rows,
            "customer_number": self.customer_number,
            "columns": columns_json(self.columns),
            "leaks": msgspec.to_builtins(list(self.leaks)),
            "proxies": msgspec.to_builtins(list(self.proxies)),
            "notes": list(self.notes),
        }


def look_at(found: Understanding, given: Given) -> FirstLook:
    """Return what there is to say about a table."""
    frame = understood_frame(found, given)
    leaks = find_leaks(frame, found.schema.model_feature_names, found.outcomes.values)
    proxies = find_proxies(frame, found.schema)
    remarks: dict[str, list[str]] = {}
    for leak in leaks:
        remarks.setdefault(leak.feature, []).append(leak_sentence(leak))
    for proxy in proxies:
        remarks.setdefault(proxy.feature, []).append(f"predicts {proxy.sensitive} (ROC AUC {proxy.auc:.2f})")
    return FirstLook(
        rows=found.table.rows,
        schema=found.schema,
        columns=_with_remarks(found, remarks),
        leaks=leaks,
        proxies=proxies,
        notes=found.table.notes,
        customer_number=found.customer_number,
    )


def _with_remarks(found: Understanding, remarks: Mapping[str, Sequence[str]]) -> list[ColumnReport]:
    by_column = {found.feature_columns[feature]: said for feature, said in remarks.items()}
    return [
        structs.replace(report, note="; ".join(filter(None, (*by_column.get(report.column, ()), report.note))))
        for report in found.columns
    ]
