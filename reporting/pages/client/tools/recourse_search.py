"""The search for the smallest change that crosses the threshold, among what a client can change. No I/O.

The candidates are every change of one feature, and all combinations of at most three changes over a grid whose size is
chosen so that all of them can be scored. So the answer is exact: among these, nothing cheaper crosses the threshold.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from contract.baseline import Baseline, BaselineHistogram
from contract.coercion import level_text
from contract.schema import Feature, FeatureSchema, FeatureType, RecourseConstraint
from reporting.pages.client.tools.counterfactual import Counterfactual, FeatureChange, FeatureValue
from reporting.pages.client.tools.what_if_state import slider_span
from reporting.population import integer_values, share_below, typical_range

DEFAULT_COST = 0.5
"""Cost of a change of a feature without a known distribution: half of the clients."""


def percentile_shift_cost(
    feature: Feature, histogram: BaselineHistogram | None, before: FeatureValue, after: FeatureValue
) -> float:
    """Return how far a change moves a client: the share of people between both values, from 0 to 1.

    Cost by percentile shift (Ustun, Spangher and Liu 2019, Actionable Recourse in Linear Classification). The levels of
    a choice have an order if its recourse constraint has a direction; without an order, a rare level costs more than a
    common one.
    """
    if histogram is None or not sum(histogram.counts):
        return DEFAULT_COST
    if feature.type is not FeatureType.CATEGORICAL:
        return abs(share_below(histogram, float(after)) - share_below(histogram, float(before)))
    shares = _level_shares(histogram)
    if feature.recourse and feature.recourse.direction:
        return abs(_middle(feature, shares, after) - _middle(feature, shares, before))
    return 1 - shares.get(level_text(after), 0.0)


def _level_shares(histogram: BaselineHistogram) -> dict[str, float]:
    total = sum(histogram.counts)
    return {level: count / total for level, count in zip(histogram.levels, histogram.counts, strict=True)}


def _middle(feature: Feature, shares: dict[str, float], value: FeatureValue) -> float:
    """Return the middle of a level's clients, in the order of the levels."""
    below = 0.0
    for level in feature.levels:
        share = shares.get(level.value, 0.0)
        if level.value == level_text(value):
            return below + share / 2
        below += share
    return below


SIGNIFICANT_DIGITS = 2
"""Significant digits of a suggested amount: "about 12,000" can be done, "12,347" is false precision."""

FALLBACK_GRID_SIZE = 20
"""Steps over the range of a feature without a known distribution."""


@dataclass(frozen=True)
class CandidateValue:
    """A value that can be suggested, and what moving there costs."""

    value: FeatureValue
    cost: float


def candidate_values(
    feature: Feature, histogram: BaselineHistogram | None, before: FeatureValue
) -> tuple[CandidateValue, ...]:
    """Return every step from a client's value, cheapest first: never towards more risk, within the constraint.

    The farthest are the ends of the slider and the bounds: whatever one feature alone can reach is among them.
    """
    constraint = feature.recourse or RecourseConstraint()
    values: Iterable[FeatureValue] = (
        _levels(feature, constraint, level_text(before))
        if feature.type is FeatureType.CATEGORICAL
        else _numbers(feature, constraint, histogram, float(before))
    )
    found = (CandidateValue(value, percentile_shift_cost(feature, histogram, before, value)) for value in values)
    return tuple(sorted(found, key=lambda step: step.cost))


def thin_evenly(size: int, most: int) -> NDArray[np.intp]:
    """Return at most so many of the steps from 1 to `size`, evenly spread; the farthest always stays."""
    kept = min(size, most)
    return np.ceil(np.arange(1, kept + 1) * size / kept).astype(np.intp) if kept else np.zeros(0, np.intp)


def _levels(feature: Feature, constraint: RecourseConstraint, before: str) -> list[FeatureValue]:
    order = [level.value for level in feature.levels]
    if before not in order:
        return []
    at = order.index(before)
    return [level for i, level in enumerate(order) if i != at and _allowed(i - at, constraint.direction)]


def _numbers(
    feature: Feature, constraint: RecourseConstraint, histogram: BaselineHistogram | None, before: float
) -> set[FeatureValue]:
    least = max(float(feature.minimum or 0), -math.inf if constraint.minimum is None else constraint.minimum)
    most = min(float(feature.maximum or 0), math.inf if constraint.maximum is None else constraint.maximum)
    whole = feature.type is FeatureType.INTEGER
    if whole:
        least, most = math.ceil(least), math.floor(most)
    start, end, _ = slider_span(feature, histogram, before)
    ends = {least, most, min(max(start, least), most), min(max(end, least), most)}
    offered = {_round(value, whole) for value in _offered(feature, histogram)} | ends
    return {
        value
        for value in offered
        if least <= value <= most
        and value != before
        and feature.code(value) is None
        and _allowed(value - before, constraint.direction, -feature.monotone)
    }


def _offered(feature: Feature, histogram: BaselineHistogram | None) -> Sequence[float]:
    """Return the quantiles of the training data, which 98 % of clients lie between; else equal parts of the range."""
    if histogram is not None and len(histogram.edges) >= 4:
        return integer_values(feature, histogram) or histogram.edges[1:-1]
    low, high = typical_range(feature, histogram)
    return [low + (high - low) * part / FALLBACK_GRID_SIZE for part in range(FALLBACK_GRID_SIZE + 1)]


def _round(value: float, whole: bool) -> float:
    if value == 0:
        return 0.0
    rounded = round(value, SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(abs(value))))
    return float(round(rounded) if whole else rounded)


def _allowed(move: float, *directions: int) -> bool:
    return all(not direction or move * direction > 0 for direction in directions)


CandidateColumns: TypeAlias = Mapping[str, Sequence[FeatureValue]]
"""Values of the features that move, a row for each candidate."""

CandidateScorer: TypeAlias = Callable[[CandidateColumns], NDArray[np.float64]]
"""Returns the PD of each row, NaN where it has none; the client's other values stay as they are."""

MAX_CANDIDATE_ROWS = 8 * 1024
"""Candidates of one search: as many blocks as a requester may have in flight, a tenth of a second of one worker."""

MAX_COUNTERFACTUALS = 3

_GRID_SIZES = ((24, 3), (16, 3), (12, 3), (8, 3), (5, 3), (3, 3), (12, 2), (5, 2), (3, 2))
"""Of combinations: steps of a feature and features changed, at most, from the finest grid to the coarsest."""


@dataclass(frozen=True)
class ActionableFeature:
    """A feature that can move, from the client's value along its steps."""

    name: str
    before: FeatureValue
    candidates: tuple[CandidateValue, ...]


@dataclass(frozen=True)
class CandidateGrid:
    """All combinations. `positions` (n, features): 0 where a feature stays, else the number of its step from 1."""

    features: tuple[ActionableFeature, ...]
    positions: NDArray[np.intp]

    @cached_property
    def costs(self) -> NDArray[np.float64]:
        """(n,) sum of the costs of the changes."""
        total = np.zeros(len(self.positions))
        for feature, column in zip(self.features, self.positions.T, strict=True):
            total += np.array([0.0, *(step.cost for step in feature.candidates)])[column]
        return total

    @property
    def columns(self) -> CandidateColumns:
        """The candidates as values."""
        return {
            feature.name: [(feature.before, *(step.value for step in feature.candidates))[i] for i in column]
            for feature, column in zip(self.features, self.positions.T.tolist(), strict=True)
        }

    def counterfactual(self, row: int, probability: float) -> Counterfactual:
        """Return one candidate as a proposal."""
        moved = [(m, i) for m, i in zip(self.features, self.positions[row].tolist(), strict=True) if i]
        changes = tuple(FeatureChange(m.name, m.before, m.candidates[i - 1].value) for m, i in moved)
        return Counterfactual(changes, probability, float(self.costs[row]))


def actionable_features(
    schema: FeatureSchema, baseline: Baseline, values: Mapping[str, FeatureValue | None]
) -> tuple[ActionableFeature, ...]:
    """Return the actionable features that can move from a client's values. A missing one or a code has no way to."""
    found = []
    for feature in schema.model_features:
        before = values.get(feature.name)
        if feature.actionable and before is not None and feature.code(before) is None:
            possible = candidate_values(feature, baseline.features.get(feature.name), before)
            found.append(ActionableFeature(feature.name, before, possible))
    return tuple(feature for feature in found if feature.candidates)


def build_candidate_grid(features: Sequence[ActionableFeature], most_rows: int = MAX_CANDIDATE_ROWS) -> CandidateGrid:
    """Return every change of one feature, and the combinations over the finest grid that fits into `most_rows`.

    With more features than that has room for, each has fewer steps.
    """
    room = max(1, most_rows // max(1, len(features)))
    known = tuple(replace(m, candidates=_thinned(m.candidates, room)) for m in features)
    sizes = [len(m.candidates) for m in known]
    blocks = [_steps(len(sizes), {i: np.arange(1, size + 1)}) for i, size in enumerate(sizes)]
    for fine, changed in _GRID_SIZES:
        grid = [thin_evenly(size, fine) for size in sizes]
        if _combinations([len(steps) for steps in grid], changed) <= most_rows - sum(sizes):
            groups = (g for n in range(2, changed + 1) for g in itertools.combinations(range(len(sizes)), n))
            blocks += [_steps(len(sizes), {i: grid[i] for i in group}) for group in groups]
            break
    return CandidateGrid(known, np.concatenate([np.zeros((0, len(sizes)), np.intp), *blocks]))


def _thinned(candidates: tuple[CandidateValue, ...], most: int) -> tuple[CandidateValue, ...]:
    return tuple(candidates[step - 1] for step in thin_evenly(len(candidates), most))


def _combinations(sizes: Sequence[int], changed: int) -> int:
    """Return how many combinations of two to `changed` features there are."""
    ways = [1] + [0] * changed
    for size in sizes:
        ways = [1] + [ways[n] + ways[n - 1] * size for n in range(1, changed + 1)]
    return sum(ways[2:])


def _steps(features: int, grid: Mapping[int, NDArray[np.intp]]) -> NDArray[np.intp]:
    """Return all combinations of these steps, and 0 for every other feature."""
    axes = np.meshgrid(*grid.values(), indexing="ij")
    block = np.zeros((axes[0].size, features), np.intp)
    block[:, list(grid)] = np.column_stack([axis.ravel() for axis in axes])
    return block


def cheapest_counterfactuals(
    candidates: CandidateGrid, score: CandidateScorer, threshold: float
) -> tuple[Counterfactual, ...]:
    """Return the cheapest candidate under the threshold, then the cheapest that change something else.

    At most three; empty when nothing crosses the threshold. Raises what `score` raises.
    """
    if not len(candidates.positions):
        return ()
    probability = score(candidates.columns)
    crossing = np.flatnonzero(probability < threshold)
    ranked = crossing[np.lexsort((probability[crossing], candidates.costs[crossing]))]
    found: list[Counterfactual] = []
    seen: list[frozenset[int]] = []
    for row in ranked.tolist():
        changed = frozenset(np.flatnonzero(candidates.positions[row]).tolist())
        if any(changed >= other for other in seen):
            continue
        seen.append(changed)
        found.append(candidates.counterfactual(row, float(probability[row])))
        if len(found) == MAX_COUNTERFACTUALS:
            break
    return tuple(found)
