"""How requests ended, to be counted: no client, no value, only words of closed vocabularies."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from contract.codes import ErrorCode, Status
from contract.messages import DeadLetter, ErrorInfo, Scored, ScoreResult

DEAD_LETTERED = "dead_lettered"
"""Stands beside the statuses: a record that could not be answered."""


class Outcome(NamedTuple):
    """How a request ended. `code` says why there is no score."""

    status: str
    code: ErrorCode | None = None
    cached: bool = False


Outcomes: TypeAlias = Mapping[Outcome, int]
"""How many requests ended how."""


def response_outcomes(answer: ScoreResult | DeadLetter) -> Outcomes:
    """Return how the request of an interactive answer ended."""
    if isinstance(answer, Scored):
        return {Outcome(Status.SCORED, cached=answer.cached): 1}
    if isinstance(answer, DeadLetter):
        return dead_letter_outcomes(answer)
    return {Outcome(answer.status, answer.error.code): 1}


def dead_letter_outcomes(letter: DeadLetter) -> Outcomes:
    """Return how the record of a dead letter ended: one request, for its rows cannot be counted."""
    return {Outcome(DEAD_LETTERED, letter.cause): 1}


def row_outcomes(rows: int, errors: Iterable[tuple[Status, ErrorInfo]]) -> Outcomes:
    """Return how the rows of a block ended; those without an error were scored."""
    outcomes = Counter(Outcome(status, error.code) for status, error in errors)
    if scored := rows - outcomes.total():
        outcomes[Outcome(Status.SCORED)] = scored
    return outcomes


def sum_outcomes(outcomes: Iterable[Outcomes]) -> Outcomes:
    """Add up."""
    summed: dict[Outcome, int] = {}
    for some in outcomes:
        for outcome, count in some.items():
            summed[outcome] = summed.get(outcome, 0) + count
    return summed
