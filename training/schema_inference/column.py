"""What one column of a file seems to be: a feature, or the reason why it is none."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contract.blocks import ID_COLUMNS
from contract.schema import Feature, FeatureType, Level, LocalizedText
from tabular.report import ColumnReport
from tabular.values import Interpretation
from training.schema_inference.bounds import round_bounds
from training.schema_inference.codes import find_codes
from training.schema_inference.dates import date_numbers
from training.schema_inference.identifiers import can_be_customer_number, identifier_reason, is_coded, names_amount
from training.schema_inference.labels import readable_label
from training.schema_inference.levels import order_levels
from training.schema_inference.sensitive import sensitive_subject

LEFT_OUT = "left out"
"""What a column is understood as that is no feature."""

MAX_LEVELS = 50
"""Text with more different values is free text or names: trees cannot use it, and it may name people."""

MAX_CODES = 10
"""A sensitive column of whole numbers with at most this many values holds codes (1 male, 2 female), not amounts."""

MAX_INTEGER_SPAN = 200
"""Whole numbers that span more than this are taken for amounts, where a fraction is no mistake."""

_NATURAL_BOUNDS = ((0.0, 1.0), (0.0, 100.0))
"""Beyond them a share or percentage is wrong. Other amounts may be greater in the next file: trees read them as the
nearest bound in any case."""

_FLAGS = {"0": LocalizedText(fr="non", en="no"), "1": LocalizedText(fr="oui", en="yes")} | {
    "false": LocalizedText(fr="non", en="no"),
    "true": LocalizedText(fr="oui", en="yes"),
}


@dataclass(frozen=True)
class InferredColumn:
    """What a column seems to be, and the line about it for people."""

    report: ColumnReport
    feature: Feature | None = None
    is_identifier: bool = False
    """Whether it may be the customer number."""


@dataclass(frozen=True)
class _Column:
    """A column and what is known about it before its kind is decided."""

    name: str
    feature_name: str
    written: pa.Array
    found: Interpretation

    def left_out(self, because: str, note: str = "", *, is_identifier: bool = False) -> InferredColumn:
        """Return that the column is no feature."""
        return InferredColumn(self._report(LEFT_OUT, because, note), is_identifier=is_identifier)

    def feature(self, understood_as: str, because: str, note: str, feature: Feature) -> InferredColumn:
        """Return that the column is a feature."""
        return InferredColumn(self._report(understood_as, because, note), feature)

    def _report(self, understood_as: str, because: str, note: str) -> ColumnReport:
        notes = (note, self.found.note, self.found.question)
        return ColumnReport(self.name, understood_as, because, self.found.missing, "; ".join(filter(None, notes)))


def infer_column(name: str, feature_name: str, written: pa.Array, found: Interpretation) -> InferredColumn:
    """Return what a column seems to be. `written` is the column as in the source, `found` what its values mean."""
    column = _Column(name, feature_name, written, found)
    if found.kind == "empty":
        return column.left_out("has no value")
    if feature_name in ID_COLUMNS:
        return column.left_out(
            "the name of a request's own field", is_identifier=can_be_customer_number(name, found.values)
        )
    if found.kind == "date":
        return column.left_out("dates", "name the date to count the days to with --date or --reference-date")
    numbers = found.values if found.kind == "number" else None
    text = found.values if found.kind == "text" else pc.cast(found.values, pa.string())
    if found.kind != "boolean" and (
        reason := identifier_reason(name, numbers, text, is_amount=numbers is not None and _written_as_amount(written))
    ):
        return column.left_out(reason, is_identifier=can_be_customer_number(name, found.values))
    if numbers is not None:
        return _number(column, numbers)
    return _choice(column, text)


def _written_as_amount(written: pa.Array) -> bool:
    """Return whether a text is an amount: it has a currency, a decimal mark or thousands marks."""
    if not (pa.types.is_string(written.type) or pa.types.is_large_string(written.type)):
        return bool(pa.types.is_decimal(written.type))
    marked = pc.match_substring_regex(written.drop_null(), "[0-9][.,’' \u00a0\u202f][0-9]|[$€£¥%(]|[A-Z]{3}")
    share: float = pc.mean(marked).as_py() or 0.0
    return share > 0.5


def _number(column: _Column, numbers: pa.Array) -> InferredColumn:
    known = numbers.drop_null().to_numpy(zero_copy_only=False)
    known = known[np.isfinite(known)]
    if dates := date_numbers(column.name, known):
        return column.left_out(dates, "write them as dates to have ages in days counted")
    whole = bool(len(known) and np.all(known == np.floor(known)))
    distinct = len(np.unique(known))
    subject = sensitive_subject(column.name)
    if whole and set(np.unique(known)) <= {0.0, 1.0} and distinct == 2:
        return _choice(column, _whole_text(numbers), "only 0 and 1")
    if whole and ((subject and distinct <= MAX_CODES) or is_coded(column.name, distinct)):
        return _choice(column, _whole_text(numbers), f"{distinct} whole numbers that stand for something")
    codes = find_codes(known)
    amounts = known[~np.isin(known, [float(code) for code in codes])]
    unit = column.found.unit
    low, high = round_bounds(amounts, unit)
    count = whole and float(np.ptp(amounts)) <= MAX_INTEGER_SPAN and not (unit or names_amount(column.name))
    feature = Feature(
        name=column.feature_name,
        type=FeatureType.INTEGER if count else FeatureType.NUMBER,
        label=_label(column.name),
        minimum=low,
        maximum=high,
        outside="refuse" if (low, high) in _NATURAL_BOUNDS else "clip",
        unit=unit,
        codes={code: _code_words(code) for code in codes},
        missing_allowed=numbers.null_count > 0,
        sensitive=subject is not None,
        in_model=subject is None,
    )
    kind = "whole number" if count else "number"
    because = f"{distinct:,} different {'whole ' if whole else ''}numbers"
    return column.feature(
        f"{kind}, {low:,.10g} to {high:,.10g}", because, _notes(_codes_note(codes, len(known)), subject), feature
    )


def _whole_text(numbers: pa.Array) -> pa.Array:
    return pc.cast(pc.cast(numbers, pa.int64(), safe=False), pa.string())


def _choice(column: _Column, text: pa.Array, because: str = "") -> InferredColumn:
    values = pc.unique(text.drop_null()).to_pylist()
    if len(values) > MAX_LEVELS:
        return column.left_out(f"{len(values):,} different texts, more than the {MAX_LEVELS} of a choice")
    found = order_levels(values)
    subject = sensitive_subject(column.name)
    flag = all(value in _FLAGS for value in values)
    feature = Feature(
        name=column.feature_name,
        type=FeatureType.CATEGORICAL,
        label=_label(column.name),
        levels=tuple(Level(value, _level_words(value, flag=flag)) for value in found.levels),
        missing_allowed=text.null_count > 0,
        sensitive=subject is not None,
        in_model=subject is None,
    )
    order = "in the order: " + ", ".join(_shortened(found.levels)) if found.ordered and not flag else ""
    understood = "yes or no" if flag else f"choice of {len(values)}"
    return column.feature(understood, because or f"{len(values)} different texts", _notes(order, subject), feature)


def _label(name: str) -> LocalizedText:
    text = readable_label(name)
    return LocalizedText(fr=text, en=text)


def _level_words(value: str, *, flag: bool) -> LocalizedText:
    return _FLAGS[value] if flag else LocalizedText(fr=value, en=value)


def _code_words(code: str) -> LocalizedText:
    shown = code.replace("-", "−")
    return LocalizedText(fr=f"code {shown}", en=f"code {shown}")


def _codes_note(codes: Mapping[str, int], known: int) -> str:
    if not codes:
        return ""
    listed = ", ".join(f"{code.replace('-', '−')} ({count:,} of {known:,})" for code, count in codes.items())
    return f"taken for special codes, not amounts: {listed}"


def _notes(note: str, subject: str | None) -> str:
    sensitive = f"sensitive ({subject}): not in the model, only in its fairness report" if subject else ""
    return "; ".join(filter(None, (sensitive, note)))


def _shortened(levels: tuple[str, ...], most: int = 6) -> tuple[str, ...]:
    return levels if len(levels) <= most else (*levels[: most - 2], "…", levels[-1])
