"""A model's features and codes as those of a schema.

The model reads its features in its own order, and categories by its own codes. NeoScore reads the schema's features in
their order, and a level by its position. So every split is moved to its feature's place, and one on a choice becomes a
set of positions: those of the levels that the model would send left.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from contract.coercion import level_text
from contract.schema import Feature, FeatureType
from model_import.source_model import SourceModel
from scorer.shap_tables.trees import Scale, Tree, TreeEnsemble
from scorer.tree_walk import count_rows


@dataclass(frozen=True)
class AlignedModel:
    """A model over the features of a schema."""

    ensemble: TreeEnsemble
    order: tuple[int, ...]
    """For each feature of the source model, its place in the schema's rows."""
    codes: dict[int, NDArray[np.float64]]
    """For each choice, by its place in the schema's rows: the code that the source model knows each level by."""

    def source_rows(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the schema's rows as the source model reads them."""
        translated = rows.copy()
        for place, codes in self.codes.items():
            known = ~np.isnan(rows[:, place])
            translated[known, place] = codes[rows[known, place].astype(int)]
        return translated[:, self.order]


def align(source: SourceModel, features: Sequence[Feature], order: Sequence[int]) -> AlignedModel:
    """Return the model over the schema's features; feature i of the source is features[order[i]].

    Raises ModelImportError when nothing says which code of the model a level is.
    """
    codes = {
        place: _codes(source, i, features[place])
        for i, place in enumerate(order)
        if features[place].type is FeatureType.CATEGORICAL
    }
    trees = tuple(_align_tree(tree, np.array(order, np.int32), codes) for tree in source.ensemble.trees)
    zero_is_missing = frozenset(order[i] for i in source.ensemble.zero_is_missing) - codes.keys()
    ensemble = replace(source.ensemble, trees=trees, features=len(features), zero_is_missing=zero_is_missing)
    return AlignedModel(ensemble, tuple(order), codes)


def _codes(source: SourceModel, i: int, feature: Feature) -> NDArray[np.float64]:
    """Return the model's code of each level; of a level that the model does not know, one that it never had."""
    levels = [level.value for level in feature.levels]
    texts = source.levels.get(i)
    if texts is not None:
        known = {level_text(text): float(code) for code, text in enumerate(texts)}
        return np.array([known.get(level, float(len(texts))) for level in levels])
    try:
        return np.array([float(level) for level in levels])
    except ValueError:
        return np.arange(len(levels), dtype=np.float64)


def _align_tree(tree: Tree, order: NDArray[np.int32], codes: dict[int, NDArray[np.float64]]) -> Tree:
    feature = np.where(tree.left < 0, 0, order[tree.feature]).astype(np.int32)
    categories = {}
    for node in np.flatnonzero(tree.left >= 0).tolist():
        of_levels = codes.get(int(feature[node]))
        if of_levels is not None:
            categories[node] = frozenset(np.flatnonzero(_goes_left(tree, node, of_levels)).tolist())
        elif node in tree.categories:
            categories[node] = tree.categories[node]
    return replace(tree, feature=feature, categories=categories)


def _goes_left(tree: Tree, node: int, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    if node in tree.categories:
        return np.isin(values, list(tree.categories[node]))
    return np.asarray(values < tree.limit[node])


def opposite(ensemble: TreeEnsemble) -> TreeEnsemble:
    """Return the model of the other outcome: 1 - p."""
    trees = tuple(replace(tree, value=-tree.value) for tree in ensemble.trees)
    certain = 1.0 if ensemble.scale is Scale.PROBABILITY else 0.0
    return replace(ensemble, trees=trees, bias=certain - ensemble.bias)


def cover_of(ensemble: TreeEnsemble, rows: NDArray[np.float64]) -> TreeEnsemble:
    """Return the model with the number of these rows that come through each node as its cover."""
    covers = count_rows(ensemble, rows)
    trees = tuple(replace(tree, cover=cover) for tree, cover in zip(ensemble.trees, covers, strict=True))
    return replace(ensemble, trees=trees)
