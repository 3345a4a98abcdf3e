"""What is sent in place of a score: the errors, who gets them, and the dead letter of a record that names nobody."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from contract.codes import ErrorCode
from contract.errors import JSON_DECODE_ERRORS
from contract.headers import get_header
from contract.ids import CLIENT_REF_PATTERN, UUID_PATTERN
from contract.messages import DeadLetter, ErrorInfo, NotScored, RecordPosition, ScoreRequest
from scorer.record import Record

ErrorResponse: TypeAlias = NotScored | DeadLetter

EXPIRED = ErrorInfo(ErrorCode.DEADLINE_EXCEEDED, "expired before it was processed (expires_at)")
INTERNAL_ERROR = ErrorInfo(ErrorCode.INTERNAL_ERROR, "unexpected internal error in the scorer")
MODEL_FAILED = ErrorInfo(ErrorCode.MODEL_FAILED, "the model could not score this row")
NOT_A_PSEUDONYM = ErrorInfo(
    ErrorCode.NOT_A_PSEUDONYM,
    "client_ref must be a pseudonym: 32 hexadecimal digits, after the key's id and a dash if any",
)
NOT_CACHED = ErrorInfo(ErrorCode.NOT_CACHED, "no cached result for this client; send the features")
RESPONSE_TOO_LARGE = ErrorInfo(
    ErrorCode.INTERNAL_ERROR, "the response exceeds the broker's message size limit; retry with explain=false"
)

_DEAD_LETTER_KEY = secrets.token_bytes(32)
"""Lives and dies with the process, whichever models it serves meanwhile."""


def error_result(kind: type[NotScored], request: ScoreRequest, error: ErrorInfo) -> NotScored:
    """Return an answer without a score to a readable request."""
    return kind(request_id=request.request_id, client_ref=request.client_ref, error=error)


def dead_letter(record: Record, cause: ErrorCode, now: datetime) -> DeadLetter:
    """Return the dead letter of a record that cannot be answered."""
    return DeadLetter(
        cause=cause,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key_hash=hmac.new(_DEAD_LETTER_KEY, record.key or b"", hashlib.sha256).hexdigest(),
        occurred_at=now,
    )


_UUID = re.compile(UUID_PATTERN)
_CLIENT_REF = re.compile(CLIENT_REF_PATTERN)


class _Envelope(msgspec.Struct):
    request_id: Any = None
    client_ref: Any = None


_decoder = msgspec.json.Decoder(_Envelope)


@dataclass(frozen=True, slots=True)
class CorrelationIds:
    """What is known of an unreadable request."""

    request_id: str | None
    client_ref: str | None
    position: RecordPosition | None
    """Where the record lies, when that is all there is to match an answer by."""

    @property
    def has_return_address(self) -> bool:
        """Whether an answer can find its way: by the request, or by the client and the record's place."""
        return self.request_id is not None or self.client_ref is not None


def extract_correlation_ids(record: Record) -> CorrelationIds:
    """Read the identity from the JSON if only those fields are readable, else from the `ce_id` header and the key."""
    envelope = _read_envelope(record.value)
    request_id = _text(_UUID, envelope.request_id) or _text(_UUID, get_header(record.headers, "ce_id"))
    client_ref = _text(_CLIENT_REF, envelope.client_ref) or _client_of_key(record.key)
    return CorrelationIds(request_id, client_ref, record.position if request_id is None else None)


def _client_of_key(key: bytes | None) -> str | None:
    """Return the client reference that a record's key holds, or None when it holds none."""
    try:
        return _text(_CLIENT_REF, key.decode()) if key else None
    except UnicodeDecodeError:
        return None


def _read_envelope(value: bytes) -> _Envelope:
    try:
        return _decoder.decode(value)
    except JSON_DECODE_ERRORS:
        return _Envelope()


def _text(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None
