from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from contract.codes import Band, ErrorCode
from contract.errors import MessageError
from contract.messages import (
    MAX_REQUEST_BYTES,
    Contribution,
    ErrorInfo,
    Expired,
    FieldError,
    ModelRef,
    RecordPosition,
    Rejected,
    Scored,
    ScoreRequest,
    decode_request,
    decode_result,
    encode,
)

NOW = datetime(2030, 1, 1, tzinfo=UTC)
ID = "0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a"


def test_a_request_needs_only_its_id_and_the_client():
    request = decode_request(f'{{"request_id": "{ID}", "client_ref": "c"}}'.encode())
    assert request.features is UNSET
    assert request.expires_at is UNSET
    assert request.explain is True


def test_a_request_survives_the_wire():
    request = ScoreRequest(
        request_id=ID, client_ref="c", features={"a": 1.5, "b": "x", "c": None}, explain=False, expires_at=NOW
    )
    assert decode_request(encode(request)) == request


@pytest.mark.parametrize(
    "result",
    [
        Scored(
            request_id=ID,
            client_ref="c",
            probability=0.25,
            base_probability=0.2,
            base_log_odds=-1.38,
            threshold=0.5,
            band=Band.LOW,
            contributions=(Contribution("a", 0.1, 0.05),),
            reasons=("a:raises",),
            model=ModelRef("m", "v", "d"),
            scored_at=NOW,
        ),
        Rejected(
            request_id=None,
            client_ref="c",
            error=ErrorInfo(ErrorCode.INVALID_FEATURES, "one", (FieldError("a", ErrorCode.OUT_OF_BOUNDS, "two"),)),
            position=RecordPosition("t", 1, 2),
        ),
        Expired(request_id=ID, client_ref="c", error=ErrorInfo(ErrorCode.DEADLINE_EXCEEDED, "late")),
    ],
)
def test_a_result_survives_the_wire_and_names_its_status(result):
    again = decode_result(encode(result))
    assert again == result
    assert f'"status":"{result.status}"'.encode() in encode(result)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"", ErrorCode.MALFORMED_MESSAGE),
        (b"\xff\xfe", ErrorCode.MALFORMED_MESSAGE),
        (b'{"features":{"a":' + b"[" * 50_000, ErrorCode.MALFORMED_MESSAGE),
        (b"[]", ErrorCode.INVALID_MESSAGE),
        (b'{"request_id": 5, "client_ref": "c"}', ErrorCode.INVALID_MESSAGE),
        (b'{"request_id": "not-a-uuid", "client_ref": "c"}', ErrorCode.INVALID_MESSAGE),
        (f'{{"request_id": "{ID}", "client_ref": ""}}'.encode(), ErrorCode.INVALID_MESSAGE),
        (f'{{"request_id": "{ID}", "client_ref": "a\\nb"}}'.encode(), ErrorCode.INVALID_MESSAGE),
        (f'{{"request_id": "{ID}", "client_ref": "c", "feature": {{}}}}'.encode(), ErrorCode.INVALID_MESSAGE),
        (f'{{"request_id": "{ID}", "client_ref": "c", "features": []}}'.encode(), ErrorCode.INVALID_MESSAGE),
        (
            f'{{"request_id": "{ID}", "client_ref": "c", "expires_at": "2030-01-01T00:00:00"}}'.encode(),
            ErrorCode.INVALID_MESSAGE,
        ),
        (b" " * (MAX_REQUEST_BYTES + 1), ErrorCode.MESSAGE_TOO_LARGE),
    ],
)
def test_what_cannot_be_read_has_a_stable_code(value, code):
    with pytest.raises(MessageError) as caught:
        decode_request(value)
    assert caught.value.code is code


@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_or_a_message_error(value):
    try:
        decode_request(value)
    except MessageError as error:
        assert error.detail


def test_the_detail_names_the_field_and_not_the_value():
    with pytest.raises(MessageError) as caught:
        decode_request(f'{{"request_id": "{ID}", "client_ref": "c", "explain": "secret"}}'.encode())
    assert "explain" in caught.value.detail
    assert "secret" not in caught.value.detail
