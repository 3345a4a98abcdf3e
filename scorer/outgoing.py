"""Answers as records to be produced."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from contract.blocks import RESULT_BLOCK_TYPE
from contract.headers import ARROW, JSON, Headers, event_headers, trace_headers
from contract.messages import DEAD_LETTER_TYPE, RESULT_TYPE, DeadLetter, ScoreResult, encode
from contract.topics import BATCH_RESPONSES, DEAD_LETTERS, RESPONSES
from scorer.answer_block import BlockAnswer
from scorer.outcomes import Outcomes, of_answer, of_dead_letter
from scorer.record import Record

log = logging.getLogger(__name__)

SOURCE = "neoscore/scorer"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record to produce."""

    topic: str
    """Its base name."""
    key: bytes | None
    value: bytes
    headers: Headers
    outcomes: Outcomes
    """How the requests that it answers ended."""
    instead: Callable[[], "Outgoing"] | None = None
    """Makes a small record to send when the broker finds this one too large."""


def outgoing_result(
    record: Record, answer: ScoreResult | DeadLetter, instead: Callable[[], Outgoing] | None
) -> Outgoing:
    """Return the record that carries an interactive answer."""
    if isinstance(answer, DeadLetter):
        return outgoing_dead_letter(answer)
    key = answer.client_ref.encode() if answer.client_ref is not None else None
    return Outgoing(RESPONSES, key, encode(answer), _headers(RESULT_TYPE, JSON, record), of_answer(answer), instead)


def outgoing_block(record: Record, answer: BlockAnswer, instead: Callable[[], Outgoing] | None) -> Outgoing:
    """Return the record that carries a block's answer."""
    if isinstance(answer, DeadLetter):
        return outgoing_dead_letter(answer)
    headers = _headers(RESULT_BLOCK_TYPE, ARROW, record)
    return Outgoing(BATCH_RESPONSES, record.key, answer.value, headers, answer.outcomes, instead)


def outgoing_dead_letter(letter: DeadLetter) -> Outgoing:
    """Return the record that carries a dead letter: no key and no trace, for it must lead nowhere."""
    return Outgoing(DEAD_LETTERS, None, encode(letter), event_headers(DEAD_LETTER_TYPE, SOURCE), of_dead_letter(letter))


def _headers(type_: str, content_type: str, record: Record) -> Headers:
    return [*event_headers(type_, SOURCE, content_type), *trace_headers(record.headers)]
