"""LightGBM's text file, as `Booster.save_model` writes it.

A split sends a row left when its value is at most the threshold, in float64. What counts as missing is said by each
split: nothing (NaN is read as 0), zeros and NaN, or NaN. A split on categories sends a set of codes left, NaN right.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from model_import.errors import ModelImportError
from model_import.source_model import Predict, SourceModel
from scorer.shap_tables.trees import Precision, Tree, TreeEnsemble

MISSING_NONE, MISSING_ZERO, MISSING_NAN = range(3)
"""Bits 2 and 3 of a split's decision type."""

CATEGORICAL_BIT, DEFAULT_LEFT_BIT = 1, 2

SIGMOID_OBJECTIVES = ("binary", "cross_entropy", "xentropy")

Block = dict[str, str]


def read_lightgbm(content: bytes) -> SourceModel:
    """Read the file. Raises ModelImportError for another objective than binary, and for linear trees."""
    head, *blocks = re.split(r"^Tree=\d+$", content.decode("utf-8", "replace"), flags=re.MULTILINE)
    header = _fields(head)
    scale, objective = _objective(header)
    if not blocks:
        raise ModelImportError("the LightGBM model has no trees")
    if "average_output" in head.splitlines():  # a random forest of LightGBM averages log-odds
        scale /= len(blocks)
    trees = [_fields(block.split("end of trees")[0]) for block in blocks]
    try:
        ensemble = TreeEnsemble(
            trees=tuple(_tree(tree, scale) for tree in trees),
            features=int(header["max_feature_idx"]) + 1,
            bias=0.0,
            precision=Precision.FLOAT64,
            zero_is_missing=_zero_is_missing(trees),
        )
        names = tuple(header["feature_names"].split(" "))
        levels = _levels(blocks[-1], header)
    except (KeyError, ValueError, IndexError):
        raise ModelImportError("the LightGBM file is damaged: a tree is not whole") from None
    return SourceModel(
        library="LightGBM",
        description=f"{len(trees)} trees, objective {objective}",
        ensemble=ensemble,
        reference=lambda: _reference(content),
        extension="lightgbm.txt",
        names=None if all(name == f"Column_{i}" for i, name in enumerate(names)) else names,
        levels=levels,
    )


def _reference(content: bytes) -> Predict:
    import lightgbm

    booster = lightgbm.Booster(model_str=content.decode("utf-8"))
    return lambda rows: np.asarray(booster.predict(rows, num_threads=1), np.float64)


def _fields(text: str) -> Block:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _objective(header: Block) -> tuple[float, str]:
    """Return what raw scores are multiplied by before the sigmoid, and the objective's name."""
    name, *parameters = header.get("objective", "").split(" ")
    if not name or name == "custom":
        raise ModelImportError(
            "the LightGBM model has an objective of its own, so nothing says how a score becomes a probability: train "
            "it with objective binary"
        )
    if int(header.get("num_tree_per_iteration", 1)) != 1 or name not in SIGMOID_OBJECTIVES:
        raise ModelImportError(
            f"the objective of the LightGBM model is {name}: only models of one probability (binary) can be imported"
        )
    given = dict(parameter.split(":", 1) for parameter in parameters if ":" in parameter)
    return float(given.get("sigmoid", 1.0)), name


def _numbers(tree: Block, name: str, kind: type) -> NDArray[Any]:
    return np.array(tree.get(name, "").split(), kind)


def _tree(tree: Block, scale: float) -> Tree:
    """Read one tree: the splits come first, the leaves after them."""
    if int(tree.get("is_linear", 0)):
        raise ModelImportError("the LightGBM model has linear trees, whose leaves are no constants: train it without")
    leaf_value, leaves = _numbers(tree, "leaf_value", float), int(tree["num_leaves"])
    splits = leaves - 1
    decision = _numbers(tree, "decision_type", int)
    threshold = _numbers(tree, "threshold", float)
    missing = (decision >> 2) & 3
    categorical = (decision & CATEGORICAL_BIT) > 0
    default_left = (decision & DEFAULT_LEFT_BIT) > 0
    default_left = np.where(missing == MISSING_NONE, threshold >= 0, default_left) & ~categorical
    left, right = (_child(_numbers(tree, side, int), splits) for side in ("left_child", "right_child"))
    none = np.zeros(leaves)
    counts = [_numbers(tree, name, float) for name in ("internal_count", "leaf_count")]
    if any(len(column) != splits for column in (decision, threshold, left, right)) or len(leaf_value) != leaves:
        raise ValueError
    if leaves > 1 and (len(counts[0]) != splits or len(counts[1]) != leaves):
        raise ModelImportError("the LightGBM file does not say how many rows its leaves hold")
    return Tree(
        left=np.concatenate([left, none - 1]).astype(np.int32),
        right=np.concatenate([right, none - 1]).astype(np.int32),
        feature=np.concatenate([_numbers(tree, "split_feature", int), none]).astype(np.int32),
        threshold=np.concatenate([np.where(categorical, 0.0, threshold), none]),
        inclusive=np.ones(splits + leaves, bool),
        default_left=np.concatenate([default_left, none > 0]),
        cover=np.concatenate(counts) if leaves > 1 else np.ones(1),
        value=np.concatenate([np.zeros(splits), leaf_value * scale]),
        categories=_categories(tree, categorical, threshold),
    )


def _child(child: NDArray[Any], splits: int) -> NDArray[Any]:
    """A negative number is the complement of a leaf's."""
    return np.where(child >= 0, child, splits + ~child)


def _categories(tree: Block, categorical: NDArray[np.bool_], threshold: NDArray[Any]) -> dict[int, frozenset[int]]:
    """The threshold of a split on categories is the number of its set of bits."""
    start, words = _numbers(tree, "cat_boundaries", int), _numbers(tree, "cat_threshold", int)
    sets = {}
    for node in np.flatnonzero(categorical).tolist():
        number = int(threshold[node])
        bits = words[start[number] : start[number + 1]].tolist()
        sets[node] = frozenset(32 * i + bit for i, word in enumerate(bits) for bit in range(32) if word >> bit & 1)
    return sets


def _zero_is_missing(trees: list[Block]) -> frozenset[int]:
    """Return the features whose zeros are missing. LightGBM decides it by feature, and so all of its splits agree."""
    kinds: dict[int, set[int]] = {}
    for tree in trees:
        for feature, decision in zip(
            _numbers(tree, "split_feature", int).tolist(), _numbers(tree, "decision_type", int).tolist(), strict=True
        ):
            if not decision & CATEGORICAL_BIT:
                kinds.setdefault(feature, set()).add((decision >> 2) & 3)
    zero = {feature for feature, found in kinds.items() if MISSING_ZERO in found}
    if any(len(kinds[feature]) > 1 for feature in zero):
        raise ModelImportError("the LightGBM model takes zeros of one feature for missing in some trees only")
    return frozenset(zero)


def _levels(last_block: str, header: Block) -> Mapping[int, tuple[str, ...] | None]:
    """Return the categorical features, with the texts of their codes if the file has those of pandas.

    `feature_infos` writes a range as [low:high] and categories as a:b:c.
    """
    infos = header["feature_infos"].split(" ")
    parameter = re.search(r"^\[categorical_feature: ([\d,]+)\]$", last_block, re.MULTILINE)
    found = [i for i, info in enumerate(infos) if ":" in info and not info.startswith("[")]
    written = re.search(r"^pandas_categorical:(.*)$", last_block, re.MULTILINE)
    texts = msgspec.json.decode(written[1]) if written else None
    if parameter:
        found = sorted({int(feature) for feature in parameter[1].split(",")})
    if not texts:
        return dict.fromkeys(found)
    if len(texts) != len(found):
        raise ModelImportError("the LightGBM file does not say which features its lists of categories are of")
    return {feature: tuple(_text(level) for level in levels) for feature, levels in zip(found, texts, strict=True)}


def _text(level: Any) -> str:
    return str(int(level)) if isinstance(level, float) and level.is_integer() else str(level)
