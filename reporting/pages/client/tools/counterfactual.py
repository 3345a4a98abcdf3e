"""Counterfactuals: changes that bring a client below the threshold, and how they are phrased. No I/O."""

from dataclasses import dataclass
from typing import TypeAlias

from contract.encoding import level_text
from contract.schema import FeatureSchema, FeatureType, Language
from presentation.values import distinct_percentages, value_text
from presentation.wording import say

FeatureValue: TypeAlias = float | str
"""A feature's value as requests write it: a number, or the level of a choice."""


@dataclass(frozen=True)
class FeatureChange:
    """One feature's value today, and what it would be."""

    feature: str
    before: FeatureValue | None
    """None: not provided, so only an advisor who tries something out can set it."""
    after: FeatureValue


@dataclass(frozen=True)
class Counterfactual:
    """Changes that together bring the client under the threshold, as scored by the worker."""

    changes: tuple[FeatureChange, ...]
    probability: float
    """PD with the changes."""
    cost: float
    """How far the changes move the client among all clients: sum of the shares of people passed by."""


def change_text(change: FeatureChange, schema: FeatureSchema, language: Language) -> str:
    """Return one change: label, before → after."""
    feature = schema[change.feature]
    before, after = (value_text(feature, value, schema, language) for value in (change.before, change.after))
    return say(language, "what_if.change", label=feature.label[language], before=before, after=after)


def counterfactual_text(
    counterfactual: Counterfactual, schema: FeatureSchema, threshold: float, language: Language
) -> str:
    """Return a proposal as one sentence: if this went from here to there, the probability would be so much."""
    parts = [_moved(change, schema, language) for change in counterfactual.changes]
    pd, limit = distinct_percentages(counterfactual.probability, threshold, language)
    return say(language, "recourse.if", changes=say(language, "recourse.and").join(parts), pd=pd, threshold=limit)


def _moved(change: FeatureChange, schema: FeatureSchema, language: Language) -> str:
    feature = schema[change.feature]
    before, after = (value_text(feature, value, schema, language) for value in (change.before, change.after))
    in_words = feature.type is FeatureType.CATEGORICAL or level_text(change.after) in feature.value_labels
    key = "recourse.turned" if in_words else "recourse.moved"
    return say(language, key, label=feature.label[language], before=before, after=after)
