"""Measures of a probability of default, as pure functions of the outcome y (0/1) and the PD p, both of length n.

`w` is how much each row counts, of length n; None: all alike.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score, roc_curve

from contract.report import Rate

Targets = NDArray[np.int8]
Probabilities = NDArray[np.float64]

Weights = NDArray[np.float64] | None

METRIC_NAMES = ("roc_auc", "pr_auc", "ks", "brier", "log_loss", "calibration_error")


def compute_metrics(y: Targets, p: Probabilities, w: Weights = None) -> dict[str, float]:
    """Return every measure of `METRIC_NAMES`. Both outcomes must occur in `y`."""
    return {
        "roc_auc": float(roc_auc_score(y, p, sample_weight=w)),
        "pr_auc": float(average_precision_score(y, p, sample_weight=w)),
        "ks": ks(y, p, w),
        "brier": brier(y, p, w),
        "log_loss": float(log_loss(y, p, sample_weight=w)),
        "calibration_error": calibration_error(y, p, w=w),
    }


def ks(y: Targets, p: Probabilities, w: Weights = None) -> float:
    """Return the Kolmogorov-Smirnov distance between the PDs of defaulting and non-defaulting clients, in 0..1."""
    fpr, tpr, _ = roc_curve(y, p, sample_weight=w)
    return float(np.max(tpr - fpr))


def brier(y: Targets, p: Probabilities, w: Weights = None) -> float:
    """Return the mean squared distance between PD and outcome (Brier 1950)."""
    return float(np.average((p - y) ** 2, weights=w))


@dataclass(frozen=True)
class CalibrationBin:
    """One bin of similar PDs: what was promised and what happened."""

    count: int
    mean_pd: float
    defaults: int


def calibration_bins(y: Targets, p: Probabilities, bins: int = 10) -> list[CalibrationBin]:
    """Return `bins` bins of as equal size as possible, by rising PD; equal PDs may fall on both sides of a cut."""
    order = np.argsort(p, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return [CalibrationBin(len(part), float(p[part].mean()), int(y[part].sum())) for part in parts]


def calibration_error(y: Targets, p: Probabilities, bins: int = 10, w: Weights = None) -> float:
    """Return the expected calibration error (Naeini et al. 2015) over quantile bins.

    The mean of |mean PD - default rate| over bins of as equal size as possible by rising PD, weighted by what their
    rows count.
    """
    w = np.ones(len(y)) if w is None else w
    parts = np.array_split(np.argsort(p, kind="stable"), bins)
    return float(sum(abs(np.sum(w[part] * (p[part] - y[part]))) for part in parts) / w.sum())


Z = 1.959964
"""Of the standard normal distribution, for 95 %."""


def rate_with_interval(hits: int, count: int) -> Rate:
    """Return the share `hits / count` with its 95 % interval (Wilson 1927): sound for small counts and near 0 and 1."""
    share, spread = hits / count, Z**2 / count
    centre = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    return Rate(share, max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half)))
