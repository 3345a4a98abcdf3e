"""Which library wrote a file, told by its content, and the model in it."""

from pathlib import Path
from typing import Any

import msgspec
import yaml

from contract.bundle import MAX_FILE_BYTES
from contract.errors import JSON_DECODE_ERRORS
from contract.regular_files import IrregularFileError, read_regular_file
from model_import.catboost_json import read_catboost
from model_import.errors import ModelImportError
from model_import.lightgbm_text import read_lightgbm
from model_import.onnx_trees import read_onnx
from model_import.source_model import SourceModel
from model_import.xgboost_model import read_xgboost
from scorer.errors import ModelLoadError
from scorer.shap_tables.trees import check_ensemble
from scorer.xgboost_file import is_json

EXPORTS = (
    "XGBoost model.save_model('model.ubj'), LightGBM booster.save_model('model.txt'), CatBoost "
    "model.save_model('model.json', format='json'), scikit-learn skl2onnx.to_onnx(model, X[:1].astype('float32'))"
)

PICKLES = (".pkl", ".pickle", ".joblib", ".skops")
"""Ends of names: the oldest pickles begin like any text."""

_PICKLE = f"a pickle runs code when it is opened, so it is not read; export the model: {EXPORTS}"

MLMODEL = "MLmodel"
"""What describes the model in a folder that MLflow wrote."""

MAX_MLMODEL_BYTES = 1 << 20
"""MLflow writes a few KB."""

MLFLOW_FILES = {
    "xgboost": "model.xgb",
    "lightgbm": "model.lgb",
    "catboost": "model.cb",
    "onnx": "model.onnx",
}
"""MLflow's flavour → what the file is called if the description does not name it as `data`."""


def read_model(path: Path, *, best_iteration: bool = False) -> tuple[SourceModel, bytes]:
    """Return the model in a file, or in a folder of MLflow, and the content of its file.

    Raises ModelImportError with one sentence. A pickle is never opened.
    """
    if path.is_dir():
        path = _file_of_mlflow(path)
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ModelImportError(f"{path}: larger than {MAX_FILE_BYTES >> 20} MB, which no worker could serve")
        content = path.read_bytes()
    except OSError as error:
        raise ModelImportError(f"{path}: {error.strerror}") from None
    if path.suffix.lower() in PICKLES:
        raise ModelImportError(f"{path}: {_PICKLE}")
    try:
        return read_content(content, best_iteration=best_iteration), content
    except ModelImportError as reason:
        raise ModelImportError(f"{path}: {reason}") from None


def read_content(content: bytes, *, best_iteration: bool) -> SourceModel:
    """Return the model in the content of a file, checked. Raises ModelImportError with one sentence."""
    try:
        source = _read(content, best_iteration)
        check_ensemble(source.ensemble)
    except ModelLoadError as reason:
        raise ModelImportError(str(reason)) from None
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, MemoryError, *JSON_DECODE_ERRORS) as e:
        raise ModelImportError(f"the file is damaged: a part of it cannot be read ({type(e).__name__})") from None
    return source


def _read(content: bytes, best_iteration: bool) -> SourceModel:
    if _is_pickle(content):
        raise ModelImportError(_PICKLE)
    if content.startswith(b"CBM1"):
        raise ModelImportError("CatBoost's binary form; write JSON: model.save_model('model.json', format='json')")
    if content.startswith((b"binf", b"bs64")):
        raise ModelImportError("XGBoost's old binary form; write another: model.save_model('model.ubj')")
    if content.startswith((b"tree\n", b"tree\r\n")):
        return read_lightgbm(content.replace(b"\r\n", b"\n"))
    if content.lstrip()[:1] == b"{":
        return _read_json(content, best_iteration)
    return read_onnx(content)


def _read_json(content: bytes, best_iteration: bool) -> SourceModel:
    """XGBoost's binary form (UBJSON) begins with a brace, too."""
    try:
        keys = msgspec.json.decode(content, type=dict[str, msgspec.Raw]).keys()
    except JSON_DECODE_ERRORS:
        if is_json(content):
            raise ModelImportError("the file begins like JSON and cannot be read as JSON; is it whole?") from None
        return read_xgboost(content, best_iteration)
    if "learner" in keys:
        return read_xgboost(content, best_iteration)
    if "features_info" in keys:
        return read_catboost(content)
    if "tree_info" in keys:
        raise ModelImportError("a dump of LightGBM, which is for people; write the model: save_model('model.txt')")
    raise ModelImportError(f"JSON of no library that can be imported; export the model: {EXPORTS}")


def _is_pickle(content: bytes) -> bool:
    """Tell pickles and what holds them (joblib's compressed ones, archives) by their first bytes."""
    first = content[:2]
    binary = first[:1] == b"\x80" and first[1:] in (b"\x02", b"\x03", b"\x04", b"\x05")
    packed = first in (b"\x1f\x8b", b"BZ", b"\xfd7") or (first[:1] == b"\x78" and not content.startswith(b"x="))
    return binary or packed or content.startswith(b"PK\x03\x04")


def _file_of_mlflow(folder: Path) -> Path:
    try:
        described: Any = yaml.safe_load(read_regular_file((folder / MLMODEL).resolve(), MAX_MLMODEL_BYTES).decode())
        flavours = dict(described["flavors"])
    except FileNotFoundError:
        raise ModelImportError(f"{folder}: a folder without the file {MLMODEL} that MLflow writes") from None
    except (OSError, IrregularFileError, RecursionError, yaml.YAMLError, KeyError, TypeError, ValueError):
        raise ModelImportError(f"{folder / MLMODEL}: not a description of a model by MLflow") from None
    for name, usual in MLFLOW_FILES.items():
        if name in flavours:
            given = flavours[name]
            file = folder / (str(given["data"]) if isinstance(given, dict) and "data" in given else usual)
            if "\0" in file.name:
                raise ModelImportError(f"{folder / MLMODEL}: names no file")
            if folder.resolve() not in file.resolve().parents:
                raise ModelImportError(f"{folder / MLMODEL}: names a file outside the folder")
            return file
    known = ", ".join(sorted(set(flavours) - {"python_function"})) or "no flavour"
    raise ModelImportError(
        f"{folder}: MLflow keeps this model ({known}) as a pickle, which runs code when it is opened; export the "
        f"model: {EXPORTS}"
    )
