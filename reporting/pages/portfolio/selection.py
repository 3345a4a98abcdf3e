"""Which clients a run takes: how many they are, and the choice in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine

from contract.schema import FeatureSchema, Language
from db.clients import ClientQuery, count_clients
from db.errors import DatabaseError
from presentation.wording import say
from reporting.problems import Problem, problem_of
from reporting.widgets.filters import ChoiceFilter, FilterSpec, range_text


def count_selected(engine: Engine, schema: FeatureSchema, query: ClientQuery) -> int | Problem:
    """Return how many clients a query selects, or what stands in the way of counting them."""
    try:
        return count_clients(engine, schema, query)
    except DatabaseError as error:
        return problem_of(error)


def selection_text(
    specs: Sequence[FilterSpec], values: Mapping[str, Any], schema: FeatureSchema, language: Language
) -> str:
    """Return the filters that are set in words. `values`: (low, high) of a range, chosen levels of a choice."""
    parts = []
    for spec in specs:
        if (value := values.get(spec.feature.name)) is None:
            continue
        if isinstance(spec, ChoiceFilter):
            words = ", ".join(level.label[language] for level in spec.feature.levels if level.value in value)
        else:
            untouched = tuple(value) == (spec.start, spec.end)
            words = "" if untouched else range_text(spec, value, schema, language)
        if words:
            parts.append(f"{spec.feature.label[language]} ({words})")
    return " · ".join(parts) or say(language, "portfolio.all")
