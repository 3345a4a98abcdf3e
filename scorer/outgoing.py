"""Answers as records to be produced."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from contract.blocks import RESULT_BLOCK_TYPE
from contract.headers import ARROW, JSON, Headers, event_headers, trace_headers
from contract.messages import DEAD_LETTER_TYPE, RESULT_TYPE, DeadLetter, ScoreResult, encode
from contract.topics import BATCH_RESPONSES, DEAD_LETTERS, RESPONSES
from scorer.block_scorer import BlockResponse
from scorer.outcomes import Outcomes, dead_letter_outcomes, response_outcomes
from scorer.record import Record

log = logging.getLogger(__name__)

SOURCE = "neoscore/scorer"


@dataclass(frozen=True, slots=True)
class OutgoingRecord:
    """A record to produce."""

    topic: str
    """Its base name."""
    key: bytes | None
    value: bytes
    headers: Headers
    outcomes: Outcomes
    """How the requests that it answers ended."""
    fallback: Callable[[], "OutgoingRecord"] | None = None
    """Makes a small record to send when the broker finds this one too large."""


def outgoing_result(
    record: Record, answer: ScoreResult | DeadLetter, fallback: Callable[[], OutgoingRecord] | None
) -> OutgoingRecord:
    """Return the record that carries an interactive answer."""
    if isinstance(answer, DeadLetter):
        return outgoing_dead_letter(answer)
    key = answer.client_ref.encode() if answer.client_ref is not None else None
    return OutgoingRecord(
        RESPONSES, key, encode(answer), _headers(RESULT_TYPE, JSON, record), response_outcomes(answer), fallback
    )


def outgoing_block(
    record: Record, answer: BlockResponse, fallback: Callable[[], OutgoingRecord] | None
) -> OutgoingRecord:
    """Return the record that carries a block's answer."""
    if isinstance(answer, DeadLetter):
        return outgoing_dead_letter(answer)
    headers = _headers(RESULT_BLOCK_TYPE, ARROW, record)
    return OutgoingRecord(BATCH_RESPONSES, record.key, answer.value, headers, answer.outcomes, fallback)


def outgoing_dead_letter(letter: DeadLetter) -> OutgoingRecord:
    """Return the record that carries a dead letter: no key and no trace, for it must lead nowhere."""
    return OutgoingRecord(
        DEAD_LETTERS, None, encode(letter), event_headers(DEAD_LETTER_TYPE, SOURCE), dead_letter_outcomes(letter)
    )


def _headers(type_: str, content_type: str, record: Record) -> Headers:
    return [*event_headers(type_, SOURCE, content_type), *trace_headers(record.headers)]
