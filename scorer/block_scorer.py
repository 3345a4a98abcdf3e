"""The batch lane without Kafka: a ScoreBlock in, a ResultBlock out, in steps between which others may go first."""

import logging
from collections import Counter
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from contract.blocks import ResultInfo, encode_result_block
from contract.bundle import Bundle
from contract.codes import Status
from contract.encoding import invalid_features
from contract.messages import DeadLetter, ErrorInfo
from scorer.block_parser import BlockParser, InvalidBlock, ParsedBlock
from scorer.contributions import Floats
from scorer.engine import Engine, Scores, join_scores, score_in_chunks
from scorer.error_results import EXPIRED, INTERNAL_ERROR, MODEL_FAILED, dead_letter
from scorer.logs import describe_exception
from scorer.record import Outcome, Outcomes, Record
from scorer.result_columns import RowError, result_columns

log = logging.getLogger(__name__)

CHUNK_ROWS = 128
"""Rows scored in one step: enough to spread the cost of a call, few enough that a waiting person notices nothing."""


@dataclass(frozen=True, slots=True)
class EncodedResultBlock:
    """An encoded result block, and how its rows ended."""

    value: bytes
    outcomes: Outcomes


BlockResponse: TypeAlias = EncodedResultBlock | DeadLetter


class BlockScorer:
    """Answers blocks of requests. Not thread-safe: one thread calls it at a time."""

    def __init__(self, bundle: Bundle, engine: Engine, *, pseudonyms_only: bool = False) -> None:
        self._bundle = bundle
        self._read = BlockParser(bundle.schema, pseudonyms_only=pseudonyms_only)
        self._engine = engine

    def score_block(self, record: Record, now: datetime) -> Generator[None, None, BlockResponse]:
        """Work on a block; yields between two steps, returns its one answer. Never raises."""
        try:
            block = self._read(record)
            yield
            if isinstance(block, InvalidBlock):
                return self._error_block(record, block, Status.REJECTED, now)
            if now > block.info.expires_at:
                return self._expired_block(block, now)
            return (yield from self._score(block, now))
        except Exception as error:
            log.error("failed to process a block: %s", describe_exception(error))
            return self.error_response(record, INTERNAL_ERROR, now)

    def error_response(
        self, record: Record, error: ErrorInfo, now: datetime, status: Status = Status.FAILED
    ) -> BlockResponse:
        """Return a small answer that says that the scorer failed on the whole block, or what is wrong with it."""
        return self._error_block(record, self._read.broken(record, error), status, now)

    def _score(self, block: ParsedBlock, now: datetime) -> Generator[None, None, BlockResponse]:
        n = len(block.rows)
        errors = {row: RowError(Status.REJECTED, invalid_features(faults)) for row, faults in block.faults.items()}
        valid = np.delete(np.arange(n), list(errors)) if errors else np.arange(n)
        parts = []
        for part in score_in_chunks(self._engine, block.rows if len(valid) == n else block.rows[valid], CHUNK_ROWS):
            parts.append(part)
            yield
        if not parts:
            return self._encode(block, errors, None, now)
        scores = join_scores(parts)
        for row in valid[~scores.scored].tolist():
            errors[row] = RowError(Status.FAILED, MODEL_FAILED)
        return self._encode(block, errors, _scatter(scores, valid, n), now)

    def _expired_block(self, block: ParsedBlock, now: datetime) -> BlockResponse:
        error = RowError(Status.EXPIRED, EXPIRED)
        return self._encode(block, dict.fromkeys(range(len(block.rows)), error), None, now)

    def _encode(
        self, block: ParsedBlock, errors: Mapping[int, RowError], scores: Scores | None, now: datetime
    ) -> EncodedResultBlock:
        names = self._bundle.schema.model_feature_names if block.info.explain else ()
        columns = result_columns(
            block.request_ids, block.client_refs, errors, scores,
            feature_names=names, threshold=self._bundle.metrics.threshold,
        )  # fmt: skip
        info = replace(self._info(block.info.batch_id, block.info.block_id, now), features=names)
        return EncodedResultBlock(encode_result_block(info, columns), _outcomes(len(block.rows), errors))

    def _error_block(self, record: Record, block: InvalidBlock, status: Status, now: datetime) -> BlockResponse:
        if block.block_id is None:
            return dead_letter(record, block.error.code, now)
        errors = dict.fromkeys(range(len(block.request_ids)), RowError(status, block.error))
        columns = result_columns(
            block.request_ids, block.client_refs, errors, None,
            feature_names=(), threshold=self._bundle.metrics.threshold,
        )  # fmt: skip
        info = self._info(block.batch_id, block.block_id, now)
        return EncodedResultBlock(encode_result_block(info, columns), _outcomes(len(errors), errors))

    def _info(self, batch_id: str, block_id: str, now: datetime) -> ResultInfo:
        return ResultInfo(
            batch_id=batch_id,
            block_id=block_id,
            features=(),
            base_probability=self._engine.base_probability,
            base_log_odds=self._engine.base_log_odds,
            threshold=self._bundle.metrics.threshold,
            model=self._bundle.ref,
            scored_at=now,
        )


def _outcomes(rows: int, errors: Mapping[int, RowError]) -> Outcomes:
    """Return how the rows of a block ended; those without an error were scored."""
    outcomes = Counter(Outcome(error.status, error.error.code) for error in errors.values())
    if scored := rows - len(errors):
        outcomes[Outcome(Status.SCORED)] = scored
    return outcomes


def _scatter(scores: Scores, rows: NDArray[np.intp], n: int) -> Scores:
    """Return the scores of some rows as those of all n, with NaN in the others."""
    if len(rows) == n:
        return scores

    def place(values: Floats) -> Floats:
        out = np.full((n, *values.shape[1:]), np.nan)
        out[rows] = values
        return out

    return Scores(
        place(scores.contributions),
        place(scores.probability_contribution),
        place(scores.probability),
        place(scores.stated),
    )
