"""Problems that prevent a result; each has a message and a remedy in the catalogues."""

from dataclasses import dataclass
from enum import StrEnum

from contract.access import AccessOutcome
from contract.codes import ErrorCode
from contract.errors import BrokerUnavailableError, TopicError
from contract.messages import FieldError, ModelRef
from db.errors import DatabaseError, DatabaseUnavailableError
from producers.errors import (
    ModelChangedError,
    ResponseTimeoutError,
    RunNotRecordedError,
    ScoreError,
    TooManyInFlightError,
)


class Problem(StrEnum):
    """One problem."""

    NO_ANSWER = "no_answer"
    TOO_BUSY = "too_busy"
    BROKER_UNAVAILABLE = "broker_away"
    RETENTION_UNSAFE = "topics_unsafe"
    DATABASE_UNAVAILABLE = "database_away"
    DATABASE_NOT_READY = "database_not_ready"
    CLIENT_NOT_FOUND = "client_gone"
    ACCESS_NOT_RECORDED = "not_recorded"
    ACCESS_LOG_FORBIDDEN = "log_unreadable"
    NO_MODEL = "no_model"
    MODEL_CHANGED = "other_model"
    UNEXPECTED = "unexpected"


@dataclass(frozen=True)
class ScoreFailure:
    """Why there is no score: the worker's error code, or what prevented a response.

    `fields` names the invalid features, never their values.
    """

    problem: Problem | ErrorCode
    fields: tuple[FieldError, ...] = ()


class ModelMismatchError(Exception):
    """The worker used another model than the one that the page was built from."""


def require_same_model(answered: ModelRef, expected: ModelRef) -> None:
    """Raise ModelMismatchError if they differ: labels, distributions and thresholds would not fit the numbers."""
    if answered.digest != expected.digest:
        raise ModelMismatchError


_BY_ERROR: tuple[tuple[type[Exception], Problem], ...] = (
    (ResponseTimeoutError, Problem.NO_ANSWER),
    (TooManyInFlightError, Problem.TOO_BUSY),
    (BrokerUnavailableError, Problem.BROKER_UNAVAILABLE),
    (TopicError, Problem.RETENTION_UNSAFE),
    (ModelMismatchError, Problem.MODEL_CHANGED),
    (ModelChangedError, Problem.MODEL_CHANGED),
    (RunNotRecordedError, Problem.ACCESS_NOT_RECORDED),
    (DatabaseUnavailableError, Problem.DATABASE_UNAVAILABLE),
    (DatabaseError, Problem.DATABASE_NOT_READY),
)


def score_failure(error: BaseException) -> ScoreFailure:
    """Return what the error of a score request means for the advisor."""
    if isinstance(error, ScoreError):
        return ScoreFailure(error.code, error.fields)
    return ScoreFailure(problem_of(error))


def problem_of(error: BaseException) -> Problem:
    """Return what an error means for the advisor."""
    return next((problem for kind, problem in _BY_ERROR if isinstance(error, kind)), Problem.UNEXPECTED)


def outcome_of(problem: Problem | ErrorCode) -> AccessOutcome:
    """Return what the access log records for a problem: the worker's outcome, or that no result was received."""
    if isinstance(problem, ErrorCode):
        return AccessOutcome(problem.spec.status)
    return AccessOutcome.NOT_ANSWERED
