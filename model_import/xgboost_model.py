"""XGBoost's own files, UBJSON or JSON, read like the models of NeoScore."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model_import.errors import ModelImportError
from model_import.source_model import Predict, SourceModel
from scorer.errors import ModelLoadError, TableCompilationError
from scorer.xgboost_file import XGBoostModel, is_json, parse_xgboost


def read_xgboost(content: bytes, best_iteration: bool) -> SourceModel:
    """Read the file.

    With `best_iteration`, only the trees up to the one at which early stopping found the best score. Raises
    ModelImportError for a damaged file, for linear boosters, and for another objective than one probability.
    """
    try:
        model = parse_xgboost(content)
    except TableCompilationError as reason:
        raise ModelImportError(f"the XGBoost model cannot be imported: {reason}") from None
    except ModelLoadError as reason:
        raise ModelImportError(f"not a model of XGBoost that can be read: {reason}") from None
    try:
        model, notes = _trees_to_take(model, best_iteration)
        names = tuple(str(name) for name in model.learner.get("feature_names") or ()) or None
        levels = _levels(model.learner)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError):
        raise ModelImportError("the XGBoost file is damaged: what it says of its features cannot be read") from None
    if names and len(names) != model.features:
        raise ModelImportError(f"the XGBoost file is damaged: it names {len(names)} of {model.features} features")
    return SourceModel(
        library="XGBoost",
        description=f"{len(model.trees)} trees, booster {model.booster}, objective {model.objective}",
        ensemble=model.ensemble(),
        reference=lambda: _reference(model),
        extension="xgboost.json" if is_json(content) else "xgboost.ubj",
        names=names,
        levels=levels,
        notes=notes,
    )


def _reference(model: XGBoostModel) -> Predict:
    import xgboost

    booster = xgboost.Booster({"nthread": 1}, model_file=bytearray(model.document()))

    def predict(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(over="ignore"):
            values = rows.astype(np.float32)
        matrix = xgboost.DMatrix(values, nthread=1)
        return np.asarray(booster.predict(matrix, validate_features=False), np.float64)

    return predict


def _trees_to_take(model: XGBoostModel, best_iteration: bool) -> tuple[XGBoostModel, tuple[str, ...]]:
    """XGBoost's two interfaces differ after early stopping: the Booster takes all trees, the classifier the best."""
    rounds, best = model.rounds, model.learner.get("attributes", {}).get("best_iteration")
    if best is None or not 0 <= int(best) < rounds - 1:
        return model, ()
    if best_iteration:
        return model.first_rounds(int(best) + 1), (f"the first {int(best) + 1} of {rounds} rounds are taken",)
    return model, (
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
    content, ends = bytes(int(value) & 0xFF for value in encoding["values"]), encoding["offsets"]
    return tuple(content[start:end].decode() for start, end in pairwise(ends))
