"""XGBoost's own files, UBJSON or JSON, read by XGBoost itself and then taken apart like the models of NeoScore."""

from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import xgboost
from numpy.typing import NDArray

from model_import.errors import ModelImportError
from model_import.source_model import Predict, SourceModel
from scorer.errors import TableCompilationError
from scorer.model_formats import parse_xgboost_json


def read_xgboost(content: bytes, best_iteration: bool) -> SourceModel:
    """Read the file.

    With `best_iteration`, only the trees up to the one at which early stopping found the best score. Raises
    ModelImportError for linear boosters and for another objective than one probability.
    """
    try:
        booster = xgboost.Booster({"nthread": 1}, model_file=bytearray(content))
    except xgboost.core.XGBoostError:
        raise ModelImportError("the file is not a model that this version of XGBoost reads") from None
    booster, notes = _trees_to_take(booster, best_iteration)
    model_json = bytes(booster.save_raw("json"))
    try:
        ensemble = parse_xgboost_json(model_json)
    except TableCompilationError as reason:
        raise ModelImportError(f"the XGBoost model cannot be imported: {reason}") from None
    learner = msgspec.json.decode(model_json)["learner"]
    return SourceModel(
        library="XGBoost",
        description=(
            f"{len(ensemble.trees)} trees, booster {learner['gradient_booster']['name']}, "
            f"objective {learner['objective']['name']}"
        ),
        ensemble=ensemble,
        reference=lambda: _reference(booster),
        extension="xgboost.json" if content.lstrip()[1:2] in (b'"', b"\n", b" ") else "xgboost.ubj",
        names=tuple(booster.feature_names) if booster.feature_names else None,
        levels=_levels(learner),
        notes=notes,
    )


def _reference(booster: xgboost.Booster) -> Predict:
    def predict(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(over="ignore"):
            values = rows.astype(np.float32)
        names, types = booster.feature_names, booster.feature_types
        matrix = xgboost.DMatrix(values, feature_names=names, feature_types=types, enable_categorical=True, nthread=1)
        return np.asarray(booster.predict(matrix), np.float64)

    return predict


def _trees_to_take(booster: xgboost.Booster, best_iteration: bool) -> tuple[xgboost.Booster, tuple[str, ...]]:
    """XGBoost's two interfaces differ after early stopping: the Booster takes all trees, the classifier the best."""
    rounds, best = booster.num_boosted_rounds(), booster.attr("best_iteration")
    if best is None or int(best) + 1 >= rounds:
        return booster, ()
    if best_iteration:
        return booster[: int(best) + 1], (f"the first {int(best) + 1} of {rounds} rounds are taken",)
    return booster, (
        f"early stopping found the first {int(best) + 1} of {rounds} rounds best; all are taken, as Booster.predict "
        "does: with --best-iteration those alone, as XGBClassifier does",
    )


def _levels(learner: Any) -> dict[int, tuple[str, ...] | None]:
    """Return the categorical features, with the texts of their codes where the model was trained on a data frame."""
    kinds = learner.get("feature_types") or []
    stored = learner["gradient_booster"].get("model", learner["gradient_booster"].get("gbtree", {}).get("model", {}))
    encodings = stored.get("cats", {}).get("enc", [])
    found: dict[int, tuple[str, ...] | None] = {}
    for feature, kind in enumerate(kinds):
        if kind == "c":
            texts = _texts(encodings[feature]) if feature < len(encodings) else ()
            found[feature] = texts or None
    return found


def _texts(encoding: Any) -> tuple[str, ...]:
    if "offsets" not in encoding:  # numbers
        return tuple(str(value) for value in encoding.get("values", []))
    content, ends = bytes(value & 0xFF for value in encoding["values"]), encoding["offsets"]
    return tuple(content[start:end].decode() for start, end in pairwise(ends))
