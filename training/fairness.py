"""How groups of people fare under the decision threshold, sensitive feature by sensitive feature."""

from itertools import pairwise

import numpy as np
import pandas as pd
from msgspec.structs import replace
from numpy.typing import NDArray

from contract.disclosure import MIN_GROUP_SIZE
from contract.encoding import code_masks
from contract.report import FairnessGroup, GroupRates
from contract.schema import Feature, FeatureType
from training.dataset import Dataset
from training.metrics import rate_with_interval

MIN_GROUP_SHARE = 0.02
"""Smaller groups are shown but not judged: their rates are too noisy (29 CFR 1607.15 A)."""

NUMERIC_BANDS = 4
"""Numbers are cut into this many bands of about equal size; no more than as many values have one each."""

Mask = NDArray[np.bool_]


def group_fairness(
    dataset: Dataset, feature: Feature, probabilities: NDArray[np.float64], threshold: float
) -> list[FairnessGroup]:
    """Return the groups of one sensitive feature, in the schema's order (bands of a number: rising), missing last."""
    groups = _groups(feature, dataset.frame[feature.name])
    approved = probabilities < threshold
    judged = [float(approved[mask].mean()) for _, mask in groups if _large(mask)]
    best = max(judged, default=0.0)
    return [
        replace(
            group,
            rates=_rates(mask, dataset.target, probabilities, approved, best)
            if group.count >= MIN_GROUP_SIZE
            else None,
        )
        for group, mask in groups
    ]


def _large(mask: Mask) -> bool:
    return int(mask.sum()) >= MIN_GROUP_SIZE and float(mask.mean()) >= MIN_GROUP_SHARE


def _rates(
    mask: Mask, target: NDArray[np.int8], probabilities: NDArray[np.float64], approved: Mask, best: float
) -> GroupRates:
    count, good = int(mask.sum()), mask & (target == 0)
    accepted = int(approved[mask].sum())
    return GroupRates(
        approval_rate=rate_with_interval(accepted, count),
        good_approval_rate=rate_with_interval(int(approved[good].sum()), int(good.sum()))
        if good.sum() >= MIN_GROUP_SIZE
        else None,
        mean_pd=float(probabilities[mask].mean()),
        default_rate=rate_with_interval(int(target[mask].sum()), count),
        adverse_impact_ratio=accepted / count / best if _large(mask) and best > 0 else None,
    )


def _groups(feature: Feature, column: pd.Series) -> list[tuple[FairnessGroup, Mask]]:
    missing = column.isna().to_numpy(bool)
    if feature.type is FeatureType.CATEGORICAL:
        groups = [_group((column == level.value).to_numpy(bool), level=level.value) for level in feature.levels]
    else:
        values = column.to_numpy(np.float64)
        coded = code_masks(feature, values)
        without_amount = np.any([missing, *coded.values()], axis=0)
        codes = [_group(coded[code], level=code) for code in feature.named_codes]
        groups = _bands(np.where(without_amount, np.nan, values)) + codes
        missing = without_amount & ~np.any([np.zeros_like(missing), *(mask for _, mask in codes)], axis=0)
    groups.append(_group(missing))
    return [(group, mask) for group, mask in groups if mask.any()]


def _bands(values: NDArray[np.float64]) -> list[tuple[FairnessGroup, Mask]]:
    if np.isnan(values).all():
        return []
    single = np.unique(values[~np.isnan(values)])
    cuts = np.unique(np.nanquantile(values, np.linspace(0, 1, NUMERIC_BANDS + 1)[1:-1]))
    if len(single) <= NUMERIC_BANDS:
        cuts = single[1:]
    band = np.where(np.isnan(values), -1, np.digitize(values, cuts))
    ends = pairwise([None, *cuts.tolist(), None])
    return [_group(band == i, low=low, high=high) for i, (low, high) in enumerate(ends)]


def _group(
    mask: Mask, level: str | None = None, low: float | None = None, high: float | None = None
) -> tuple[FairnessGroup, Mask]:
    return FairnessGroup(count=int(mask.sum()), rates=None, level=level, low=low, high=high), mask
