"""The seal key, and what is derived from it: it vouches for whoever has it, and by itself decrypts nothing."""

import hashlib
import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
"""AES-256, X25519 and HMAC-SHA256 all take keys of 256 bits."""

REFERENCE_BYTES = 16
"""128 bits keep two clients from sharing a reference, as they do in a pseudonym."""


class SealKey:
    """What requesters and workers of one installation share."""

    def __init__(self, secret: bytes) -> None:
        self.salt = derive(secret, b"", b"neoscore seal salt")
        self._announcing = derive(secret, b"", b"neoscore seal announcement")
        self._referring = derive(secret, b"", b"neoscore seal reference")

    def mac(self, message: bytes) -> bytes:
        """Return 32 bytes by which others with the same seal key know that one of them said this."""
        return hmac.digest(self._announcing, message, hashlib.sha256)

    def blind_record_key(self, record_key: bytes) -> bytes:
        """Return what a record shows in place of its key: the same for the same client, and telling nothing of them."""
        return hmac.digest(self._referring, record_key, hashlib.sha256)[:REFERENCE_BYTES].hex().encode()


def derive(secret: bytes, salt: bytes, purpose: bytes) -> bytes:
    """Return a key of 32 bytes for one purpose: HKDF with SHA-256 (RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, salt, purpose).derive(secret)
