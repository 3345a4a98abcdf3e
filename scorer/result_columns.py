"""The columns of a result block, built without a Python object for each number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from contract.codes import Band, ErrorCode, Status
from contract.messages import Error
from scorer.reasons import MAX_REASONS, reason_codes
from scorer.scoring import Outcome

_BANDS = pa.array([str(band) for band in (Band.LOW, Band.MEDIUM, Band.HIGH)])

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
    scored = np.ones(n, np.bool_)
    scored[list(errors)] = False
    return {
        "request_id": request_ids,
        "client_ref": client_refs,
        **_error_columns(errors, n),
        **(_score_columns(outcome, scored, explain_as, threshold) if outcome else _no_scores(n)),
    }


def _score_columns(
    outcome: Outcome, scored: NDArray[np.bool_], explain_as: Sequence[str], threshold: float
) -> dict[str, pa.Array]:
    columns = {
        "probability": pa.array(outcome.probability, mask=~scored),
        "band": _bands(outcome.probability, scored, threshold),
    }
    if not explain_as:
        return {**_no_scores(len(scored)), **columns}
    return columns | {
        "log_odds": _rows(outcome.log_odds, scored),
        "probability_points": _rows(outcome.points, scored),
        "reasons": _reasons(outcome.log_odds, scored, explain_as),
    }


def _bands(probability: NDArray[np.float64], scored: NDArray[np.bool_], threshold: float) -> pa.Array:
    """Return contract.bundle.band_of of every row, null where not `scored`."""
    positions = (probability >= threshold / 2).astype(np.int8) + (probability >= threshold)
    return _BANDS.take(pa.array(positions, mask=~scored))


def _reasons(log_odds: NDArray[np.float64], scored: NDArray[np.bool_], features: Sequence[str]) -> pa.Array:
    """Return the reason codes of every row, as scorer.reasons gives them, null where not `scored`."""
    strongest = np.argsort(-np.abs(log_odds), axis=1, kind="stable")[:, :MAX_REASONS]
    values = np.take_along_axis(log_odds, strongest, axis=1)
    told = (values != 0) & scored[:, None]
    texts = pa.array([code for sign in (-1, 1) for code in _codes(features, sign)], pa.string())
    positions = strongest + len(features) * (values > 0)
    return _lists(texts.take(pa.array(positions[told])), told.sum(axis=1), scored)


def _codes(features: Sequence[str], sign: int) -> list[str]:
    return [code for feature in features for code in reason_codes([feature], [sign], [0])]


def _no_scores(n: int) -> dict[str, pa.Array]:
    return {
        "probability": pa.nulls(n, pa.float64()),
        "band": pa.nulls(n, pa.string()),
        "log_odds": pa.nulls(n, pa.list_(pa.float64())),
        "probability_points": pa.nulls(n, pa.list_(pa.float64())),
        "reasons": pa.nulls(n, pa.list_(pa.string())),
    }


def _error_columns(errors: Mapping[int, RowError], n: int) -> dict[str, pa.Array]:
    if not errors:  # as in nearly every block
        return {
            "status": pa.repeat(str(Status.SCORED), n),
            "error_code": pa.nulls(n, pa.string()),
            "error_detail": pa.nulls(n, pa.string()),
            "error_fields": pa.nulls(n, ERROR_FIELDS),
        }
    rows = [errors.get(i) for i in range(n)]
    fields = [
        [{"name": f.name, "code": str(f.code), "detail": f.detail} for f in row.error.fields] if row else None
        for row in rows
    ]
    return {
        "status": _texts([row.status if row else Status.SCORED for row in rows]),
        "error_code": _texts([row.error.code if row else None for row in rows]),
        "error_detail": _texts([row.error.detail if row else None for row in rows]),
        "error_fields": pa.array(fields, ERROR_FIELDS),
    }


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
