"""Exceptions of the producers package.

RequesterError
├── ScoreError                  a response that is not a score; carries code, detail, fields
│   ├── RequestRejectedError    the request is invalid
│   ├── RequestExpiredError     a worker read it after its deadline
│   └── ScoringFailedError      the scorer failed
├── ResponseTimeoutError        no response before the deadline
├── TooManyInFlightError        the limit of requests in flight stayed reached
├── ClientClosedError           the client was closed before the response arrived
├── TooFewClientsError          a portfolio of so few clients that its totals could identify people
├── ModelChangedError           another model answered than the one that a portfolio's totals are of
├── RunNotRecordedError         a run that could not be entered in the access log
└── NotRedrivableError          a dead letter's record has expired, or no worker could process it unchanged

No broker at all is contract.errors.BrokerUnavailableError. No text holds a feature value, a score or a client
reference.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from contract.codes import ErrorCode, Status
from contract.messages import FieldError, NotScored


class RequesterError(Exception):
    """Base of every error that the producers package raises."""


class ScoreError(RequesterError):
    """A result that is not a score. `code` is stable; `fields` names each invalid feature and why.

    `result` is the result as received; None if the request was rejected before it was published.
    """

    status: ClassVar[Status]

    def __init__(
        self, code: ErrorCode, detail: str, fields: Sequence[FieldError] = (), result: NotScored | None = None
    ) -> None:
        super().__init__("; ".join([detail, *(f"{field.name}: {field.detail}" for field in fields)]))
        self.code = code
        self.detail = detail
        self.fields = tuple(fields)
        self.result = result


class RequestRejectedError(ScoreError):
    """The request is invalid; sending it again unchanged will fail again."""

    status = Status.REJECTED


class RequestExpiredError(ScoreError):
    """A worker read the request after its deadline."""

    status = Status.EXPIRED


class ScoringFailedError(ScoreError):
    """The scorer failed; the same request may succeed later."""

    status = Status.FAILED


class ResponseTimeoutError(RequesterError):
    """No response before the deadline: most likely no worker is running."""


class TooManyInFlightError(RequesterError):
    """The limit of requests in flight was reached and no response arrived in time."""


class ClientClosedError(RequesterError):
    """The client was closed before the response arrived."""


class TooFewClientsError(RequesterError):
    """A portfolio of so few clients that its totals could identify people; the text does not say how many."""


class ModelChangedError(RequesterError):
    """Another model answered than the one that a portfolio's totals are of: the PDs of two models do not add up."""


class RunNotRecordedError(RequesterError):
    """A run could not be entered in the access log: without an entry nothing is shown."""


class NotRedrivableError(RequesterError):
    """The record of a dead letter has expired, or no worker could process it unchanged; the text says what to do."""


_BY_STATUS: Mapping[Status, type[ScoreError]] = {
    kind.status: kind for kind in (RequestRejectedError, RequestExpiredError, ScoringFailedError)
}


def score_error(result: NotScored) -> ScoreError:
    """Return the exception for a result that is not a score."""
    error = result.error
    return _BY_STATUS[result.status](error.code, error.detail, error.fields, result)
