"""The PDs of the library that wrote a model, computed in a process of its own: its reader may crash on the file."""

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from contract.errors import IsolationError
from contract.isolation import run_isolated, serve_isolated
from model_import.errors import ModelImportError
from model_import.reader import read_content
from model_import.source_model import SourceModel

NOT_INSTALLED = b"not installed"


class _Call(Struct, array_like=True):
    content: bytes
    best_iteration: bool
    columns: int
    rows: bytes


def library_probabilities(
    source: SourceModel, content: bytes, rows: NDArray[np.float64], *, best_iteration: bool
) -> NDArray[np.float64] | None:
    """Return the PDs (n,) of rows (n, k) in the model's own order and codes; None if the library is not installed.

    Raises ModelImportError when the library cannot read the file that was read here.
    """
    call = _Call(content, best_iteration, rows.shape[1], np.ascontiguousarray(rows, np.float64).tobytes())
    try:
        answer = run_isolated("model_import.library", given=msgspec.msgpack.encode(call))
    except IsolationError as reason:
        raise ModelImportError(f"{source.library} itself cannot use this file: {reason}") from None
    return None if answer == NOT_INSTALLED else np.frombuffer(answer, np.float64)


def _predict(given: bytes) -> bytes:
    call = msgspec.msgpack.decode(given, type=_Call)
    rows = np.frombuffer(call.rows, np.float64).reshape(-1, call.columns)
    try:
        predict = read_content(call.content, best_iteration=call.best_iteration).reference()
    except ImportError:
        return NOT_INSTALLED
    return np.asarray(predict(rows), np.float64).tobytes()


if __name__ == "__main__":
    serve_isolated(_predict, ModelImportError)
