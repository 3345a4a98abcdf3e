"""The columns of a result block, built without a Python object for each number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from contract.codes import Band, ErrorCode, Status
from contract.messages import ErrorInfo
from contract.result_fields import ROW_FIELDS, ROW_SCHEMA
from scorer.contributions import MAX_REASONS, reason_codes, strongest_first
from scorer.engine import Scores

_BANDS = pa.array([str(band) for band in (Band.LOW, Band.MEDIUM, Band.HIGH)])

_SCORED_FIELDS = tuple(field for field in ROW_FIELDS if field.applies_to == "scored")
_ERROR_FIELDS = tuple(field for field in ROW_FIELDS if field.applies_to == "not_scored")


@dataclass(frozen=True)
class RowError:
    """Why a row has no score."""

    status: Status
    error: ErrorInfo


def result_columns(
    request_ids: pa.Array,
    client_refs: pa.Array,
    errors: Mapping[int, RowError],
    scores: Scores | None,
    *,
    feature_names: Sequence[str],
    threshold: float,
) -> dict[str, pa.Array]:
    """Return every column of a result block of n rows.

    `scores` holds the n rows' scores, with anything in those that have an error; None when all have one.
    `feature_names`: feature names in column order when explanations are wanted, else empty.
    """
    n = len(request_ids)
    scored = np.ones(n, np.bool_)
    scored[list(errors)] = False
    return {
        "request_id": request_ids,
        "client_ref": client_refs,
        **_error_columns(errors, n),
        **(_score_columns(scores, scored, feature_names, threshold) if scores else _no_scores(n)),
    }


def _score_columns(
    scores: Scores, scored: NDArray[np.bool_], feature_names: Sequence[str], threshold: float
) -> dict[str, pa.Array]:
    columns = {
        "probability": pa.array(scores.probability, mask=~scored),
        "band": _bands(scores.probability, scored, threshold),
    }
    if not feature_names:
        return {**_no_scores(len(scored)), **columns}
    return columns | {
        "log_odds": _rows(scores.contributions, scored),
        "probability_contribution": _rows(scores.probability_contribution, scored),
        "reasons": _reasons(scores.stated, scored, feature_names),
    }


def _bands(probability: NDArray[np.float64], scored: NDArray[np.bool_], threshold: float) -> pa.Array:
    """Return contract.bundle.risk_band of every row, null where not `scored`."""
    positions = (probability >= threshold / 2).astype(np.int8) + (probability >= threshold)
    return _BANDS.take(pa.array(positions, mask=~scored))


def _reasons(stated: NDArray[np.float64], scored: NDArray[np.bool_], features: Sequence[str]) -> pa.Array:
    """Return the reason codes of every row, as scorer.contributions gives them, null where not `scored`."""
    strongest = strongest_first(stated, min(MAX_REASONS, len(features)))
    values = np.take_along_axis(stated, strongest, axis=1)
    told = (values != 0) & scored[:, None]
    positions = strongest + len(features) * (values > 0)
    texts = pa.array(reason_codes(features).ravel(), pa.string())
    return _lists(texts.take(pa.array(positions[told])), told.sum(axis=1), scored)


def _no_scores(n: int) -> dict[str, pa.Array]:
    return {field.name: pa.nulls(n, field.type) for field in _SCORED_FIELDS}


def _error_columns(errors: Mapping[int, RowError], n: int) -> dict[str, pa.Array]:
    if not errors:  # as in nearly every block
        return _no_errors(n)
    rows = [errors.get(i) for i in range(n)]
    fields = [
        [{"name": f.name, "code": str(f.code), "detail": f.detail} for f in row.error.fields] if row else None
        for row in rows
    ]
    return {
        "status": _texts([row.status if row else Status.SCORED for row in rows]),
        "error_code": _texts([row.error.code if row else None for row in rows]),
        "error_detail": _texts([row.error.detail if row else None for row in rows]),
        "error_fields": pa.array(fields, ROW_SCHEMA.field("error_fields").type),
    }


@lru_cache(maxsize=4)  # most blocks are full, and the last of a run has a length of its own
def _no_errors(n: int) -> dict[str, pa.Array]:
    nothing = {field.name: pa.nulls(n, field.type) for field in _ERROR_FIELDS}
    return {"status": pa.repeat(str(Status.SCORED), n), **nothing}


def _rows(values: NDArray[np.float64], present: NDArray[np.bool_]) -> pa.Array:
    """Return (n, k) as a list column, null where not `present`."""
    flat = pa.array(values.ravel() if present.all() else values[present].ravel())
    return _lists(flat, np.where(present, values.shape[1], 0), present)


def _lists(flat: pa.Array, lengths: NDArray[np.integer], present: NDArray[np.bool_]) -> pa.Array:
    """Return consecutive runs of `flat` as a list column, null where not `present`."""
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), flat, mask=pa.array(~present))


def _texts(values: Sequence[Status | ErrorCode | str | None]) -> pa.Array:
    return pa.array([None if value is None else str(value) for value in values], pa.string())
