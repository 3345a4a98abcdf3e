"""The form of sealed bytes.

A request: `NSR1`, session id (16), ephemeral public key (32), number of keys (1); for each of them its id (8) and the
session key wrapped for it (48); nonce (12), ciphertext. Sealed inside: length of the record's key (2), key, value.
An answer: `NSA1`, session id (16), nonce (12), ciphertext; sealed inside: the value.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from contract.seal.announcement import KEY_ID_BYTES
from contract.seal.errors import InvalidSealError
from contract.seal.keys import KEY_BYTES

SEALED_CONTENT_TYPE = "application/vnd.neoscore.sealed"
"""The `content-type` header of sealed payloads."""

REQUEST_MAGIC, RESPONSE_MAGIC = b"NSR1", b"NSA1"
"""Neither JSON nor an Arrow stream begins so."""

SESSION_BYTES = 16
NONCE_BYTES = 12
TAG_BYTES = 16
WRAPPED_BYTES = KEY_BYTES + TAG_BYTES

MAX_RECIPIENTS = 64
"""Workers of one installation, with room: each adds 56 bytes to every request."""

_SESSION = slice(len(REQUEST_MAGIC), len(REQUEST_MAGIC) + SESSION_BYTES)
_EPHEMERAL = slice(_SESSION.stop, _SESSION.stop + KEY_BYTES)
_COUNT = _EPHEMERAL.stop
_KEYS = _COUNT + 1
_KEY_LENGTH = struct.Struct(">H")


@dataclass(frozen=True, slots=True)
class SealedRequest:
    """The parts of a sealed request."""

    session: bytes
    ephemeral: bytes
    wrapped: Mapping[bytes, bytes]
    """Id of a worker's key → the session key wrapped for it."""
    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class SealedResponse:
    """The parts of a sealed answer."""

    session: bytes
    nonce: bytes
    ciphertext: bytes


def is_sealed(value: bytes) -> bool:
    """Return whether the bytes claim to be a sealed request or answer."""
    return value[: len(REQUEST_MAGIC)] in (REQUEST_MAGIC, RESPONSE_MAGIC)


def request_header(session: bytes, ephemeral: bytes, wrapped: Mapping[bytes, bytes]) -> bytes:
    """Return how every request of a session begins."""
    keys = b"".join(key_id + wrap for key_id, wrap in wrapped.items())
    return REQUEST_MAGIC + session + ephemeral + bytes([len(wrapped)]) + keys


def parse_request(value: bytes) -> SealedRequest:
    """Take a sealed request apart. Raises InvalidSealError."""
    count = value[_COUNT] if len(value) > _COUNT and value.startswith(REQUEST_MAGIC) else 0
    size = KEY_ID_BYTES + WRAPPED_BYTES
    end = _KEYS + count * size
    if not 1 <= count <= MAX_RECIPIENTS or len(value) < end + NONCE_BYTES + TAG_BYTES:
        raise InvalidSealError("the value is no sealed request")
    wrapped = {value[at : at + KEY_ID_BYTES]: value[at + KEY_ID_BYTES : at + size] for at in range(_KEYS, end, size)}
    return SealedRequest(
        value[_SESSION], value[_EPHEMERAL], wrapped, value[end : end + NONCE_BYTES], value[end + NONCE_BYTES :]
    )


def build_response(session: bytes, nonce: bytes, ciphertext: bytes) -> bytes:
    """Return a sealed answer."""
    return RESPONSE_MAGIC + session + nonce + ciphertext


def parse_response(value: bytes) -> SealedResponse:
    """Take a sealed answer apart. Raises InvalidSealError."""
    end = _SESSION.stop + NONCE_BYTES
    if not value.startswith(RESPONSE_MAGIC) or len(value) < end + TAG_BYTES:
        raise InvalidSealError("the value is no sealed answer")
    return SealedResponse(value[_SESSION], value[_SESSION.stop : end], value[end:])


def pack(key: bytes, value: bytes) -> bytes:
    """Return a record's key and value as the one text that is sealed."""
    return _KEY_LENGTH.pack(len(key)) + key + value


def unpack(text: bytes) -> tuple[bytes, bytes]:
    """Return the record's key and value. Raises InvalidSealError."""
    if len(text) < _KEY_LENGTH.size:
        raise InvalidSealError("the sealed text is too short")
    end = _KEY_LENGTH.size + _KEY_LENGTH.unpack_from(text)[0]
    if len(text) < end:
        raise InvalidSealError("the sealed text is too short")
    return text[_KEY_LENGTH.size : end], text[end:]
