"""The form of sealed bytes. docs/sealing.md draws it; numbers are big-endian.

A request: head, nonce (12), ciphertext. The head is the same for all requests of a session: `NSR1`, session id (16),
number of keys (1); for each of them its id (8), a length (2) and the session key wrapped for it; MAC (32).
An answer: `NSA1`, session id (16), nonce (12), ciphertext.
The text inside a request: sequence number (8), length (4) and headers, length (4) and value, padding. Inside an answer:
length (4) and value, padding.
"""

import struct
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from contract.errors import JSON_DECODE_ERRORS
from contract.headers import Headers
from contract.seal.announcement import KEY_ID_BYTES
from contract.seal.errors import InvalidSealError
from contract.seal.keys import MAC_BYTES
from contract.topics import MAX_MESSAGE_BYTES

SEALED_CONTENT_TYPE = "application/vnd.neoscore.sealed"
"""The `content-type` header of sealed payloads."""

REFUSAL_MAC_HEADER = "neoscore-refusal-mac"
"""The header of a refusal: the MAC, 64 hexadecimal digits."""

REQUEST_MAGIC, ANSWER_MAGIC = b"NSR1", b"NSA1"
"""Neither JSON nor an Arrow stream begins so."""

SESSION_BYTES = 16
NONCE_BYTES = 12
TAG_BYTES = 16

MAX_RECIPIENTS = 64
"""Workers of one installation, with room: each adds 90 bytes to every request, or 1,178 with ML-KEM."""

MIN_REQUEST_BYTES = 1_024
"""Requests with and without features, of up to about 30 of them, are all of this size."""

MIN_ANSWER_BYTES = 4_096
"""Scores with and without explanation, of a model of up to about 30 features, and errors are all of this size."""

MAX_PADDED_BYTES = MAX_MESSAGE_BYTES - 256 * 1024
"""A payload is not padded beyond what brokers and producers take, with room for the head."""

_SESSION = slice(len(REQUEST_MAGIC), len(REQUEST_MAGIC) + SESSION_BYTES)
_COUNT = _SESSION.stop
_KEYS = _COUNT + 1
_WRAPPED_LENGTH = struct.Struct(">H")
_LENGTH = struct.Struct(">I")
_SEQUENCE = struct.Struct(">Q")


class SealedRequest(NamedTuple):
    """The parts of a sealed request."""

    session: bytes
    head: bytes
    nonce: bytes
    ciphertext: bytes


class SealedAnswer(NamedTuple):
    """The parts of a sealed answer."""

    session: bytes
    nonce: bytes
    ciphertext: bytes


def is_sealed(value: bytes) -> bool:
    """Return whether the bytes claim to be a sealed request or answer."""
    return value[: len(REQUEST_MAGIC)] in (REQUEST_MAGIC, ANSWER_MAGIC)


def build_head(session: bytes, wrapped: Mapping[bytes, bytes]) -> bytes:
    """Return how every request of a session begins, without the MAC. `wrapped`: id of a worker's key → wrapped key."""
    keys = b"".join(key_id + _WRAPPED_LENGTH.pack(len(key)) + key for key_id, key in wrapped.items())
    return REQUEST_MAGIC + session + bytes([len(wrapped)]) + keys


def wrapped_keys(head: bytes) -> dict[bytes, bytes]:
    """Return what a head that `parse_request` returned holds: id of a worker's key → the session key wrapped for it."""
    wrapped, at = {}, _KEYS
    for _ in range(head[_COUNT]):
        key_id, start = head[at : at + KEY_ID_BYTES], at + KEY_ID_BYTES + _WRAPPED_LENGTH.size
        at = start + _WRAPPED_LENGTH.unpack_from(head, at + KEY_ID_BYTES)[0]
        wrapped[key_id] = head[start:at]
    return wrapped


def parse_request(value: bytes) -> SealedRequest:
    """Take a sealed request apart. Raises InvalidSealError."""
    try:
        if not value.startswith(REQUEST_MAGIC) or not 1 <= value[_COUNT] <= MAX_RECIPIENTS:
            raise InvalidSealError("the value is no sealed request")
        end = _KEYS
        for _ in range(value[_COUNT]):
            end += KEY_ID_BYTES
            end += _WRAPPED_LENGTH.size + _WRAPPED_LENGTH.unpack_from(value, end)[0]
    except (IndexError, struct.error):
        raise InvalidSealError("the value is no sealed request") from None
    end += MAC_BYTES
    text = end + NONCE_BYTES
    if len(value) < text + TAG_BYTES:
        raise InvalidSealError("the value is no sealed request")
    return SealedRequest(value[_SESSION], value[:end], value[end:text], value[text:])


def build_answer(session: bytes, nonce: bytes, ciphertext: bytes) -> bytes:
    """Return a sealed answer."""
    return ANSWER_MAGIC + session + nonce + ciphertext


def parse_answer(value: bytes) -> SealedAnswer:
    """Take a sealed answer apart. Raises InvalidSealError."""
    end = _SESSION.stop + NONCE_BYTES
    if not value.startswith(ANSWER_MAGIC) or len(value) < end + TAG_BYTES:
        raise InvalidSealError("the value is no sealed answer")
    return SealedAnswer(value[_SESSION], value[_SESSION.stop : end], value[end:])


def padded_length(length: int, least: int) -> int:
    """Return to how many bytes a text is padded: the next power of two, so that few lengths tell texts apart."""
    padded = max(least, 1 << (length - 1).bit_length())
    return padded if padded <= MAX_PADDED_BYTES else max(length, MAX_PADDED_BYTES)


def pack_request(sequence: int, headers: Headers, value: bytes) -> bytes:
    """Return the text to seal of a request."""
    # A worker reads no header that is not text.
    shown = _encoder.encode([(name, text.decode(errors="replace")) for name, text in headers])
    text = b"".join((_SEQUENCE.pack(sequence), _LENGTH.pack(len(shown)), shown, _LENGTH.pack(len(value)), value))
    return _pad(text, MIN_REQUEST_BYTES)


def unpack_request(text: bytes) -> tuple[int, Headers, bytes]:
    """Return sequence number, headers and value of a request's text. Raises InvalidSealError."""
    shown, at = _field(text, _SEQUENCE.size)
    value, _ = _field(text, at)
    try:
        headers = [(name, header.encode()) for name, header in _decoder.decode(shown)]
    except JSON_DECODE_ERRORS:
        raise InvalidSealError("the sealed headers are not a JSON list of names and texts") from None
    return _SEQUENCE.unpack_from(text)[0], headers, value


def pack_answer(value: bytes, length: int) -> bytes:
    """Return the text to seal of an answer, padded as one of `length` bytes would be, unless it is longer."""
    least = padded_length(_LENGTH.size + length, MIN_ANSWER_BYTES)
    return _pad(_LENGTH.pack(len(value)) + value, least)


def unpack_answer(text: bytes) -> bytes:
    """Return the value of an answer's text. Raises InvalidSealError."""
    return _field(text, 0)[0]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(list[tuple[str, str]])


def _pad(text: bytes, least: int) -> bytes:
    return text.ljust(padded_length(len(text), least), b"\0")


def _field(text: bytes, at: int) -> tuple[bytes, int]:
    """Return the field that begins here, and where the next one does."""
    start = at + _LENGTH.size
    if len(text) < start:
        raise InvalidSealError("the sealed text is too short")
    end = start + _LENGTH.unpack_from(text, at)[0]
    if len(text) < end:
        raise InvalidSealError("the sealed text is too short")
    return text[start:end], end
