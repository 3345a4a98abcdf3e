"""From records to records: what the scoring thread does, and the net under it. Pure but for the clock."""

import logging
from collections.abc import Callable, Generator, Sequence
from datetime import UTC, datetime
from functools import partial

from contract.codes import ErrorCode
from contract.messages import ErrorInfo, ModelRef
from scorer.answer import INTERNAL, Answer, InteractiveScorer
from scorer.answer_block import BlockScorer
from scorer.faults import describe
from scorer.outgoing import Outgoing, outgoing_block, outgoing_result
from scorer.record import Record
from scorer.sealed import Opened, Shut

log = logging.getLogger(__name__)

TOO_LARGE = ErrorInfo(ErrorCode.INTERNAL_ERROR, "the answer is larger than the broker takes; ask without explanation")


def _now() -> datetime:
    return datetime.now(UTC)


class Responder:
    """Turns request records into answer records, one for each, whatever they hold. One thread calls it."""

    def __init__(
        self,
        requests: InteractiveScorer,
        blocks: BlockScorer,
        clock: Callable[[], datetime] = _now,
        open_record: Callable[[Record], Opened | Shut] | None = None,
    ) -> None:
        """`open_record` opens sealed records, where payloads are sealed."""
        self._requests = requests
        self._blocks = blocks
        self._now = clock
        self._open = open_record

    @property
    def model(self) -> ModelRef:
        """The model that answers now."""
        return self._requests.model

    def serve(self, requests: InteractiveScorer, blocks: BlockScorer) -> None:
        """Answer with another model from now on. A block that is begun is finished by the model it began with."""
        self._requests, self._blocks = requests, blocks

    def purge(self) -> None:
        """Remove expired results from memory."""
        self._requests.purge()

    def respond(self, records: Sequence[Record]) -> list[Outgoing]:
        """Answer a micro-batch of the interactive lane. Never raises."""
        if self._open is None:
            return self._respond(records)
        opened = [self._open(record) for record in records]
        answers = iter(self._respond([record.record for record in opened if not isinstance(record, Shut)]))
        return [self._refuse(record) if isinstance(record, Shut) else record.seal(next(answers)) for record in opened]

    def _respond(self, records: Sequence[Record]) -> list[Outgoing]:
        answers = self._requests.answer(records, self._now())
        return [self._outgoing(record, answer) for record, answer in zip(records, answers, strict=True)]

    def respond_block(self, record: Record) -> Generator[None, None, Outgoing]:
        """Answer a block in steps; the generator returns the one answer. Never raises."""
        if self._open is None:
            return (yield from self._respond_block(record))
        opened = self._open(record)
        if isinstance(opened, Shut):
            status = opened.kind.status
            return outgoing_block(record, self._blocks.fail(opened.record, opened.error, self._now(), status), None)
        return opened.seal((yield from self._respond_block(opened.record)))

    def _respond_block(self, record: Record) -> Generator[None, None, Outgoing]:
        blocks = self._blocks
        answer = yield from blocks.steps(record, self._now())
        return outgoing_block(record, answer, partial(self._failed_block, blocks, record))

    def _outgoing(self, record: Record, answer: Answer) -> Outgoing:
        try:
            return outgoing_result(record, answer, partial(self._failed, record, TOO_LARGE))
        except Exception as error:
            log.error("an answer could not be encoded: %s", describe(error))
            return self._failed(record, INTERNAL)

    def _refuse(self, shut: Shut) -> Outgoing:
        answer = self._requests.fail(shut.record, shut.error, self._now(), shut.kind)
        return outgoing_result(shut.record, answer, None)

    def _failed(self, record: Record, error: ErrorInfo) -> Outgoing:
        return outgoing_result(record, self._requests.fail(record, error, self._now()), None)

    def _failed_block(self, blocks: BlockScorer, record: Record) -> Outgoing:
        return outgoing_block(record, blocks.fail(record, TOO_LARGE, self._now()), None)
