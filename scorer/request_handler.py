"""From records to records: what the scoring thread does, and the net under it. Pure but for the clock."""

import logging
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from contract.blocks import RESULT_BLOCK_TYPE
from contract.codes import Status
from contract.headers import ARROW, event_headers
from contract.messages import (
    DEAD_LETTER_TYPE,
    RESULT_TYPE,
    DeadLetter,
    ErrorInfo,
    Failed,
    ModelRef,
    Rejected,
    Scored,
    ScoreResult,
    encode,
)
from contract.topics import BATCH_RESPONSES, DEAD_LETTERS, RESPONSES
from scorer.block_scorer import BlockResponse, BlockScorer
from scorer.error_results import INTERNAL_ERROR, RESPONSE_TOO_LARGE
from scorer.interactive_scorer import InteractiveScorer
from scorer.logs import describe_exception
from scorer.record import DEAD_LETTERED, SOURCE, Outcome, OutgoingRecord, Record

log = logging.getLogger(__name__)

_utc_now = partial(datetime.now, UTC)


@dataclass(frozen=True, slots=True)
class UnsealedRecord:
    """A record as its requester wrote it, and how its answer is sealed for them."""

    record: Record
    seal: Callable[[OutgoingRecord, int], OutgoingRecord]
    """Takes the answer, and the length that it shows at least."""


@dataclass(frozen=True, slots=True)
class UnsealFailure:
    """A record that was not opened. Its refusal goes out unsealed, names the request and nothing else, and `sign` adds
    the proof that a worker wrote it."""

    record: Record
    kind: type[Rejected] | type[Failed]
    error: ErrorInfo
    sign: Callable[[OutgoingRecord], OutgoingRecord]


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
        self._unseal = unseal_record

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
        unsealed = [self._unseal(record) for record in records] if self._unseal else []
        plain = [item.record for item in unsealed if isinstance(item, UnsealedRecord)] if self._unseal else records
        responses = []
        for record, result in zip(plain, self._requests.score_records(plain, self._now()), strict=True):
            try:
                response = outgoing_result(record, result, partial(self._failed, record, RESPONSE_TOO_LARGE))
            except Exception as error:
                log.error("failed to encode a response: %s", describe_exception(error))
                response = self._failed(record, INTERNAL_ERROR)
            responses.append(response)
        return self._seal(unsealed, responses) if self._unseal else responses

    def _seal(
        self, unsealed: Sequence[UnsealedRecord | UnsealFailure], responses: Iterable[OutgoingRecord]
    ) -> list[OutgoingRecord]:
        """Return the sealed responses, and in between the plain ones to records that were not opened."""
        left, length = iter(responses), self._requests.max_answer_bytes
        return [
            item.seal(next(left), length) if isinstance(item, UnsealedRecord) else self._unseal_failed(item)
            for item in unsealed
        ]

    def handle_block(self, record: Record) -> Generator[None, None, OutgoingRecord]:
        """Answer a block in steps; the generator returns the one answer. Never raises."""
        if self._unseal is None:
            return (yield from self._respond_block(record))
        opened = self._unseal(record)
        if isinstance(opened, UnsealFailure):
            refusal = self._blocks.error_response(opened.record, opened.error, self._now(), opened.kind.status)
            return opened.sign(outgoing_block(opened.record, refusal, None))
        return opened.seal((yield from self._respond_block(opened.record)), 0)

    def _respond_block(self, record: Record) -> Generator[None, None, OutgoingRecord]:
        blocks = self._blocks
        answer = yield from blocks.score_block(record, self._now())
        return outgoing_block(record, answer, partial(self._failed_block, blocks, record))

    def _unseal_failed(self, failure: UnsealFailure) -> OutgoingRecord:
        result = self._requests.error_response(failure.record, failure.error, self._now(), failure.kind)
        return failure.sign(outgoing_result(failure.record, result, None))

    def _failed(self, record: Record, error: ErrorInfo) -> OutgoingRecord:
        return outgoing_result(record, self._requests.error_response(record, error, self._now()), None)

    def _failed_block(self, blocks: BlockScorer, record: Record) -> OutgoingRecord:
        return outgoing_block(record, blocks.error_response(record, RESPONSE_TOO_LARGE, self._now()), None)


def outgoing_result(
    record: Record, result: ScoreResult | DeadLetter, fallback: Callable[[], OutgoingRecord] | None
) -> OutgoingRecord:
    """Return the record that carries the result of an interactive request."""
    if isinstance(result, DeadLetter):
        return outgoing_dead_letter(result)
    key = result.client_ref.encode() if result.client_ref is not None else None
    headers = event_headers(RESULT_TYPE, SOURCE, trace_from=record.headers)
    if isinstance(result, Scored):
        outcome = Outcome(Status.SCORED, cached=result.cached)
    else:
        outcome = Outcome(result.status, result.error.code)
    return OutgoingRecord(RESPONSES, key, encode(result), headers, {outcome: 1}, fallback)


def outgoing_block(
    record: Record, answer: BlockResponse, fallback: Callable[[], OutgoingRecord] | None
) -> OutgoingRecord:
    """Return the record that carries a block's answer."""
    if isinstance(answer, DeadLetter):
        return outgoing_dead_letter(answer)
    headers = event_headers(RESULT_BLOCK_TYPE, SOURCE, ARROW, trace_from=record.headers)
    return OutgoingRecord(BATCH_RESPONSES, record.key, answer.value, headers, answer.outcomes, fallback)


def outgoing_dead_letter(letter: DeadLetter) -> OutgoingRecord:
    """Return the record that carries a dead letter: no key and no trace, for it must lead nowhere.

    It counts as one request, for the rows of its record cannot be counted.
    """
    headers = event_headers(DEAD_LETTER_TYPE, SOURCE)
    return OutgoingRecord(DEAD_LETTERS, None, encode(letter), headers, {Outcome(DEAD_LETTERED, letter.cause): 1})
