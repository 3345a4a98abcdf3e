"""From records to records: what the scoring thread does, and the net under it. Pure but for the clock."""

import logging
from collections.abc import Callable, Generator, Sequence
from datetime import UTC, datetime
from functools import partial

from contract.codes import ErrorCode
from contract.messages import ErrorInfo, ModelRef
from scorer.block_scorer import BlockScorer
from scorer.interactive_scorer import INTERNAL_ERROR, InteractiveScorer, ScoreResponse
from scorer.logs import describe_exception
from scorer.outgoing import OutgoingRecord, outgoing_block, outgoing_result
from scorer.record import Record
from scorer.unsealed import UnsealedRecord, UnsealFailure

log = logging.getLogger(__name__)

RESPONSE_TOO_LARGE = ErrorInfo(
    ErrorCode.INTERNAL_ERROR, "the response exceeds the broker's message size limit; retry with explain=false"
)


_utc_now = partial(datetime.now, UTC)


class ScoreRequestHandler:
    """Turns request records into answer records, one for each, whatever they hold. One thread calls it."""

    def __init__(
        self,
        requests: InteractiveScorer,
        blocks: BlockScorer,
        clock: Callable[[], datetime] = _utc_now,
        unseal_record: Callable[[Record], UnsealedRecord | UnsealFailure] | None = None,
    ) -> None:
        """`unseal_record` opens sealed records, where payloads are sealed."""
        self._requests = requests
        self._blocks = blocks
        self._now = clock
        self._open = unseal_record

    @property
    def model(self) -> ModelRef:
        """The model that answers now."""
        return self._requests.model

    def set_scorers(self, requests: InteractiveScorer, blocks: BlockScorer) -> None:
        """Score with another model from now on.

        A block that is begun is finished by the model it began with.
        """
        self._requests, self._blocks = requests, blocks

    def purge_expired(self) -> None:
        """Remove expired results from memory."""
        self._requests.purge_expired()

    def handle_requests(self, records: Sequence[Record]) -> list[OutgoingRecord]:
        """Answer a micro-batch of the interactive lane. Never raises."""
        if self._open is None:
            return self._respond(records)
        opened = [self._open(record) for record in records]
        answers = iter(self._respond([record.record for record in opened if not isinstance(record, UnsealFailure)]))
        return [
            self._refuse(record) if isinstance(record, UnsealFailure) else record.seal(next(answers))
            for record in opened
        ]

    def _respond(self, records: Sequence[Record]) -> list[OutgoingRecord]:
        answers = self._requests.score_records(records, self._now())
        return [self._outgoing(record, answer) for record, answer in zip(records, answers, strict=True)]

    def handle_block(self, record: Record) -> Generator[None, None, OutgoingRecord]:
        """Answer a block in steps; the generator returns the one answer. Never raises."""
        if self._open is None:
            return (yield from self._respond_block(record))
        opened = self._open(record)
        if isinstance(opened, UnsealFailure):
            status = opened.kind.status
            return outgoing_block(
                record, self._blocks.error_response(opened.record, opened.error, self._now(), status), None
            )
        return opened.seal((yield from self._respond_block(opened.record)))

    def _respond_block(self, record: Record) -> Generator[None, None, OutgoingRecord]:
        blocks = self._blocks
        answer = yield from blocks.score_block(record, self._now())
        return outgoing_block(record, answer, partial(self._failed_block, blocks, record))

    def _outgoing(self, record: Record, answer: ScoreResponse) -> OutgoingRecord:
        try:
            return outgoing_result(record, answer, partial(self._failed, record, RESPONSE_TOO_LARGE))
        except Exception as error:
            log.error("failed to encode a response: %s", describe_exception(error))
            return self._failed(record, INTERNAL_ERROR)

    def _refuse(self, shut: UnsealFailure) -> OutgoingRecord:
        answer = self._requests.error_response(shut.record, shut.error, self._now(), shut.kind)
        return outgoing_result(shut.record, answer, None)

    def _failed(self, record: Record, error: ErrorInfo) -> OutgoingRecord:
        return outgoing_result(record, self._requests.error_response(record, error, self._now()), None)

    def _failed_block(self, blocks: BlockScorer, record: Record) -> OutgoingRecord:
        return outgoing_block(record, blocks.error_response(record, RESPONSE_TOO_LARGE, self._now()), None)
