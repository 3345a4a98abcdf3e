"""Counterfactuals: changes that bring a client below the threshold, and how they are phrased. No I/O."""

from dataclasses import dataclass
from typing import TypeAlias

from contract.encoding import level_text
from contract.schema import FeatureSchema, FeatureType, Language
from presentation.values import distinct_percentages, value_text
from presentation.wording import say

Value: TypeAlias = float | str
"""A feature's value as requests write it: a number, or the level of a choice."""


@dataclass(frozen=True)
class Change:
    """One feature's value today, and what it would be."""

    feature: str
    before: Value | None
    """None: not provided, so only an advisor who tries something out can set it."""
    after: Value


@dataclass(frozen=True)
class Proposal:
    """Changes that together bring the client under the threshold, as scored by the worker."""

    changes: tuple[Change, ...]
    probability: float
    """PD with the changes."""
    cost: float
    """How far the changes move the client among all clients: sum of the shares of people passed by."""


def change_text(change: Change, schema: FeatureSchema, language: Language) -> str:
    """Return one change: label, before → after."""
    feature = schema[change.feature]
    before, after = (value_text(feature, value, schema, language) for value in (change.before, change.after))
    return say(language, "what_if.change", label=feature.label[language], before=before, after=after)


def proposal_text(proposal: Proposal, schema: FeatureSchema, threshold: float, language: Language) -> str:
    """Return a proposal as one sentence: if this went from here to there, the probability would be so much."""
    parts = [_moved(change, schema, language) for change in proposal.changes]
    pd, limit = distinct_percentages(proposal.probability, threshold, language)
    return say(language, "recourse.if", changes=say(language, "recourse.and").join(parts), pd=pd, threshold=limit)


def _moved(change: Change, schema: FeatureSchema, language: Language) -> str:
    feature = schema[change.feature]
    before, after = (value_text(feature, value, schema, language) for value in (change.before, change.after))
    in_words = feature.type is FeatureType.CHOICE or level_text(change.after) in feature.value_labels
    key = "recourse.turned" if in_words else "recourse.moved"
    return say(language, key, label=feature.label[language], before=before, after=after)
