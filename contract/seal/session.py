"""One session: a key that one requester makes, wraps for every worker, and forgets."""

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contract.seal.envelope import NONCE_BYTES, SealedRequest, SealedResponse, build_response, pack, unpack
from contract.seal.errors import InvalidSealError
from contract.seal.keys import derive

_ONE_USE_NONCE = bytes(NONCE_BYTES)
"""A wrapping key wraps one session key and nothing else."""


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

    def seal_request(self, head: bytes, topic: str, key: bytes, value: bytes) -> bytes:
        """Return a sealed request. It can be opened in its topic only."""
        nonce = os.urandom(NONCE_BYTES)
        return head + nonce + self._requests.encrypt(nonce, pack(key, value), topic.encode())

    def open_request(self, sealed: SealedRequest, topic: str) -> tuple[bytes, bytes]:
        """Return the record's key and value. Raises InvalidSealError."""
        return unpack(_open(self._requests, sealed.nonce, sealed.ciphertext, topic))

    def seal_answer(self, topic: str, value: bytes) -> bytes:
        """Return a sealed answer."""
        nonce = os.urandom(NONCE_BYTES)
        return build_response(self.id, nonce, self._answers.encrypt(nonce, value, topic.encode()))

    def open_answer(self, sealed: SealedResponse, topic: str) -> bytes:
        """Return the answer. Raises InvalidSealError."""
        return _open(self._answers, sealed.nonce, sealed.ciphertext, topic)


def wrap(wrapping_key: bytes, session_id: bytes, key_id: bytes, session_key: bytes) -> bytes:
    """Return a session key encrypted for the worker that can derive the wrapping key."""
    return AESGCM(wrapping_key).encrypt(_ONE_USE_NONCE, session_key, session_id + key_id)


def unwrap(wrapping_key: bytes, session_id: bytes, key_id: bytes, wrapped: bytes) -> bytes:
    """Return the session key. Raises InvalidSealError."""
    try:
        return AESGCM(wrapping_key).decrypt(_ONE_USE_NONCE, wrapped, session_id + key_id)
    except InvalidTag:
        raise InvalidSealError("the session key was not wrapped with this seal key") from None


def wrapping_key(shared: bytes, salt: bytes, ephemeral: bytes, public: bytes) -> bytes:
    """Derive the key that wraps one session key for one worker from what X25519 gave both sides.

    Both public keys go in, as RFC 7748 (6.1) advises; the salt makes it depend on the seal key.
    """
    return derive(shared, salt, b"neoscore wrap" + ephemeral + public)


def _open(cipher: AESGCM, nonce: bytes, ciphertext: bytes, topic: str) -> bytes:
    try:
        return cipher.decrypt(nonce, ciphertext, topic.encode())
    except InvalidTag:
        raise InvalidSealError("the sealed text was changed on the way") from None
