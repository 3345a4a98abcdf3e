"""What a table of clients with known outcomes is understood to be: its outcome, customer numbers and features."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from msgspec import structs

from contract.errors import SchemaError
from contract.schema import FeatureSchema, LocalizedText, check_schema
from tabular.dates import dates_as_ages
from tabular.errors import TableError
from tabular.names import feature_name, feature_names
from tabular.report import ColumnReport
from tabular.table import Table
from tabular.values import interpret_columns
from training.errors import DataError, UnclearError
from training.given import Given
from training.schema_inference.column import InferredColumn, infer_column
from training.schema_inference.identifiers import names_customer
from training.schema_inference.labels import readable_label
from training.target import Outcomes, likely_targets, parse_target

_MAX_LISTED = 20
"""Columns named in a sentence."""


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """A table and what its columns are."""

    table: Table
    """With dates as ages, if they are counted."""
    target: str
    outcomes: Outcomes
    customer_number: str | None
    """None: the rows are numbered."""
    possible_numbers: tuple[str, ...]
    """Columns that could be the customer number as well."""
    schema: FeatureSchema
    columns: tuple[ColumnReport, ...]
    """One for each column of the source."""
    feature_columns: Mapping[str, str]
    """Feature → column of the source."""


def understand(table: Table, name: str, given: Given) -> Understanding:
    """Return what a table is understood to be; `name` becomes the schema's. Raises DataError, UnclearError."""
    for column in given.columns:
        check_column(table, column)
    target = given.target or _find_target(table)
    outcomes = parse_target(table, target, given.positive_label)
    aged, dates = with_ages(table, target, given)
    described = [column for column in aged.columns if column not in (target, *given.columns)]
    inferred = _infer(aged, described, dates, given)
    number, possible = _customer_number(given.customer_number, inferred)
    reports = {dates.get(column, column): entry.report for column, entry in inferred.items()}
    reports[target] = _target_report(target, outcomes)
    if number:
        because = reports[number].because if number in reports else "named by --customer-number"
        reports[number] = ColumnReport(number, "customer number", f"{because}; no feature")
    if given.date:
        reports[given.date] = ColumnReport(given.date, "date of the row", "named by --date")
    if given.weight:
        reports[given.weight] = ColumnReport(given.weight, "weight of the row", "named by --weight")
    if given.groups and given.groups != number:
        reports[given.groups] = ColumnReport(given.groups, "group of the row", "named by --groups")
    return Understanding(
        table=aged,
        target=target,
        outcomes=outcomes,
        customer_number=number,
        possible_numbers=possible,
        schema=_schema(name, inferred),
        columns=tuple(reports[column] for column in table.columns),
        feature_columns={entry.feature.name: dates.get(c, c) for c, entry in inferred.items() if entry.feature},
    )


def with_ages(table: Table, target: str, given: Given) -> tuple[Table, dict[str, str]]:
    """Return the table with dates as ages in days, if what they are counted to was given, and which columns are ages.

    Raises DataError.
    """
    if given.reference is None:
        return table, {}
    kept = {name: table.columns[name] for name in (target, given.customer_number, given.groups) if name}
    others = {name: values for name, values in table.columns.items() if name not in kept}
    try:
        aged, dates = dates_as_ages(replace(table, columns=others), given.reference, given.missing)
    except TableError as error:
        raise DataError(str(error)) from None
    return replace(table, columns=aged.columns | kept), dates


def _infer(table: Table, described: Sequence[str], dates: Mapping[str, str], given: Given) -> dict[str, InferredColumn]:
    names = feature_names(described)
    found = interpret_columns({column: table.columns[column] for column in described}, given.missing)
    inferred = {column: infer_column(column, names[column], table.columns[column], found[column]) for column in names}
    return inferred | {column: _as_age(inferred[column], of, given) for column, of in dates.items()}


def _as_age(found: InferredColumn, of: str, given: Given) -> InferredColumn:
    """Return a column of days as the column of dates that it was made of."""
    because = f"days from the date to {given.reference}"
    if found.feature is None:
        return replace(found, report=structs.replace(found.report, column=of))
    words = readable_label(of)
    label = LocalizedText(en=f"{words}: days since", fr=f"{words}\u202f: jours écoulés")
    report = structs.replace(found.report, column=of, because=f"{because}, as feature {found.feature.name}")
    return replace(found, report=report, feature=structs.replace(found.feature, label=label))


def _find_target(table: Table) -> str:
    possible, likely = likely_targets(table)
    if len(likely) == 1:
        hint = f" ({likely[0]!r} looks like it)"
    elif possible:
        hint = f" (columns with two values: {', '.join(map(repr, possible[:_MAX_LISTED]))})"
    else:
        raise DataError("no column has two values, as the outcome must have: is this the right table?")
    raise UnclearError("--target", f"say which column holds the outcome{hint}", tuple(likely or possible))


def _customer_number(given: str | None, inferred: Mapping[str, InferredColumn]) -> tuple[str | None, tuple[str, ...]]:
    if given:
        return given, ()
    identifiers = [column for column, entry in inferred.items() if entry.is_identifier]
    possible = [column for column in identifiers if names_customer(column)] or identifiers
    return (possible[0], ()) if len(possible) == 1 else (None, tuple(possible))


def check_customer_number(found: Understanding) -> None:
    """Raise UnclearError if several columns could be the customer number."""
    if found.possible_numbers:
        names = ", ".join(map(repr, found.possible_numbers))
        raise UnclearError(
            "--customer-number", f"say which column holds the customer number: {names} could", found.possible_numbers
        )


def _target_report(target: str, outcomes: Outcomes) -> ColumnReport:
    defaults = int(outcomes.values.sum())
    return ColumnReport(
        target,
        "outcome",
        f"{outcomes.positive_label!r} is a default, {outcomes.other_label!r} is none",
        note=f"{defaults:,} defaults in {len(outcomes.values):,} rows ({defaults / len(outcomes.values):.1%})",
    )


def _schema(name: str, inferred: Mapping[str, InferredColumn]) -> FeatureSchema:
    features = tuple(entry.feature for entry in inferred.values() if entry.feature)
    if not any(feature.in_model for feature in features):
        raise DataError("no column can serve as a feature of the model: all are sensitive or left out")
    units = Counter(feature.unit for feature in features if feature.unit not in (None, "%"))
    currency = units.most_common(1)[0][0] if units else None
    try:
        return check_schema(FeatureSchema(feature_name(name.lower()), features, currency=currency, draft=True))
    except SchemaError as error:
        raise DataError(str(error)) from None


def check_column(table: Table, column: str) -> None:
    """Raise DataError if the table has no such column."""
    if column not in table.columns:
        names = list(table.columns)
        more = f" and {len(names) - _MAX_LISTED} more" if len(names) > _MAX_LISTED else ""
        raise DataError(f"there is no column {column!r}; the columns are {', '.join(names[:_MAX_LISTED])}{more}")
