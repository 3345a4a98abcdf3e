"""The client search as a state machine, and the data of the table that shows its result. No I/O.

A result whose sequence number is not the current one arrives too late and is ignored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from contract.schema import Feature, FeatureSchema, FeatureType
from db.client_fit import lacking_features
from db.clients import Client, ClientQuery, ClientSearchResult, LevelCriterion, RangeCriterion
from presentation.locale import Locale
from reporting.problems import Problem
from reporting.widgets.filters import features_by_prominence

PAGE_SIZE = 10
"""As many rows as fit on a laptop screen without scrolling."""

FEATURE_COLUMNS = 4
"""Beside the reference; narrow screens show fewer."""

SHORT_REFERENCE_LENGTH = 10
"""Characters of a reference in the list: 40 bits tell one bank's clients apart; the client file shows it whole."""

REFERENCE = "client_ref"


def client_table_data(
    schema: FeatureSchema,
    page: ClientSearchResult,
    locale: Locale,
    *,
    number: int,
    sort: str | None,
    descending: bool,
    selected: str | None,
) -> dict[str, Any]:
    """Return the table's `view`: `number` is the page's, from 0."""
    features = features_by_prominence(schema)[:FEATURE_COLUMNS]
    first, last = number * PAGE_SIZE + 1, number * PAGE_SIZE + len(page.clients)
    return {
        "caption": locale.text("table.caption"),
        "columns": [_reference_column(locale), *(_column(feature, locale) for feature in features)],
        "rows": [_row(client, features, schema, locale) for client in page.clients],
        "selected": selected,
        "sort": sort or REFERENCE,
        "descending": descending,
        "page": number,
        "has_next": last < page.total or (not page.exact and len(page.clients) == PAGE_SIZE),
        "range": _range(first, last, locale) if page.clients else "",
        "previous": locale.text("table.previous"),
        "next": locale.text("table.next"),
        "busy": False,
        "skeleton": False,
        "page_rows": PAGE_SIZE,
    }


def match_count_text(page: ClientSearchResult, locale: Locale) -> str:
    """Return how many clients match, in words."""
    if page.total == 0:
        return locale.text("find.count_none")
    if page.total == 1:
        return locale.text("find.count_one")
    key = "find.count" if page.exact else "find.count_more"
    return locale.text(key, count=locale.number(page.total))


def unfit_text(schema: FeatureSchema, clients: Sequence[Client], locale: Locale) -> str:
    """Return what the model needs and these clients lack, in a sentence; empty if all of them can be scored."""
    lacking = {name for client in clients for name in lacking_features(schema, client.attributes)}
    labels = [locale.label(feature) for feature in schema if feature.name in lacking]
    return locale.text("table.unfit", features=", ".join(labels)) if labels else ""


def _range(first: int, last: int, locale: Locale) -> str:
    return locale.text("table.range", first=locale.number(first), last=locale.number(last))


def _reference_column(locale: Locale) -> dict[str, Any]:
    label = locale.text("table.reference")
    return {"name": REFERENCE, "label": label, "numeric": False, "sort_hint": locale.text("table.sort", label=label)}


def _column(feature: Feature, locale: Locale) -> dict[str, Any]:
    label = locale.label(feature)
    return {
        "name": feature.name,
        "label": label,
        "numeric": feature.type is not FeatureType.CATEGORICAL and not feature.value_labels,
        "sort_hint": locale.text("table.sort", label=label),
    }


def _row(client: Client, features: list[Feature], schema: FeatureSchema, locale: Locale) -> dict[str, Any]:
    short = client.client_ref[:SHORT_REFERENCE_LENGTH]
    return {
        "ref": client.client_ref,
        "short": short,
        "open_hint": locale.text("table.open", ref=short),
        "cells": [locale.value(feature, client.attributes.get(feature.name), schema) for feature in features],
    }


@dataclass(frozen=True)
class ClientSearch:
    """Text, criteria, order and page of a search, and its result."""

    text: str = ""
    criteria: Sequence[RangeCriterion | LevelCriterion] = ()
    sort: str | None = None
    descending: bool = False
    page: int = 0
    outcome: ClientSearchResult | Problem | None = None
    busy: bool = False
    request_seq: int = 0

    @property
    def query(self) -> ClientQuery:
        """The query for the database."""
        return ClientQuery(self.text.strip(), self.criteria, self.sort, self.descending)

    @property
    def offset(self) -> int:
        """Position of the page's first client."""
        return self.page * PAGE_SIZE

    def filter(self, text: str, criteria: Sequence[RangeCriterion | LevelCriterion]) -> "ClientSearch":
        """Change text and criteria, and go to the first page."""
        return replace(self, text=text, criteria=criteria, page=0)._requested()

    def sort_by(self, name: str) -> "ClientSearch":
        """Sort by a column; a second time turns the order around."""
        sort = None if name == REFERENCE else name
        return replace(self, sort=sort, descending=sort == self.sort and not self.descending, page=0)._requested()

    def go_to_page(self, page: int) -> "ClientSearch":
        """Go to another page."""
        return replace(self, page=max(0, page))._requested()

    def refresh(self) -> "ClientSearch":
        """Run the same search again."""
        return self._requested()

    def with_result(self, request_seq: int, outcome: ClientSearchResult | Problem) -> "ClientSearch":
        """Store the result, unless a newer search was started."""
        return self if request_seq != self.request_seq else replace(self, outcome=outcome, busy=False)

    def _requested(self) -> "ClientSearch":
        return replace(self, busy=True, request_seq=self.request_seq + 1)
