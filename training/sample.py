"""The encoded rows that models are fitted to and judged on, and how they are divided."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from training.errors import DataError

Rows = NDArray[np.int64]
"""Positions of rows."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Rows with what belongs to them; all of the same length n."""

    rows: NDArray[np.float32]
    """float32[n, features in the model], NaN where missing."""
    target: NDArray[np.int8] | None = None
    """1 for a default; None only for rows that are merely predicted."""
    weights: NDArray[np.float64] | None = None
    """How much each row counts; None: all alike."""
    groups: NDArray[np.int64] | None = None
    """Rows of one group (one client) never lie on both sides of a division."""
    dates: NDArray[np.datetime64] | None = None
    """When given, rows are judged by models of earlier rows only."""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def outcomes(self) -> NDArray[np.int8]:
        """The target, of rows that have one."""
        assert self.target is not None  # noqa: S101 - only rows to predict have none
        return self.target

    def take(self, chosen: Rows) -> "Sample":
        """Return some of the rows."""
        return Sample(
            rows=self.rows[chosen],
            target=None if self.target is None else self.target[chosen],
            weights=None if self.weights is None else self.weights[chosen],
            groups=None if self.groups is None else self.groups[chosen],
            dates=None if self.dates is None else self.dates[chosen],
        )


def split(sample: Sample, folds: int, seed: int) -> list[tuple[Rows, Rows]]:
    """Return `folds` pairs of rows: those to learn from, and those to judge by.

    Without dates every row is judged once, and each fold has the same share of defaults (as nearly as groups allow).
    With dates the rows are cut into folds + 1 periods of about equal size, and each but the first is judged by all
    before it. Raises DataError when groups or dates leave a side without both outcomes.
    """
    pairs = list(_split(sample, folds, seed))
    for sides in pairs:
        if any(len(np.unique(sample.outcomes[side])) < 2 for side in sides):
            kind, remedy = (
                ("periods", "leave out --date (--reference-date counts ages, too)")
                if sample.dates is not None
                else ("groups", "leave out --groups")
            )
            raise DataError(f"the {kind} cannot be divided into {folds} folds that hold both outcomes each; {remedy}")
    return pairs


def _split(sample: Sample, folds: int, seed: int) -> Iterator[tuple[Rows, Rows]]:
    if sample.dates is not None:
        yield from _periods(sample, sample.dates, folds)
    elif sample.groups is not None:
        try:
            yield from StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(
                sample.rows, sample.outcomes, sample.groups
            )
        except ValueError:  # fewer groups than folds
            raise DataError(f"there are fewer groups than the {folds} folds") from None
    else:
        yield from StratifiedKFold(folds, shuffle=True, random_state=seed).split(sample.rows, sample.outcomes)


def _periods(sample: Sample, dates: NDArray[np.datetime64], folds: int) -> Iterator[tuple[Rows, Rows]]:
    """Yield growing pasts and the period after each; rows of one date are never divided."""
    ordered = np.sort(dates)
    cuts = [ordered[len(ordered) * i // (folds + 1)] for i in range(1, folds + 1)]
    for start, end in zip(cuts, [*cuts[1:], None], strict=True):
        past, period = dates < start, (dates >= start) & (True if end is None else dates < end)
        if sample.groups is not None:
            past &= ~np.isin(sample.groups, sample.groups[period])
        yield np.flatnonzero(past), np.flatnonzero(period)


def draw(sample: Sample, size: int, seed: int) -> Sample:
    """Return about `size` of the rows, whole groups if there are groups; all of them if they are no more.

    With dates the latest are kept: the past nearest to the rows that will be judged.
    """
    if len(sample) <= size:
        return sample
    if sample.dates is not None:
        return sample.take(np.sort(np.argsort(sample.dates, kind="stable")[-size:]))
    rng = np.random.default_rng(seed)
    if sample.groups is None:
        return sample.take(np.sort(rng.permutation(len(sample))[:size]))
    names, sizes = np.unique(sample.groups, return_counts=True)
    order = rng.permutation(len(names))
    return sample.take(np.flatnonzero(np.isin(sample.groups, names[order[np.cumsum(sizes[order]) <= size]])))
