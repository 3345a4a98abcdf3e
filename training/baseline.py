"""Histograms of the training data: what the model considers ordinary."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from contract.baseline import Baseline, BaselineHistogram
from contract.encoding import code_masks
from contract.schema import Feature, FeatureType
from training.dataset import Dataset

QUANTILES = (0.01, *np.arange(0.05, 1, 0.05).round(2).tolist(), 0.99)
"""Inner edges for amounts: bins of about equal weight, with thin ones for the tails."""

TAIL_MARGIN = 1e-6
"""Share of a bound that many clients are at, beyond which the outer bin ends: the bound is then an inner edge, as any
other quantile is, and the tail beyond it is empty. Wider than the resolution of float32."""

MAX_SPAN_WITH_UNIT_BINS = 100
"""An integer feature with no more possible values than this gets one bin for each."""

PROBABILITY_BINS = 50


def build_baseline(dataset: Dataset, probability: NDArray[np.float64]) -> Baseline:
    """Return histograms of every feature of the schema, sensitive ones too, and of the out-of-fold PDs."""
    edges = np.linspace(0, 1, PROBABILITY_BINS + 1)
    return Baseline(
        rows=len(dataset.frame),
        features={f.name: histogram(f, dataset.frame[f.name]) for f in dataset.schema},
        probability=_bin_counts(probability, edges),
    )


def histogram(feature: Feature, column: pd.Series) -> BaselineHistogram:
    """Return the histogram of raw values. The outer edges follow from the schema's bounds, never from one person."""
    if feature.type is FeatureType.CATEGORICAL:
        levels = [level.value for level in feature.levels]
        counts = column.value_counts()
        return BaselineHistogram(
            counts=[int(counts.get(level, 0)) for level in levels], levels=levels, missing=int(column.isna().sum())
        )
    values = column.to_numpy(np.float64)
    coded = code_masks(feature, values)
    low, high = feature.bounds
    outside = (values < low) | (values > high)
    left_out = [outside] if feature.outside == "missing" else []
    amounts = values[~np.any([np.isnan(values), *coded.values(), *left_out], axis=0)].clip(low, high)
    counted = _bin_counts(amounts, _edges(feature, amounts))
    codes = {code: int(coded[code].sum()) for code in feature.named_codes}
    missing = len(values) - len(amounts) - sum(codes.values())
    return BaselineHistogram(counts=counted.counts, edges=counted.edges, codes=codes, missing=missing)


def _edges(feature: Feature, values: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = float(feature.minimum or 0), float(feature.maximum or 0)
    if feature.type is FeatureType.INTEGER and high - low <= MAX_SPAN_WITH_UNIT_BINS:
        return np.arange(low - 0.5, high + 1)
    inner = np.quantile(values, QUANTILES) if len(values) else np.zeros(0)
    if low in inner:
        low -= TAIL_MARGIN * max(1.0, abs(low))
    if high in inner:
        high += TAIL_MARGIN * max(1.0, abs(high))
    edges = np.unique(np.concatenate(([low], inner, [high])))
    return edges if len(edges) > 1 else np.array([low - 0.5, high + 0.5])


def _bin_counts(values: NDArray[np.float64], edges: NDArray[np.float64]) -> BaselineHistogram:
    return BaselineHistogram(counts=np.histogram(values, edges)[0].tolist(), edges=edges.tolist())
