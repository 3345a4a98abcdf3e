"""Counterfactuals: changes that bring a client below the threshold, and how they are phrased. No I/O."""

from dataclasses import dataclass
from typing import TypeAlias

from contract.coercion import level_text
from contract.schema import FeatureSchema, FeatureType
from presentation.locale import Locale

FeatureValue: TypeAlias = float | str
"""A feature's value as requests write it: a number, or the level of a choice."""


@dataclass(frozen=True)
class FeatureChange:
    """One feature's value today, and what it would be."""

    feature: str
    before: FeatureValue | None
    """None: not provided, so only a simulation can set it."""
    after: FeatureValue


@dataclass(frozen=True)
class Counterfactual:
    """Changes that together bring the client under the threshold, as scored by the worker."""

    changes: tuple[FeatureChange, ...]
    probability: float
    """PD with the changes."""
    cost: float
    """How far the changes move the client among all clients: sum of the shares of people passed by."""


def change_text(change: FeatureChange, schema: FeatureSchema, locale: Locale) -> str:
    """Return one change: label, before → after."""
    feature = schema[change.feature]
    before, after = (locale.value(feature, value, schema) for value in (change.before, change.after))
    return locale.text("what_if.change", label=locale.label(feature), before=before, after=after)


def counterfactual_text(counterfactual: Counterfactual, schema: FeatureSchema, threshold: float, locale: Locale) -> str:
    """Return a proposal as one sentence: if this went from here to there, the probability would be so much."""
    parts = [_moved(change, schema, locale) for change in counterfactual.changes]
    pd, limit = locale.distinct_percentages(counterfactual.probability, threshold)
    return locale.text("recourse.if", changes=locale.text("recourse.and").join(parts), pd=pd, threshold=limit)


def _moved(change: FeatureChange, schema: FeatureSchema, locale: Locale) -> str:
    feature = schema[change.feature]
    before, after = (locale.value(feature, value, schema) for value in (change.before, change.after))
    in_words = feature.type is FeatureType.CATEGORICAL or level_text(change.after) in feature.value_labels
    key = "recourse.turned" if in_words else "recourse.moved"
    return locale.text(key, label=locale.label(feature), before=before, after=after)
