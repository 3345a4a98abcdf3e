"""The report of a bundle: what a reader needs to judge the model, in numbers."""

import numpy as np
from numpy.typing import NDArray

from contract.report import Effects, Gain, Outcomes, ReliabilityBin, Report
from training.dataset import Dataset
from training.fairness import judge_groups
from training.intervals import rate
from training.metrics import reliability

GAIN_STEPS = 50
"""Steps of 2 % of the clients: finer than the curve can be read."""

OUTCOME_BINS = 100
"""Bins of one percentage point of PD."""

Target = NDArray[np.int8]
Probabilities = NDArray[np.float64]


def report(dataset: Dataset, pd_: Probabilities, threshold: float, effects: Effects) -> Report:
    """Return the report. `pd_` are the out-of-fold PDs, float64[n]."""
    sensitive = [feature for feature in dataset.schema if feature.sensitive]
    return Report(
        reliability=[
            ReliabilityBin(part.count, part.mean_pd, rate(part.defaults, part.count))
            for part in reliability(dataset.target, pd_)
        ],
        gain=gain(dataset.target, pd_),
        outcomes=outcomes(dataset.target, pd_),
        fairness={feature.name: judge_groups(dataset, feature, pd_, threshold) for feature in sensitive},
        effects=effects,
    )


def gain(y: Target, p: Probabilities, steps: int = GAIN_STEPS) -> Gain:
    """Return which share of the defaults the riskiest clients hold; clients of equal PD count as equally mixed."""
    _, which, counts = np.unique(-p, return_inverse=True, return_counts=True)
    clients = np.concatenate(([0], np.cumsum(counts))) / len(p)
    defaults = np.concatenate(([0], np.cumsum(np.bincount(which, weights=y)))) / y.sum()
    shares = np.linspace(0, 1, steps + 1)
    return Gain(clients=shares.round(6).tolist(), defaults=np.interp(shares, clients, defaults).round(6).tolist())


def outcomes(y: Target, p: Probabilities) -> Outcomes:
    """Return the distributions of PD by outcome."""
    edges = np.linspace(0, 1, OUTCOME_BINS + 1).round(6)
    return Outcomes(
        edges=edges.tolist(),
        good=np.histogram(p[y == 0], edges)[0].tolist(),
        defaults=np.histogram(p[y == 1], edges)[0].tolist(),
    )
