"""CatBoost's JSON file, as `save_model(..., format="json")` writes it.

All splits of a level of an oblivious tree are the same. A leaf's number holds the answers as bits, and CatBoost reads
its tree from the highest one down. A split asks whether a value is above a border, in float32, or is one of two equal
categories. What a missing value answers is said by its feature.
"""

import tempfile
from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from contract.errors import JSON_DECODE_ERRORS
from model_import.errors import ModelImportError
from model_import.source_model import Predict, SourceModel
from scorer.shap_tables.trees import Tree, TreeEnsemble

SIGMOID_LOSSES = ("Logloss", "CrossEntropy")

MAX_DEPTH = 16
"""CatBoost's own limit."""

HASH_BITS = 0xFFFFFFFF


def read_catboost(content: bytes) -> SourceModel:
    """Read the file. Raises ModelImportError for another loss, other trees, and statistics of categories (CTR)."""
    try:
        model = msgspec.json.decode(content)
        _check_kind(model)
        info = model["features_info"]
        floats, categorical = info.get("float_features", []), info.get("categorical_features", [])
        texts = _Categories(info.get("cat_features_hash", []), categorical, model["oblivious_trees"])
        scale, (bias,) = model["scale_and_bias"]
        ensemble = TreeEnsemble(
            trees=tuple(_tree(tree, floats, texts, float(scale)) for tree in model["oblivious_trees"]),
            features=len(floats) + len(categorical),
            bias=float(bias),
        )
        named = {f["flat_feature_index"]: f.get("feature_name", "") for f in (*floats, *categorical)}
        names = tuple(named[i] for i in range(ensemble.features))
        classes = [str(name) for name in model["model_info"].get("class_params", {}).get("class_names", [])]
    except (*JSON_DECODE_ERRORS, KeyError, TypeError, ValueError, IndexError):
        raise ModelImportError("the CatBoost file is damaged: a part of it is missing") from None
    positional = all(name in ("", str(i)) for i, name in enumerate(names))
    levels = {feature["flat_feature_index"]: texts.levels[i] for i, feature in enumerate(categorical)}
    return SourceModel(
        library="CatBoost",
        description=f"{len(ensemble.trees)} oblivious trees, loss {_loss(model)}",
        ensemble=ensemble,
        reference=lambda: _reference(content, levels),
        extension="catboost.json",
        names=None if positional else names,
        levels=dict.fromkeys(levels) | {feature: found for feature, found in levels.items() if found},
        classes=(classes[0], classes[1]) if len(classes) == 2 else ("0", "1"),
    )


def _reference(content: bytes, levels: dict[int, tuple[str, ...]]) -> Predict:
    import catboost

    model = catboost.CatBoostClassifier()
    with tempfile.NamedTemporaryFile(suffix=".json") as file:  # its JSON reader takes files only
        file.write(content)
        file.flush()
        model.load_model(file.name, format="json")

    def predict(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        columns: NDArray[Any] = rows.astype(np.float32)
        if levels:
            columns = columns.astype(object)
            for feature, texts in levels.items():
                # A code without a text is that of any other level.
                columns[:, feature] = [texts[int(code)] if 0 <= code < len(texts) else "" for code in rows[:, feature]]
        pool = catboost.Pool(columns, cat_features=list(levels) or None)
        return np.asarray(model.predict_proba(pool, thread_count=1)[:, 1], np.float64)

    return predict


def _loss(model: Any) -> str:
    return str(model["model_info"]["params"]["loss_function"]["type"])


def _check_kind(model: Any) -> None:
    if _loss(model) not in SIGMOID_LOSSES:
        raise ModelImportError(
            f"the loss of the CatBoost model is {_loss(model)}: only models of one probability (Logloss) can be "
            "imported"
        )
    if "oblivious_trees" not in model:
        raise ModelImportError(
            "the CatBoost model has trees that are not symmetric: train it with grow_policy='SymmetricTree'"
        )
    kinds = {split["split_type"] for tree in model["oblivious_trees"] for split in tree["splits"]}
    if "OnlineCtr" in kinds:
        raise ModelImportError(
            "the CatBoost model turns categories into statistics of the outcome (CTR): train it with a "
            "one_hot_max_size as large as the longest list of categories"
        )
    if others := kinds - {"FloatFeature", "OneHotFeature"}:
        raise ModelImportError(f"the CatBoost model splits on {', '.join(sorted(others))}, which cannot be imported")


class _Categories:
    """Codes for the categories that the splits of each categorical feature name; the file names them by hash."""

    def __init__(self, hashes: Iterable[Any], features: list[Any], trees: list[Any]) -> None:
        text = {int(entry["hash"]) & HASH_BITS: str(entry["value"]) for entry in hashes}
        self._codes: list[dict[int, int]] = [{} for _ in features]
        self.flat = [feature["flat_feature_index"] for feature in features]
        for tree in trees:
            for split in tree["splits"]:
                if split["split_type"] == "OneHotFeature":
                    codes = self._codes[split["cat_feature_index"]]
                    codes.setdefault(split["value"] & HASH_BITS, len(codes))
        if any(value not in text for codes in self._codes for value in codes):
            raise ModelImportError(
                "the CatBoost file names categories by hash only: save it again with "
                "save_model(FILE, format='json', pool=TRAINING_POOL)"
            )
        self.levels = [tuple(text[value] for value in codes) for codes in self._codes]
        """By categorical feature: the text of each code."""

    def code(self, feature: int, value: int) -> int:
        """Return the code of a split's category."""
        return self._codes[feature][value & HASH_BITS]


def _tree(tree: Any, floats: list[Any], texts: _Categories, scale: float) -> Tree:
    """Read one tree as a full binary one: node i has the children 2i + 1, for "no", and 2i + 2, for "yes"."""
    splits, values, weights = tree["splits"][::-1], tree["leaf_values"], tree["leaf_weights"]
    depth, inner = len(splits), (1 << len(splits)) - 1
    if depth > MAX_DEPTH or len(values) != inner + 1 or len(weights) != inner + 1:
        raise ModelImportError("the CatBoost model has more than one output, or a tree is not whole")
    nodes = np.arange(2 * inner + 1)
    is_leaf = nodes >= inner
    left, right = np.where(is_leaf, -1, 2 * nodes + 1), np.where(is_leaf, -1, 2 * nodes + 2)
    feature, threshold = np.zeros(len(nodes), np.int32), np.zeros(len(nodes))
    default_left = np.ones(len(nodes), bool)
    categories: dict[int, frozenset[int]] = {}
    for level, split in enumerate(splits):
        of_level = slice((1 << level) - 1, (2 << level) - 1)
        if split["split_type"] == "OneHotFeature":
            number = split["cat_feature_index"]
            feature[of_level] = texts.flat[number]
            left[of_level], right[of_level] = right[of_level].copy(), left[of_level].copy()
            default_left[of_level] = False
            only = frozenset({texts.code(number, split["value"])})
            categories |= dict.fromkeys(range(of_level.start, of_level.stop), only)
        else:
            asked = floats[split["float_feature_index"]]
            feature[of_level] = asked["flat_feature_index"]
            threshold[of_level] = np.float32(split["border"])
            default_left[of_level] = asked.get("nan_value_treatment", "AsIs") != "AsTrue"
    cover = np.concatenate([np.zeros(inner), np.asarray(weights, np.float64)])
    for node in range(inner - 1, -1, -1):
        cover[node] = cover[2 * node + 1] + cover[2 * node + 2]
    return Tree(
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        feature=feature,
        threshold=threshold,
        inclusive=np.ones(len(nodes), bool),
        default_left=default_left,
        cover=cover,
        value=np.concatenate([np.zeros(inner), np.asarray(values, np.float64) * scale]),
        categories=categories,
    )
