"""The columns of a result block, built without a Python object for each number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from contract.bundle import band_of
from contract.codes import ErrorCode, Status
from contract.messages import Error
from scorer.reasons import reason_codes, strongest_first
from scorer.scoring import Outcome

ERROR_FIELDS = pa.list_(pa.struct([("name", pa.string()), ("code", pa.string()), ("detail", pa.string())]))


@dataclass(frozen=True)
class RowError:
    """Why a row has no score."""

    status: Status
    error: Error


def result_columns(
    request_ids: pa.Array,
    client_refs: pa.Array,
    errors: Mapping[int, RowError],
    outcome: Outcome | None,
    *,
    explain_as: Sequence[str],
    threshold: float,
) -> dict[str, pa.Array]:
    """Return every column of a result block of n rows.

    `outcome` holds the n rows' scores, with anything in those that have an error; None when all have one.
    `explain_as`: feature names in column order when explanations are wanted, else empty.
    """
    n = len(request_ids)
    scored = np.array([i not in errors for i in range(n)], np.bool_)
    return {
        "request_id": request_ids,
        "client_ref": client_refs,
        "status": _texts([errors[i].status if i in errors else Status.SCORED for i in range(n)]),
        **_error_columns([errors.get(i) for i in range(n)]),
        **(_score_columns(outcome, scored, explain_as, threshold) if outcome else _no_scores(n)),
    }


def _score_columns(
    outcome: Outcome, scored: NDArray[np.bool_], explain_as: Sequence[str], threshold: float
) -> dict[str, pa.Array]:
    bands = [band_of(p, threshold) if ok else None for p, ok in zip(outcome.probability.tolist(), scored, strict=True)]
    columns = {
        "probability": pa.array(outcome.probability, mask=~scored),
        "band": _texts(bands),
    }
    if not explain_as:
        return {**_no_scores(len(scored)), **columns}
    return columns | {
        "log_odds": _rows(outcome.log_odds, scored),
        "probability_points": _rows(outcome.points, scored),
        "reasons": pa.array(
            [
                reason_codes(explain_as, row, strongest_first(row)) if ok else None
                for row, ok in zip(outcome.log_odds.tolist(), scored, strict=True)
            ],
            pa.list_(pa.string()),
        ),
    }


def _no_scores(n: int) -> dict[str, pa.Array]:
    return {
        "probability": pa.nulls(n, pa.float64()),
        "band": pa.nulls(n, pa.string()),
        "log_odds": pa.nulls(n, pa.list_(pa.float64())),
        "probability_points": pa.nulls(n, pa.list_(pa.float64())),
        "reasons": pa.nulls(n, pa.list_(pa.string())),
    }


def _error_columns(errors: Sequence[RowError | None]) -> dict[str, pa.Array]:
    fields = [
        [{"name": f.name, "code": str(f.code), "detail": f.detail} for f in row.error.fields] if row else None
        for row in errors
    ]
    return {
        "error_code": _texts([row.error.code if row else None for row in errors]),
        "error_detail": pa.array([row.error.detail if row else None for row in errors], pa.string()),
        "error_fields": pa.array(fields, ERROR_FIELDS),
    }


def _rows(values: NDArray[np.float64], present: NDArray[np.bool_]) -> pa.Array:
    """Return (n, k) as a list column, null where not `present`."""
    lengths = np.where(present, values.shape[1], 0)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    flat = pa.array(values[present].ravel())
    return pa.ListArray.from_arrays(pa.array(offsets), flat, mask=pa.array(~present))


def _texts(values: Sequence[Status | ErrorCode | str | None]) -> pa.Array:
    return pa.array([None if value is None else str(value) for value in values], pa.string())
