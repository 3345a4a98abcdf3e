"""The report of a bundle: what a reader needs to judge the model, in numbers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from contract.report import GainsCurve, Leak, ReliabilityBin, Report, ScoreDistribution, ShapSummary
from training.dataset import Dataset
from training.fairness import group_fairness
from training.metrics import calibration_bins, rate_with_interval
from training.proxies import find_proxies

GAIN_STEPS = 50
"""Steps of 2 % of the clients: finer than the curve can be read."""

OUTCOME_BINS = 100
"""Bins of one percentage point of PD."""

Target = NDArray[np.int8]
Probabilities = NDArray[np.float64]


def build_report(
    dataset: Dataset,
    probabilities: Probabilities,
    threshold: float,
    effects: ShapSummary,
    leaks: Sequence[Leak] = (),
) -> Report:
    """Return the report. `probabilities` are the out-of-fold PDs, float64[n]."""
    sensitive = [feature for feature in dataset.schema if feature.sensitive]
    return Report(
        reliability=[
            ReliabilityBin(part.count, part.mean_pd, rate_with_interval(part.defaults, part.count))
            for part in calibration_bins(dataset.target, probabilities)
        ],
        gains_curve=gain_curve(dataset.target, probabilities),
        score_distribution=outcome_histograms(dataset.target, probabilities),
        fairness={feature.name: group_fairness(dataset, feature, probabilities, threshold) for feature in sensitive},
        effects=effects,
        leaks=list(leaks),
        proxies=find_proxies(dataset.frame, dataset.schema),
    )


def gain_curve(y: Target, p: Probabilities, steps: int = GAIN_STEPS) -> GainsCurve:
    """Return which share of the defaults the riskiest clients hold; clients of equal PD count as equally mixed."""
    _, which, counts = np.unique(-p, return_inverse=True, return_counts=True)
    clients = np.concatenate(([0], np.cumsum(counts))) / len(p)
    defaults = np.concatenate(([0], np.cumsum(np.bincount(which, weights=y)))) / y.sum()
    shares = np.linspace(0, 1, steps + 1)
    return GainsCurve(clients=shares.round(6).tolist(), defaults=np.interp(shares, clients, defaults).round(6).tolist())


def outcome_histograms(y: Target, p: Probabilities) -> ScoreDistribution:
    """Return the distributions of PD by outcome."""
    edges = np.linspace(0, 1, OUTCOME_BINS + 1).round(6)
    return ScoreDistribution(
        edges=edges.tolist(),
        good=np.histogram(p[y == 0], edges)[0].tolist(),
        defaults=np.histogram(p[y == 1], edges)[0].tolist(),
    )
