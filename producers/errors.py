"""Exceptions of the producers package.

RequesterError
├── ScoreError          an answer came, and it is not a score; carries code, detail, fields
│   ├── RequestRejectedError     the request is at fault
│   ├── RequestExpiredError      it was read too late
│   └── ScoringFailedError       the scorer is at fault
├── ResponseTimeoutError            the deadline passed without any answer
├── TooManyInFlightError     the limit of unanswered requests stayed reached
├── ClientClosedError        the client was closed before the answer came
├── NotRedrivableError       a dead letter's record is gone, or no worker could answer it as it is
└── GatewayStartupError         the HTTP gateway cannot start: its port, its certificate, or what production refuses

No broker at all is contract.errors.BrokerUnavailable. No text holds a feature value, a score or a client reference.
"""

from collections.abc import Sequence
from typing import ClassVar

from contract.codes import ErrorCode, Status
from contract.messages import Expired, FieldError, NotScored, Rejected


class RequesterError(Exception):
    """Base of every error that the producers package raises."""


class ScoreError(RequesterError):
    """An answer that is not a score. `code` is stable; `fields` names each feature at fault and why.

    `answer` is the answer as received; None when the request was refused before it was published.
    """

    status: ClassVar[Status]

    def __init__(
        self, code: ErrorCode, detail: str, fields: Sequence[FieldError] = (), answer: NotScored | None = None
    ) -> None:
        super().__init__("; ".join([detail, *(f"{field.name}: {field.detail}" for field in fields)]))
        self.code = code
        self.detail = detail
        self.fields = tuple(fields)
        self.answer = answer


class RequestRejectedError(ScoreError):
    """The request is at fault; sending it again unchanged will fail again."""

    status = Status.REJECTED


class RequestExpiredError(ScoreError):
    """A worker read the request after its deadline."""

    status = Status.EXPIRED


class ScoringFailedError(ScoreError):
    """The scorer is at fault; the same request may succeed later."""

    status = Status.FAILED


class ResponseTimeoutError(RequesterError):
    """The deadline passed without any answer: most likely no worker runs."""


class TooManyInFlightError(RequesterError):
    """The limit of unanswered requests was reached and none was answered in time to make room."""


class ClientClosedError(RequesterError):
    """The client was closed before the answer came."""


class NotRedrivableError(RequesterError):
    """The record of a dead letter is gone, or no worker could answer it as it is; the text says what to do."""


class GatewayStartupError(RequesterError):
    """The HTTP gateway cannot start as it is set up; the text says what to change."""


def score_error(answer: NotScored) -> ScoreError:
    """Return the exception for an answer that is not a score."""
    match answer:
        case Rejected():
            kind: type[ScoreError] = RequestRejectedError
        case Expired():
            kind = RequestExpiredError
        case _:
            kind = ScoringFailedError
    return kind(answer.error.code, answer.error.detail, answer.error.fields, answer)
