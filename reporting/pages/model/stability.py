"""Population stability: do requests still come from the population that the model was trained on? No I/O.

The index (PSI) of one feature is Σ (actual - expected) · ln(actual / expected) over classes of its values, where
expected and actual are the classes' shares among the training data and among the requests. Below 0.1 nothing has
changed, from 0.25 the population has (Siddiqi, Credit Risk Scorecards, 2006, p. 137).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from contract.baseline import Baseline, BaselineHistogram
from reporting.population import Counts

PSI_MODERATE = 0.1
PSI_SIGNIFICANT = 0.25

MIN_REQUESTS = 250
"""With ten classes, chance alone brings n requests and m training rows to a PSI of 16.9 · (1/n + 1/m) once in twenty
times (chi-squared with nine degrees of freedom, Yurdakul 2018). From 250 on that is below 0.1, even for m = 1,000."""

MIN_BIN_SHARE = 0.1
"""Neighbouring bins are put together until each class holds about a tenth of the training data, as is usual."""

RARE_LEVEL_SHARE = 0.05
"""Levels rarer than this form one class together."""

SHARE_FLOOR = 1e-4
"""Used for an empty bin: the logarithm needs a positive share, and counts resolve four digits."""


class DriftLevel(StrEnum):
    """What a PSI means."""

    STABLE = "stable"
    MODERATE = "moderate"
    SIGNIFICANT = "significant"


@dataclass(frozen=True)
class Drift:
    """One feature's index, and the shares of its classes behind it."""

    feature: str
    psi: float
    expected: tuple[float, ...]
    actual: tuple[float, ...]

    @property
    def level(self) -> DriftLevel:
        """What the PSI means."""
        if self.psi >= PSI_SIGNIFICANT:
            return DriftLevel.SIGNIFICANT
        return DriftLevel.MODERATE if self.psi >= PSI_MODERATE else DriftLevel.STABLE


def feature_drifts(baseline: Baseline, counted: Mapping[str, Counts]) -> list[Drift]:
    """Return the drift of every feature counted, the greatest first. Counts are as `baseline_counts` has them."""
    found = [_drift(name, baseline.features[name], counts) for name, counts in counted.items()]
    return sorted(found, key=lambda drift: (-drift.psi, drift.feature))


def baseline_counts(histogram: BaselineHistogram) -> Counts:
    """Return the training data's counts: each bin or level, each code, and last the missing."""
    return np.array([*histogram.counts, *histogram.codes.values(), histogram.missing], np.int64)


def _drift(name: str, histogram: BaselineHistogram, counts: Counts) -> Drift:
    which = psi_bins(histogram)
    expected, actual = (np.bincount(which, weights=each) for each in (baseline_counts(histogram), counts))
    return Drift(name, psi(expected, actual), _shares(expected), _shares(actual))


def psi(expected: ArrayLike, actual: ArrayLike) -> float:
    """Return the index of two counts of the same classes; 0 when their shares are equal, never less."""
    a, e = (np.maximum(_shares(counts), SHARE_FLOOR) for counts in (actual, expected))
    return float(np.sum((a - e) * np.log(a / e)))


def _shares(counts: ArrayLike) -> tuple[float, ...]:
    total = float(np.sum(counts)) or 1.0
    return tuple((np.asarray(counts, np.float64) / total).tolist())


def psi_bins(histogram: BaselineHistogram) -> NDArray[np.int64]:
    """Return the class of each bin or level, then of each code, and last that of the missing, which is their own.

    Codes are as levels, which have no order: rare ones form one class.
    """
    group = _rare_levels_together if histogram.levels else _neighbours_together
    of_bins = group(histogram.counts)
    first = max(of_bins, default=-1) + 1
    of_codes = [first + number for number in _rare_levels_together(list(histogram.codes.values()))]
    return np.array([*of_bins, *of_codes, max(of_codes, default=first - 1) + 1], np.int64)


def _neighbours_together(counts: Sequence[int]) -> list[int]:
    enough, found, number, inside = MIN_BIN_SHARE * sum(counts), [], 0, 0
    left = sum(counts)
    for count in counts:
        found.append(number)
        inside, left = inside + count, left - count
        if inside >= enough and left >= enough / 2:
            number, inside = number + 1, 0
    return found


def _rare_levels_together(counts: Sequence[int]) -> list[int]:
    rare = RARE_LEVEL_SHARE * sum(counts)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(i if count >= rare else -1, len(numbers)) for i, count in enumerate(counts)]
