"""What would change the result: the smallest change of what a client can change that crosses the threshold. No I/O.

The candidates are all combinations of at most three changes over a grid whose size is chosen so that all of them can be
scored. So the answer is exact: over this grid, nothing cheaper crosses the threshold.
"""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from contract.bundle import Baseline
from contract.schema import FeatureSchema
from reporting.pages.client.tools.what_if.proposal import Change, Proposal, Value
from reporting.pages.client.tools.what_if.steps import Step, steps, thin

Columns: TypeAlias = Mapping[str, Sequence[Value]]
"""Values of the features that move, a row for each candidate."""

ScoreRows: TypeAlias = Callable[[Columns], NDArray[np.float64]]
"""Returns the PD of each row, NaN where it has none; the client's other values stay as they are."""

MOST_ROWS = 8 * 1024
"""Candidates of one search: as many blocks as a requester may have in flight, a tenth of a second of one worker."""

MOST_PROPOSALS = 3

_SHAPES = ((24, 3), (16, 3), (12, 3), (8, 3), (5, 3), (3, 3), (12, 2), (5, 2), (3, 2), (12, 1), (1, 1))
"""Steps of a feature and features changed, at most, from the finest grid to the coarsest."""


@dataclass(frozen=True)
class Movable:
    """A feature that can move, from the client's value along its steps."""

    feature: str
    before: Value
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Candidates:
    """All combinations. `positions` (n, features): 0 where a feature stays, else the number of its step from 1."""

    movables: tuple[Movable, ...]
    positions: NDArray[np.intp]

    @cached_property
    def costs(self) -> NDArray[np.float64]:
        """(n,) sum of the costs of the changes."""
        total = np.zeros(len(self.positions))
        for movable, column in zip(self.movables, self.positions.T, strict=True):
            total += np.array([0.0, *(step.cost for step in movable.steps)])[column]
        return total

    @property
    def columns(self) -> Columns:
        """The candidates as values."""
        return {
            movable.feature: [(movable.before, *(step.value for step in movable.steps))[i] for i in column]
            for movable, column in zip(self.movables, self.positions.T.tolist(), strict=True)
        }

    def proposal(self, row: int, probability: float) -> Proposal:
        """Return one candidate as a proposal."""
        moved = [(m, i) for m, i in zip(self.movables, self.positions[row].tolist(), strict=True) if i]
        changes = tuple(Change(m.feature, m.before, m.steps[i - 1].value) for m, i in moved)
        return Proposal(changes, probability, float(self.costs[row]))


def find_movables(schema: FeatureSchema, baseline: Baseline, values: Mapping[str, Value | None]) -> tuple[Movable, ...]:
    """Return the actionable features that can move from a client's values. A missing value cannot: from where?"""
    found = []
    for feature in schema.model_features:
        before = values.get(feature.name)
        if feature.actionable and before is not None:
            possible = steps(feature, baseline.features.get(feature.name), before)
            found.append(Movable(feature.name, before, possible))
    return tuple(movable for movable in found if movable.steps)


def list_candidates(movables: Sequence[Movable], most_rows: int = MOST_ROWS) -> Candidates:
    """Return every combination over the finest grid whose combinations are at most `most_rows`."""
    shapes = ([min(len(m.steps), fine) for m in movables] for fine, _ in _SHAPES)
    fitting = (
        (fine, changed)
        for (fine, changed), sizes in zip(_SHAPES, shapes, strict=True)
        if _count(sizes, changed) <= most_rows
    )
    fine, changed = next(fitting, _SHAPES[-1])
    thinned = tuple(Movable(m.feature, m.before, thin(m.steps, fine)) for m in movables)
    return Candidates(thinned, _combine([len(m.steps) for m in thinned], changed))


def search(candidates: Candidates, score: ScoreRows, threshold: float) -> tuple[Proposal, ...]:
    """Return the cheapest candidate under the threshold, then the cheapest that change something else.

    At most three; empty when nothing crosses the threshold. Raises what `score` raises.
    """
    if not len(candidates.positions):
        return ()
    probability = score(candidates.columns)
    crossing = np.flatnonzero(probability < threshold)
    ranked = crossing[np.lexsort((probability[crossing], candidates.costs[crossing]))]
    found: list[Proposal] = []
    seen: list[frozenset[int]] = []
    for row in ranked.tolist():
        changed = frozenset(np.flatnonzero(candidates.positions[row]).tolist())
        if any(changed >= other for other in seen):
            continue
        seen.append(changed)
        found.append(candidates.proposal(row, float(probability[row])))
        if len(found) == MOST_PROPOSALS:
            break
    return tuple(found)


def _count(sizes: Sequence[int], changed: int) -> int:
    numbers = range(1, min(changed, len(sizes)) + 1)
    return sum(math.prod(group) for n in numbers for group in itertools.combinations(sizes, n))


def _combine(sizes: Sequence[int], changed: int) -> NDArray[np.intp]:
    blocks = [np.zeros((0, len(sizes)), np.intp)]
    for n in range(1, min(changed, len(sizes)) + 1):
        for group in itertools.combinations(range(len(sizes)), n):
            grid = np.meshgrid(*(np.arange(1, sizes[i] + 1) for i in group), indexing="ij")
            block = np.zeros((grid[0].size, len(sizes)), np.intp)
            block[:, group] = np.column_stack([axis.ravel() for axis in grid])
            blocks.append(block)
    return np.concatenate(blocks)
