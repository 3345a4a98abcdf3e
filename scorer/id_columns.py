"""The identity columns of a block: are they what single requests may hold?"""

import re

import numba
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from contract.blocks import ID_COLUMNS
from contract.codes import ErrorCode
from contract.ids import CLIENT_REF_PATTERN, UUID_PATTERN
from contract.messages import FieldError
from contract.pseudonyms import PSEUDONYM_PATTERN

MAX_CLIENT_REF_LENGTH = 128
_TEXT = numba.types.Array(numba.uint8, 1, "C", readonly=True)

_UUID_LENGTH = 36
_DASHES = (8, 13, 18, 23)


def _allowed(pattern: bytes) -> NDArray[np.bool_]:
    """Return (256,) which bytes match."""
    return np.array([re.fullmatch(pattern, bytes([i])) is not None for i in range(256)])


_UUID_FORM = np.array([_allowed(rb"-" if i in _DASHES else rb"[0-9a-fA-F]") for i in range(_UUID_LENGTH)])
_PRINTABLE = _allowed(rb"[^\x00-\x1f\x7f]")[None]


@numba.njit([numba.boolean(_TEXT, numba.boolean[:, ::1])], nogil=True, cache=True)
def _have_form(text: NDArray[np.uint8], form: NDArray[np.bool_]) -> bool:
    """Return whether the bytes, in runs as long as `form`, are allowed: form[position in the run, byte]."""
    fits = True
    for start in range(0, len(text), len(form)):
        for i in range(len(form)):
            fits &= form[i, text[start + i]]
    return fits


def validate_id_columns(batch: pa.RecordBatch, *, pseudonyms_only: bool = False) -> dict[int, list[FieldError]]:
    """Return row number → what is wrong with its request_id and client_ref."""
    faults: dict[int, list[FieldError]] = {}
    request_ids, client_refs = (batch.column(name) for name in ID_COLUMNS)
    if not _all_uuids(request_ids):
        _add(faults, "request_id", request_ids, UUID_PATTERN, "expected a UUID")
    if not _all_client_refs(client_refs):
        detail = f"expected 1 to {MAX_CLIENT_REF_LENGTH} characters, no control characters"
        _add(faults, "client_ref", client_refs, CLIENT_REF_PATTERN, detail)
    if pseudonyms_only:
        _add(faults, "client_ref", client_refs, PSEUDONYM_PATTERN, "expected a pseudonym", ErrorCode.NOT_A_PSEUDONYM)
    return faults


def mask_non_pseudonyms(client_refs: pa.Array) -> pa.Array:
    """Return client references with null for each that is no pseudonym."""
    return pc.if_else(
        pc.match_substring_regex(client_refs, PSEUDONYM_PATTERN), client_refs, pa.scalar(None, pa.string())
    )


def _add(
    faults: dict[int, list[FieldError]],
    name: str,
    column: pa.Array,
    pattern: str,
    detail: str,
    code: ErrorCode = ErrorCode.INVALID_MESSAGE,
) -> None:
    matches = pc.match_substring_regex(column, pattern).to_numpy(zero_copy_only=False)
    for row in np.flatnonzero(~matches.astype(bool)).tolist():
        faults.setdefault(row, []).append(FieldError(name, code, detail))


def _all_uuids(column: pa.Array) -> bool:
    """Return whether all texts surely are UUIDs: a look at the bytes takes a tenth of the pattern's time."""
    lengths, text = _bytes(column)
    return not (lengths != _UUID_LENGTH).any() and bool(_have_form(text, _UUID_FORM))


def _all_client_refs(column: pa.Array) -> bool:
    """Return whether all texts surely are client references; a text of many bytes may have few characters."""
    lengths, text = _bytes(column)
    return bool(lengths.min() > 0 and lengths.max() <= MAX_CLIENT_REF_LENGTH and _have_form(text, _PRINTABLE))


def _bytes(column: pa.Array) -> tuple[NDArray[np.integer], NDArray[np.uint8]]:
    """Return the length of each text in bytes, and the bytes of all of them (UTF-8), without copying."""
    width = np.int64 if pa.types.is_large_string(column.type) else np.int32
    _, offsets, text = column.buffers()
    # The count, for a sender's buffer may end with bytes that make no whole offset.
    ends = np.frombuffer(offsets, width, column.offset + len(column) + 1)[column.offset :]
    return np.diff(ends), np.frombuffer(text or b"", np.uint8)[ends[0] : ends[-1]]
