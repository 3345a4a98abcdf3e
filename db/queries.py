"""Selecting clients: from what an advisor asks to SQL. No I/O.

Feature names come from the schema only, and every value is a bound parameter.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, cast, false, func, literal, select, union_all

from contract.schema import Feature, FeatureSchema, FeatureType
from db.errors import FilterError
from db.tables import ClientRow


@dataclass(frozen=True)
class RangeCriterion:
    """A number between bounds, both included; None leaves a side open."""

    feature: str
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class LevelCriterion:
    """A choice that has one of these levels, or a number that is one of these codes. None at all leaves it open."""

    feature: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class ClientQuery:
    """What an advisor looks for: the beginning of a client reference, criteria that all hold, and an order."""

    ref_prefix: str = ""
    criteria: Sequence[RangeCriterion | LevelCriterion] = ()
    sort: str | None = None
    """A feature's name; None sorts by client reference."""
    descending: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What it chooses and sorts by, for the access log: names of features and `client_ref`, no value."""
        prefix = ("client_ref",) if self.ref_prefix.strip() else ()
        chosen = (*prefix, *(criterion.feature for criterion in self.criteria), *((self.sort,) if self.sort else ()))
        return tuple(dict.fromkeys(chosen))


def feature_value(feature: Feature) -> ColumnElement[Any]:
    """Return a feature as an SQL expression that ranges and orders read: double precision, or text for a choice.

    NULL when missing, and for a code, which is no amount.
    """
    value: ColumnElement[Any] = stored_value(feature)
    for code in feature.codes:
        value = func.nullif(value, float(code))
    return value


def stored_value(feature: Feature) -> ColumnElement[Any]:
    """Return the same with codes as the numbers that stand for them."""
    text = ClientRow.attributes[feature.name].astext
    return text if feature.type is FeatureType.CATEGORICAL else cast(text, Float(53))


def find_feature(schema: FeatureSchema, name: str, column: int = 0) -> Feature:
    """Return the schema's feature of this name. Raises FilterError, with the name most like it."""
    if feature := schema.by_name.get(name):
        return feature
    alike = difflib.get_close_matches(name.upper(), {known.upper(): known for known in schema.by_name}, n=1)
    known = next((known for known in schema.by_name if alike and known.upper() == alike[0]), None)
    hint = f"; did you mean {known}?" if known else ""
    raise FilterError(f"the schema has no feature {name[:64]!r}{hint}", column)


def conditions(schema: FeatureSchema, query: ClientQuery) -> list[ColumnElement[bool]]:
    """Return the query's conditions, all of which hold for a client found. Raises FilterError."""
    clauses: list[ColumnElement[bool]] = []
    if "\0" in query.ref_prefix:  # PostgreSQL has no text with NUL
        return [false()]
    if prefix := query.ref_prefix.strip():
        clauses.append(ClientRow.client_ref.startswith(prefix, autoescape=True))
    for criterion in query.criteria:
        clauses.extend(_criterion(schema, criterion))
    return clauses


def _criterion(schema: FeatureSchema, criterion: RangeCriterion | LevelCriterion) -> list[ColumnElement[bool]]:
    feature = find_feature(schema, criterion.feature)
    value = feature_value(feature)
    if isinstance(criterion, LevelCriterion):
        if feature.type is FeatureType.CATEGORICAL:
            return [value.in_(criterion.levels)] if criterion.levels else []
        if unknown := [level for level in criterion.levels if level not in feature.codes]:
            raise FilterError(f"{feature.name} is a {feature.type} without code {unknown[0]}; select it by a range")
        return [stored_value(feature).in_([float(code) for code in criterion.levels])] if criterion.levels else []
    if feature.type is FeatureType.CATEGORICAL:
        raise FilterError(f"{feature.name} is a choice; select it by its levels")
    clauses = []
    if criterion.minimum is not None:
        clauses.append(value >= float(criterion.minimum))
    if criterion.maximum is not None:
        clauses.append(value <= float(criterion.maximum))
    return clauses


def page_statement(schema: FeatureSchema, query: ClientQuery, offset: int, limit: int) -> Select[Any]:
    """Return the statement for one page: client_ref and attributes, in a total order, missing values last.

    The order is the one of the index (value, client_ref), so that no page sorts all clients. Raises FilterError.
    """
    clauses = conditions(schema, query)
    ref = ClientRow.client_ref
    clients = select(ref, ClientRow.attributes).where(*clauses)
    if query.sort is None:
        return clients.order_by(ref.desc() if query.descending else ref).offset(offset).limit(limit)
    value = feature_value(find_feature(schema, query.sort))
    if not query.descending:
        return clients.order_by(value, ref).offset(offset).limit(limit)
    return _descending_page(clients, value, offset, limit)


def _descending_page(clients: Select[Any], value: ColumnElement[Any], offset: int, limit: int) -> Select[Any]:
    """An index read backwards has the missing values first: take both parts, each by the index, missing ones last."""
    ref, end = ClientRow.client_ref, offset + limit
    ranked = clients.add_columns(value.label("value"))
    present = (
        ranked.add_columns(literal(0).label("part"))
        .where(value.is_not(None))
        .order_by(value.desc(), ref.desc())
        .limit(end)
    )
    missing = (
        ranked.add_columns(literal(1).label("part"))
        .where(value.is_(None))
        .order_by(value.desc(), ref.desc())
        .limit(end)
    )
    both = union_all(present, missing).subquery()
    order = (both.c.part, both.c.value.desc(), both.c.client_ref.desc())
    return select(both.c.client_ref, both.c.attributes).order_by(*order).offset(offset).limit(limit)
