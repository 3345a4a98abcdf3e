"""One session: a key that one requester makes, wraps for every worker, and forgets."""

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contract.headers import Headers
from contract.seal.envelope import (
    NONCE_BYTES,
    SealedAnswer,
    SealedRequest,
    build_answer,
    pack_answer,
    pack_request,
    unpack_answer,
    unpack_request,
)
from contract.seal.errors import InvalidSealError
from contract.seal.keys import derive


@dataclass(frozen=True, slots=True)
class SealSession:
    """The two directions of a session. Nonces are random: 2³² of them are safe (NIST SP 800-38D, 8.3), and a session
    lasts half a minute."""

    id: bytes
    _requests: AESGCM
    _answers: AESGCM

    @classmethod
    def from_key(cls, session_id: bytes, key: bytes) -> "SealSession":
        """Return the session of this key."""
        directions = (derive(key, session_id, purpose) for purpose in (b"neoscore request", b"neoscore answer"))
        return cls(session_id, *map(AESGCM, directions))

    def seal_request(
        self, head: bytes, topic: str, partition: int, sequence: int, headers: Headers, value: bytes
    ) -> bytes:
        """Return a sealed request. It can be opened in its partition only."""
        nonce = os.urandom(NONCE_BYTES)
        place = _place(topic, partition)
        return head + nonce + self._requests.encrypt(nonce, pack_request(sequence, headers, value), place)

    def open_request(self, sealed: SealedRequest, topic: str, partition: int) -> tuple[int, Headers, bytes]:
        """Return the request's sequence number, headers and value. Raises InvalidSealError."""
        return unpack_request(_open(self._requests, sealed.nonce, sealed.ciphertext, _place(topic, partition)))

    def seal_answer(self, topic: str, value: bytes, length: int = 0) -> bytes:
        """Return a sealed answer, padded as one of `length` bytes would be, unless it is longer."""
        nonce = os.urandom(NONCE_BYTES)
        return build_answer(self.id, nonce, self._answers.encrypt(nonce, pack_answer(value, length), topic.encode()))

    def open_answer(self, sealed: SealedAnswer, topic: str) -> bytes:
        """Return the answer. Raises InvalidSealError."""
        return unpack_answer(_open(self._answers, sealed.nonce, sealed.ciphertext, topic.encode()))


def wrapping_info(session_id: bytes, key_id: bytes) -> bytes:
    """Return the `info` of HPKE: a wrapped key belongs to one session and one key of a worker."""
    return b"neoscore session key" + session_id + key_id


def _place(topic: str, partition: int) -> bytes:
    return f"{topic}/{partition}".encode()


def _open(cipher: AESGCM, nonce: bytes, ciphertext: bytes, place: bytes) -> bytes:
    try:
        return cipher.decrypt(nonce, ciphertext, place)
    except InvalidTag:
        raise InvalidSealError("the sealed text was changed on the way") from None
