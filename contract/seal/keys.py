"""The seal key, and what is derived from it: it vouches for whoever has it, and by itself decrypts nothing."""

import hashlib
import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
"""AES-256 and HMAC-SHA256 take keys of 256 bits."""

MAC_BYTES = 32


class SealKey:
    """What requesters and workers of one installation share. A key of its own for each purpose is derived from it."""

    def __init__(self, secret: bytes) -> None:
        self._announcement, self._session, self._refusal, self._partition = (
            derive(secret, b"", f"neoscore seal {purpose}".encode())
            for purpose in ("announcement", "session", "refusal", "partition")
        )

    def announcement_mac(self, message: bytes) -> bytes:
        """Return the proof that a worker announces this key."""
        return hmac.digest(self._announcement, message, hashlib.sha256)

    def session_mac(self, head: bytes) -> bytes:
        """Return the proof that a requester began this session."""
        return hmac.digest(self._session, head, hashlib.sha256)

    def refusal_mac(self, topic: str, request_digest: bytes, refusal: bytes) -> bytes:
        """Return the proof that a worker refused the request with this digest (`digest_request`) in these words."""
        return hmac.digest(self._refusal, topic.encode() + b"\0" + request_digest + refusal, hashlib.sha256)

    def choose_partition(self, record_key: str, partitions: int) -> int:
        """Return the partition for a record's key: always the same, and without the seal key nobody can tell which."""
        drawn = hmac.digest(self._partition, record_key.encode(), hashlib.sha256)
        return int.from_bytes(drawn[:8]) % partitions


def digest_request(value: bytes) -> bytes:
    """Return by what a refusal names the request as it was sent: SHA-256 of the record's value."""
    return hashlib.sha256(value).digest()


def derive(secret: bytes, salt: bytes, purpose: bytes) -> bytes:
    """Return a key of 32 bytes for one purpose: HKDF with SHA-256 (RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, salt, purpose).derive(secret)
