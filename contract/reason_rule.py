"""Which contributions can be stated as reasons: those on the side of the clients' median that they speak of (ADR 0018).

"Raises the risk" is nonsense to a client whose value of a monotone feature is safer than that of most clients. Such a
contribution stays in the sum, where it is exact, and is no reason. Everything follows from the baseline's histogram.
"""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from contract.baseline import BaselineHistogram
from contract.schema import Feature

Direction: TypeAlias = Literal["raises", "lowers"]


@dataclass(frozen=True)
class RiskShares:
    """Where a value of a monotone feature stands: shares of all clients, 0 to 1, that the histogram is certain of."""

    safer: float
    """Clients whose value is on the safer side."""
    riskier: float
    """Clients whose value is on the riskier side."""


@dataclass(frozen=True)
class ReasonBounds:
    """On which values a feature can be a reason. Values are taken times `monotone`: a greater one is riskier."""

    raises_from: float = -math.inf
    """The least that can raise the risk."""
    lowers_to: float = math.inf
    """The greatest that can lower it."""


def risk_shares(feature: Feature, histogram: BaselineHistogram | None, value: float | str | None) -> RiskShares | None:
    """Return where a value stands; None for no amount, no amounts to compare it with, or no monotone direction."""
    amount = feature.amount(value)
    if not feature.monotone or amount is None or histogram is None or histogram.median is None:
        return None
    low, high = feature.bounds
    if feature.outside == "missing" and not low <= amount <= high:
        return None
    lower, higher = (count / histogram.total for count in histogram.lower_and_higher(amount))
    return RiskShares(lower, higher) if feature.monotone > 0 else RiskShares(higher, lower)


def reason_bounds(feature: Feature, histogram: BaselineHistogram | None) -> ReasonBounds:
    """Return on which values a feature can be a reason: on any, unless it is monotone and the median is known.

    Beyond the median a value can be a reason in one direction. At the median it raises the risk if more clients are
    safer than riskier, and lowers it if some are riskier.
    """
    middle = None if histogram is None else histogram.median
    shares = risk_shares(feature, histogram, middle)
    if middle is None or shares is None:
        return ReasonBounds()
    at = middle * feature.monotone
    return ReasonBounds(
        at if shares.safer > shares.riskier else math.nextafter(at, math.inf),
        at if shares.riskier else math.nextafter(at, -math.inf),
    )


def is_reason(
    feature: Feature, histogram: BaselineHistogram | None, value: float | str | None, direction: Direction
) -> bool:
    """Return whether "this value raises (lowers) the risk" can be said to a client."""
    if risk_shares(feature, histogram, value) is None:
        return True
    bounds, at = reason_bounds(feature, histogram), float(value or 0) * feature.monotone
    return at >= bounds.raises_from if direction == "raises" else at <= bounds.lowers_to
