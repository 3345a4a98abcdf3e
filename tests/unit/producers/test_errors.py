"""From answers to exceptions, and from exceptions to exit codes."""

import pytest

from contract.codes import ErrorCode, Status
from contract.errors import BrokerUnavailableError
from contract.messages import ErrorInfo, Expired, Failed, FieldError, Rejected
from producers.commands.errors import exit_code
from producers.errors import (
    RequestExpiredError,
    RequestRejectedError,
    ResponseTimeoutError,
    ScoringFailedError,
    TooManyInFlightError,
    score_error,
)

ERROR = ErrorInfo(
    ErrorCode.INVALID_FEATURES,
    "1 invalid feature(s)",
    [FieldError("AGE", ErrorCode.OUT_OF_BOUNDS, "expected between 18 and 120")],
)


@pytest.mark.parametrize(
    ("answer", "kind", "status"),
    [
        (Rejected, RequestRejectedError, Status.REJECTED),
        (Expired, RequestExpiredError, Status.EXPIRED),
        (Failed, ScoringFailedError, Status.FAILED),
    ],
)
def test_each_kind_of_answer_has_its_exception(answer, kind, status):
    received = answer(request_id=None, client_ref="someone", error=ERROR)
    error = score_error(received)
    assert type(error) is kind
    assert error.status is status
    assert error.code is ErrorCode.INVALID_FEATURES
    assert error.fields[0].name == "AGE"
    assert error.result is received
    assert str(error) == "1 invalid feature(s); AGE: expected between 18 and 120"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RequestRejectedError(ErrorCode.NOT_CACHED, "x"), 3),
        (RequestExpiredError(ErrorCode.DEADLINE_EXCEEDED, "x"), 4),
        (ResponseTimeoutError("x"), 5),
        (ScoringFailedError(ErrorCode.MODEL_FAILED, "x"), 1),
        (TooManyInFlightError("x"), 1),
        (BrokerUnavailableError("x"), 1),
    ],
)
def test_each_end_has_its_exit_code(error, code):
    assert exit_code(error) == code
