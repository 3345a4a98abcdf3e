"""Who asked: read even from a request that is otherwise unreadable, so that it can still be answered."""

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from contract.errors import JSON_DECODE_ERRORS
from contract.headers import get_header
from contract.ids import CLIENT_REF_PATTERN, UUID_PATTERN
from contract.messages import RecordPosition
from scorer.record import Record

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
    client_ref = _text(_CLIENT_REF, envelope.client_ref) or client_of_key(record.key)
    return CorrelationIds(request_id, client_ref, record.position if request_id is None else None)


def client_of_key(key: bytes | None) -> str | None:
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
