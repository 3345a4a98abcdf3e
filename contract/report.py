"""`report.json`: how good and how fair a model is, what moves it. Aggregates, of no single person."""

from msgspec import Struct

FOUR_FIFTHS = 0.8
"""A group approved less than four fifths as often as the best-approved one calls for a look (29 CFR 1607.4 D)."""


class Rate(Struct, frozen=True):
    """A share of people, 0..1, with its 95 % interval (Wilson 1927)."""

    value: float
    low: float
    high: float


class ReliabilityBin(Struct, frozen=True):
    """People with similar PDs: what was promised, and what happened."""

    count: int
    mean_pd: float
    default_rate: Rate


class GainsCurve(Struct, frozen=True):
    """Shares of all defaults that the riskiest clients hold. Both lists rise from 0 to 1."""

    clients: list[float]
    """Shares of all clients, the riskiest first."""
    defaults: list[float]
    """Share of all defaults among them."""


class ScoreDistribution(Struct, frozen=True):
    """Out-of-fold PDs of those who defaulted and of those who did not, in the same bins."""

    edges: list[float]
    good: list[int]
    defaults: list[int]


class GroupRates(Struct, kw_only=True, frozen=True):
    """How a group fares under the decision threshold."""

    approval_rate: Rate
    """Share whose PD is below the threshold."""
    good_approval_rate: Rate | None
    """The same among those who did not default (equal opportunity, Hardt et al. 2016); None when they are too few."""
    mean_pd: float
    default_rate: Rate
    adverse_impact_ratio: float | None
    """Approval rate over that of the best-approved group; None for a group too small to judge."""


class FairnessGroup(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """People with one value of a sensitive feature: a level or code, a band from `low` to below `high`, or none."""

    count: int
    rates: GroupRates | None
    """None for so few people that a rate would tell of each of them."""
    level: str | None = None
    low: float | None = None
    """Lower end of a band; None for the first."""
    high: float | None = None
    """Upper end of a band; None for the last."""


class EffectBin(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """People with similar values: a level or code, numbers from `low` to `high`, or none of them (missing)."""

    count: int
    q1: float
    """Lower quartile of the contributions, in log-odds."""
    median: float
    q3: float
    level: str | None = None
    low: float | None = None
    high: float | None = None

    @property
    def missing(self) -> bool:
        """Whether these people have no value."""
        return self.level is None and self.low is None


class FeatureEffect(Struct, kw_only=True, frozen=True):
    """What one feature contributes to the score."""

    importance: float
    """Mean absolute contribution, in log-odds."""
    dependence: list[EffectBin]
    """By rising value (levels: in the schema's order), then codes, missing last. Too small bins are left out."""
    beeswarm: list[list[int]]
    """Counts: contribution bin (see `ShapSummary.edges`) × value from low to high, the last for missing and codes.

    A choice has no low and high: all its levels stand in one column.
    """


class ShapSummary(Struct, kw_only=True, frozen=True):
    """Contributions (SHAP values) of the final model on a sample of the training data."""

    rows: int
    base_log_odds: float
    """Log-odds of the model's starting point, from which contributions are counted."""
    edges: list[float]
    """Contribution bins that all features share; the outer ones take what lies beyond."""
    features: dict[str, FeatureEffect]
    """The most important first."""


class Leak(Struct, frozen=True):
    """A feature that ranks the outcome too well alone to have been known before it."""

    feature: str
    auc: float
    """ROC AUC of the feature alone."""


class Proxy(Struct, frozen=True):
    """A feature of the model that predicts a sensitive one which the model does not read."""

    feature: str
    sensitive: str
    auc: float
    """ROC AUC, the highest over the groups of the sensitive feature."""


class Report(Struct, kw_only=True, frozen=True):
    """`report.json`. Everything but `effects` is out of fold: each person was judged by a model that never saw them."""

    reliability: list[ReliabilityBin]
    gains_curve: GainsCurve
    score_distribution: ScoreDistribution
    fairness: dict[str, list[FairnessGroup]]
    """Groups by sensitive feature."""
    effects: ShapSummary
    leaks: list[Leak] = []
    proxies: list[Proxy] = []
