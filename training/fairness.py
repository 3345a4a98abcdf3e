"""How groups of people fare under the decision threshold, sensitive feature by sensitive feature."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from contract.schema import Feature, FeatureType
from training.dataset import Dataset

FOUR_FIFTHS = 0.8
"""A group approved less than four fifths as often as the best-approved one calls for a look (29 CFR 1607.4 D)."""

LEAST_SHARE = 0.02
"""Smaller groups are shown but not judged: their rates are too noisy (29 CFR 1607.15 A)."""

AGE_BANDS = 4
"""Numbers are cut into this many bands of about equal size."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """One group of people."""

    label: str
    count: int
    approval_rate: float
    """Share whose PD is below the threshold."""
    good_approval_rate: float
    """The same among those who did not default: equal opportunity (Hardt et al. 2016)."""
    mean_pd: float
    default_rate: float
    approval_ratio: float | None
    """Approval rate over that of the best-approved group; None for a group too small to judge."""


def judge_groups(dataset: Dataset, feature: Feature, pd_: NDArray[np.float64], threshold: float) -> list[Group]:
    """Return the groups of one sensitive feature, in the schema's order (bands of a number: rising)."""
    masks = _groups(feature, dataset.frame[feature.name])
    approved = pd_ < threshold
    rates = [approved[mask].mean() for _, mask in masks if mask.mean() >= LEAST_SHARE]
    best = max(rates, default=0.0)
    return [_judge(label, mask, dataset.target, pd_, approved, best) for label, mask in masks]


def _judge(
    label: str,
    mask: NDArray[np.bool_],
    target: NDArray[np.int8],
    pd_: NDArray[np.float64],
    approved: NDArray[np.bool_],
    best: float,
) -> Group:
    good = mask & (target == 0)
    rate = float(approved[mask].mean())
    judged = mask.mean() >= LEAST_SHARE and best > 0
    return Group(
        label=label,
        count=int(mask.sum()),
        approval_rate=rate,
        good_approval_rate=float(approved[good].mean()) if good.any() else float("nan"),
        mean_pd=float(pd_[mask].mean()),
        default_rate=float(target[mask].mean()),
        approval_ratio=rate / best if judged else None,
    )


def _groups(feature: Feature, column: pd.Series) -> list[tuple[str, NDArray[np.bool_]]]:
    if feature.type is FeatureType.CHOICE:
        groups = [(level.label.en, (column == level.value).to_numpy(bool)) for level in feature.levels]
    else:
        groups = _bands(column)
    groups.append(("missing", column.isna().to_numpy(bool)))
    return [(label, mask) for label, mask in groups if mask.any()]


def _bands(column: pd.Series) -> list[tuple[str, NDArray[np.bool_]]]:
    if column.isna().all():
        return []
    values = column.to_numpy(np.float64)
    cuts = np.unique(np.nanquantile(values, np.linspace(0, 1, AGE_BANDS + 1)[1:-1]))
    band = np.where(np.isnan(values), -1, np.digitize(values, cuts))
    names = [f"below {cuts[0]:g}", *(f"{a:g} to below {b:g}" for a, b in pairwise(cuts))]
    return [(name, band == i) for i, name in enumerate([*names, f"{cuts[-1]:g} and above"])]
