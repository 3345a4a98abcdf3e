"""Problems that prevent a result; each has a message and a remedy in the catalogues."""

from dataclasses import dataclass
from enum import StrEnum

from contract.access import AccessOutcome
from contract.codes import ErrorCode
from contract.errors import BrokerUnavailableError, TopicError
from contract.messages import FieldError, ModelRef
from db.errors import DatabaseError, DatabaseUnavailableError
from producers.errors import ResponseTimeoutError, ScoreError, TooManyInFlightError


class Problem(StrEnum):
    """One problem."""

    NO_ANSWER = "no_answer"
    TOO_BUSY = "too_busy"
    BROKER_AWAY = "broker_away"
    TOPICS_UNSAFE = "topics_unsafe"
    DATABASE_AWAY = "database_away"
    DATABASE_NOT_READY = "database_not_ready"
    CLIENT_GONE = "client_gone"
    NOT_RECORDED = "not_recorded"
    LOG_UNREADABLE = "log_unreadable"
    NO_MODEL = "no_model"
    OTHER_MODEL = "other_model"
    UNEXPECTED = "unexpected"


@dataclass(frozen=True)
class NotScored:
    """Why there is no score: the worker's error code, or what prevented a response.

    `fields` names the invalid features, never their values.
    """

    problem: Problem | ErrorCode
    fields: tuple[FieldError, ...] = ()


class OtherModelError(Exception):
    """The worker used another model than the one that the page was built from."""


def check_model(answered: ModelRef, expected: ModelRef) -> None:
    """Raise OtherModelError if they differ: labels, distributions and thresholds would not fit the numbers."""
    if answered.digest != expected.digest:
        raise OtherModelError


_BY_ERROR: tuple[tuple[type[Exception], Problem], ...] = (
    (ResponseTimeoutError, Problem.NO_ANSWER),
    (TooManyInFlightError, Problem.TOO_BUSY),
    (BrokerUnavailableError, Problem.BROKER_AWAY),
    (TopicError, Problem.TOPICS_UNSAFE),
    (OtherModelError, Problem.OTHER_MODEL),
    (DatabaseUnavailableError, Problem.DATABASE_AWAY),
    (DatabaseError, Problem.DATABASE_NOT_READY),
)


def not_scored(error: BaseException) -> NotScored:
    """Return what the error of a score request means for the advisor."""
    if isinstance(error, ScoreError):
        return NotScored(error.code, error.fields)
    return NotScored(problem_of(error))


def problem_of(error: BaseException) -> Problem:
    """Return what an error means for the advisor."""
    return next((problem for kind, problem in _BY_ERROR if isinstance(error, kind)), Problem.UNEXPECTED)


def outcome_of(problem: Problem | ErrorCode) -> AccessOutcome:
    """Return what the access log records for a problem: the worker's outcome, or that no result was received."""
    if isinstance(problem, ErrorCode):
        return AccessOutcome(problem.spec.status)
    return AccessOutcome.NOT_ANSWERED
