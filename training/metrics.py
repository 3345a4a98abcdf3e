"""Measures of a probability of default, as pure functions of the outcome y (0/1) and the PD p, both of length n."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score, roc_curve

Outcomes = NDArray[np.int8]
Probabilities = NDArray[np.float64]

MEASURES = ("roc_auc", "pr_auc", "ks", "brier", "log_loss", "calibration_error")


def measure(y: Outcomes, p: Probabilities) -> dict[str, float]:
    """Return every measure of `MEASURES`. Both outcomes must occur in `y`."""
    return {
        "roc_auc": float(roc_auc_score(y, p)),
        "pr_auc": float(average_precision_score(y, p)),
        "ks": ks(y, p),
        "brier": brier(y, p),
        "log_loss": float(log_loss(y, p)),
        "calibration_error": calibration_error(y, p),
    }


def ks(y: Outcomes, p: Probabilities) -> float:
    """Return the Kolmogorov-Smirnov distance between the PDs of defaults and of good clients, in 0..1."""
    false_alarms, hits, _ = roc_curve(y, p)
    return float(np.max(hits - false_alarms))


def brier(y: Outcomes, p: Probabilities) -> float:
    """Return the mean squared distance between PD and outcome (Brier 1950)."""
    return float(np.mean((p - y) ** 2))


@dataclass(frozen=True)
class Reliability:
    """One bin of similar PDs: what was promised and what happened."""

    count: int
    mean_pd: float
    defaults: int


def reliability(y: Outcomes, p: Probabilities, bins: int = 10) -> list[Reliability]:
    """Return `bins` bins of as equal size as possible, by rising PD; equal PDs may fall on both sides of a cut."""
    order = np.argsort(p, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return [Reliability(len(part), float(p[part].mean()), int(y[part].sum())) for part in parts]


def calibration_error(y: Outcomes, p: Probabilities, bins: int = 10) -> float:
    """Return the expected calibration error (Naeini et al. 2015) over quantile bins.

    The mean of |mean PD - default rate| over the bins of `reliability`, weighted by their size.
    """
    return sum(abs(b.count * b.mean_pd - b.defaults) for b in reliability(y, p, bins)) / len(y)
