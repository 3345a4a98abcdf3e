"""Effects of the features: SHAP values of the final model, aggregated so that no client can be identified."""

from itertools import pairwise

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from contract.disclosure import MIN_GROUP_SIZE
from contract.encoding import code_masks
from contract.report import EffectBin, FeatureEffect, ShapSummary
from contract.schema import Feature, FeatureSchema, FeatureType
from training.booster import explain

Column = NDArray[np.float64]

SAMPLE_ROWS = 5_000
"""Rows explained: the means are stable to two digits, and a tenth of them still shows a shape."""

BEESWARM_BINS = 80
"""Contribution bins, or one more or less: as fine as dots on a screen."""

BEESWARM_REACH = (0.001, 0.999)
"""The bins reach as far as these quantiles of all contributions; the outer ones take the rest."""

VALUE_QUANTILES = 5
"""Parts of equal size that values are cut into, from low to high."""

DEPENDENCE_BINS = 10
"""Bins of equal size along a number's values."""

MAX_DISTINCT_VALUES = 12
"""A number with no more values than this has a bin for each."""


def compute_effects(booster: xgb.Booster, schema: FeatureSchema, rows: NDArray[np.float32], seed: int) -> ShapSummary:
    """Return the effects of each feature (Lundberg et al. 2020). `rows` is float32[n, features in the model]."""
    chosen = rows[np.random.default_rng(seed).permutation(len(rows))[:SAMPLE_ROWS]]
    return summarise_effects(schema, chosen, explain(booster, schema, chosen))


def summarise_effects(schema: FeatureSchema, chosen: NDArray[np.floating], explained: Column) -> ShapSummary:
    """Return the effects of each feature from the contributions (n, k + 1) of some rows (n, k), the base last."""
    contributions = explained[:, :-1]
    edges = _beeswarm_edges(contributions)
    features = {
        feature.name: _effect(feature, chosen[:, i].astype(np.float64), contributions[:, i], edges)
        for i, feature in enumerate(schema.model_features)
    }
    return ShapSummary(
        rows=len(chosen),
        base_log_odds=_round_digits(explained[0, -1]),
        edges=[_round_digits(edge) for edge in edges],
        features=dict(sorted(features.items(), key=lambda item: (-item[1].importance, item[0]))),
    )


def _effect(feature: Feature, values: Column, contributions: Column, edges: Column) -> FeatureEffect:
    return FeatureEffect(
        importance=_round_digits(np.abs(contributions).mean()),
        dependence=dependence(feature, values, contributions),
        beeswarm=beeswarm(feature, values, contributions, edges),
    )


def _beeswarm_edges(contributions: Column) -> Column:
    """Return bins of equal width; no effect at all lies in the middle of one, which is not at either end."""
    low, high = np.quantile(contributions, BEESWARM_REACH)
    step = (max(high, 0.0) - min(low, 0.0)) / BEESWARM_BINS or 1.0
    first, last = min(round(low / step), -1), max(round(high / step), 1)
    return (np.arange(first, last + 2) - 0.5) * step


def beeswarm(feature: Feature, values: Column, contributions: Column, edges: Column) -> list[list[int]]:
    """Return counts: contribution bin × part of the values from low to high; last those that are missing or codes.

    A bin of fewer than MIN_GROUP_SIZE people joins the next one towards no contribution at all.
    """
    parts = 1 if feature.type is FeatureType.CATEGORICAL else VALUE_QUANTILES
    part = np.full(len(values), parts)
    known = ~_without_amount(feature, values)
    part[known] = 0 if parts == 1 else _quantile_group(values[known])
    bins = len(edges) - 1
    place = np.clip(np.digitize(contributions, edges) - 1, 0, bins - 1)
    counts = np.bincount(place * (parts + 1) + part, minlength=bins * (parts + 1)).reshape(bins, parts + 1)
    _merge_small_bins(counts, int(np.digitize(0.0, edges)) - 1)
    return [[int(count) for count in line] for line in counts]


def _merge_small_bins(counts: NDArray[np.int64], middle: int) -> None:
    """Move bins of too few people towards the middle one, and that one to the nearest if it has too few, too."""
    inwards = [*pairwise(range(middle + 1)), *pairwise(range(len(counts) - 1, middle - 1, -1))]
    large = [place for place in range(len(counts)) if place != middle]
    for outer, inner in inwards:
        if counts[outer].sum() < MIN_GROUP_SIZE:
            counts[inner] += counts[outer]
            counts[outer] = 0
            large.remove(outer)
    if counts[middle].sum() < MIN_GROUP_SIZE and large:
        counts[min(large, key=lambda place: abs(place - middle))] += counts[middle]
        counts[middle] = 0


def _quantile_group(values: Column) -> NDArray[np.int64]:
    """Return which part of the ranked values each belongs to; equal values share the middle of their ranks."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / len(values)
    return np.minimum((middle * VALUE_QUANTILES).astype(np.int64), VALUE_QUANTILES - 1)[which]


def dependence(feature: Feature, values: Column, contributions: Column) -> list[EffectBin]:
    """Return quartiles of the contributions along the feature's values, without bins of too few people."""
    missing, known = np.isnan(values), ~_without_amount(feature, values)
    bins = _levels if feature.type is FeatureType.CATEGORICAL else _number_bins
    found = bins(feature, values[known], contributions[known])
    coded = code_masks(feature, values)
    found += [_bin(contributions[coded[code]], level=code) for code in coded if _enough(coded[code])]
    if _enough(missing):
        found.append(_bin(contributions[missing]))
    return found


def _without_amount(feature: Feature, values: Column) -> NDArray[np.bool_]:
    return np.asarray(np.any([np.isnan(values), *code_masks(feature, values).values()], axis=0))


def _enough(mask: NDArray[np.bool_]) -> bool:
    return int(mask.sum()) >= MIN_GROUP_SIZE


def _levels(feature: Feature, values: Column, contributions: Column) -> list[EffectBin]:
    masks = [(level.value, values == code) for code, level in enumerate(feature.levels)]
    return [_bin(contributions[mask], level=name) for name, mask in masks if _enough(mask)]


def _number_bins(feature: Feature, values: Column, contributions: Column) -> list[EffectBin]:
    if len(values) < MIN_GROUP_SIZE:
        return []
    # Rounded first: values that look the same in the report are the same, and no two bins begin at one number.
    values = np.array([_round_digits(value) for value in values])
    single = np.unique(values)
    if len(single) <= MAX_DISTINCT_VALUES:
        starts = _merged(single, values)
        # A bin ends with its own last value here, and not where the next one begins.
        ends = [float(single[single < following].max()) for following in starts[1:]] + [float(single[-1])]
    else:
        inner = np.quantile(values, np.linspace(0, 1, DEPENDENCE_BINS + 1)[1:-1])
        starts = _merged(np.unique([_round_digits(start) for start in (values.min(), *inner)]), values)
        ends = [*starts[1:], float(feature.maximum or 0)]
    place = np.digitize(values, starts) - 1
    lows = list(starts) if len(single) <= MAX_DISTINCT_VALUES else [float(feature.minimum or 0), *starts[1:]]
    return [
        _bin(contributions[place == i], low=_round_digits(low), high=_round_digits(high))
        for i, (low, high) in enumerate(zip(lows, ends, strict=True))
    ]


def _merged(starts: Column, values: Column) -> list[float]:
    """Return the starts of bins with enough people: a bin with too few joins the one before it."""
    kept = [float(starts[0])]
    for start in starts[1:].tolist():
        if _between(values, kept[-1], start) >= MIN_GROUP_SIZE:
            kept.append(start)
    if len(kept) > 1 and _between(values, kept[-1], np.inf) < MIN_GROUP_SIZE:
        kept.pop()
    return kept


def _between(values: Column, low: float, high: float) -> int:
    return int(((values >= low) & (values < high)).sum())


def _bin(
    contributions: Column, level: str | None = None, low: float | None = None, high: float | None = None
) -> EffectBin:
    q1, median, q3 = (_round_digits(quartile) for quartile in np.quantile(contributions, (0.25, 0.5, 0.75)))
    return EffectBin(count=len(contributions), q1=q1, median=median, q3=q3, level=level, low=low, high=high)


def _round_digits(value: float) -> float:
    """Return a value with as many digits as anyone can see: the file stays small."""
    return float(f"{float(value):.6g}")
