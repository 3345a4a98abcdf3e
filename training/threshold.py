"""The decision threshold: the PD from which refusing costs less than accepting."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.bundle import ModelMetrics

DEFAULT_COST_RATIO = 5.0
"""A default loses most of the amount owed; refusing a client who would have repaid loses the margin, a fifth of it."""


@dataclass(frozen=True)
class Threshold:
    """A decision threshold and its cost per client, in units of one refusal of a non-defaulting client."""

    value: float
    expected_cost: float


def expected_cost(y: NDArray[np.int8], p: NDArray[np.float64], threshold: float, cost_ratio: float) -> float:
    """Return the cost per client of refusing every PD from `threshold`; 1 is the refusal of a non-defaulting client."""
    refused = p >= threshold
    return float((cost_ratio * np.sum(~refused & (y == 1)) + np.sum(refused & (y == 0))) / len(y))


def choose_threshold(
    y: NDArray[np.int8], p: NDArray[np.float64], cost_ratio: float, weights: NDArray[np.float64] | None = None
) -> Threshold:
    """Return the threshold in 0..1 with the least expected cost on outcomes `y` (0/1) and PDs `p`.

    Every way of splitting the clients by PD is tried. The threshold lies halfway between the two PDs that it
    separates; of equal costs the highest threshold wins, which refuses the fewest. `weights`: how much each client
    counts.
    """
    order = np.argsort(p, kind="stable")
    count = np.ones(len(y)) if weights is None else weights[order]
    values, defaults = p[order], y[order] == 1
    accepted_defaults = np.concatenate(([0], np.cumsum(count * defaults)))
    refused_good = np.concatenate((np.cumsum((count * ~defaults)[::-1])[::-1], [0]))
    costs = (cost_ratio * accepted_defaults + refused_good) / count.sum()
    possible = np.concatenate(([True], values[1:] > values[:-1], [values[-1] < 1]))
    best = int(np.flatnonzero(possible & (costs == costs[possible].min()))[-1])
    return Threshold(_between(values, best), float(costs[best]))


def one_sided_note(metrics: ModelMetrics) -> str | None:
    """Return the sentence on a threshold that separates nobody; None for any other."""
    if metrics.one_sided is None:
        return None
    return (
        f"the threshold would {metrics.one_sided} every client: with a cost ratio of {metrics.cost_ratio:g} and "
        f"{metrics.default_rate:.0%} defaults that is cheapest; check --cost-ratio"
    )


def _between(values: NDArray[np.float64], accepted: int) -> float:
    """Return a threshold that accepts the first `accepted` of the rising `values` and no other."""
    if accepted == 0:
        return 0.0
    if accepted == len(values):
        return 1.0
    low, high = float(values[accepted - 1]), float(values[accepted])
    middle = (low + high) / 2
    return middle if middle > low else high
