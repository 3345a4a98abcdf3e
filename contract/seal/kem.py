"""HPKE (RFC 9180), single-shot in base mode: encrypts one session key for one worker's public key."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from contract.codes import Kem
from contract.seal.errors import InvalidSealError

MLKEM768_PUBLIC_BYTES = 1_184
X25519_PUBLIC_BYTES = 32

PUBLIC_KEY_BYTES = {Kem.X25519: X25519_PUBLIC_BYTES, Kem.X25519_MLKEM768: MLKEM768_PUBLIC_BYTES + X25519_PUBLIC_BYTES}
"""Length of a public key. The hybrid one is the ML-KEM key, then the X25519 key, as draft-ietf-hpke-pq has it."""

_SUITES = {
    kem: hpke.Suite(hpke_kem, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    for kem, hpke_kem in ((Kem.X25519, hpke.KEM.X25519), (Kem.X25519_MLKEM768, hpke.KEM.MLKEM768_X25519))
}


@dataclass(frozen=True)
class KeyPair:
    """A worker's key pair."""

    kem: Kem
    public: bytes
    private: X25519PrivateKey | hpke.MLKEM768X25519PrivateKey

    @classmethod
    def generate(cls, kem: Kem) -> "KeyPair":
        """Return a new pair."""
        return cls.of(
            X25519PrivateKey.generate(), MLKEM768PrivateKey.generate() if kem is Kem.X25519_MLKEM768 else None
        )

    @classmethod
    def of(cls, x25519: X25519PrivateKey, mlkem: MLKEM768PrivateKey | None = None) -> "KeyPair":
        """Return the pair of these private keys: a hybrid one if there is an ML-KEM key."""
        public = x25519.public_key().public_bytes_raw()
        if mlkem is None:
            return cls(Kem.X25519, public, x25519)
        private = hpke.MLKEM768X25519PrivateKey(mlkem, x25519)
        return cls(Kem.X25519_MLKEM768, mlkem.public_key().public_bytes_raw() + public, private)

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """Return the session key that was wrapped for this pair. Raises InvalidSealError."""
        try:
            return _SUITES[self.kem].decrypt(wrapped, self.private, info)
        except (InvalidTag, ValueError):  # a key that was not wrapped for this pair, or a point that is none
            raise InvalidSealError("the session key was not wrapped for this worker") from None


def wrap(kem: Kem, public: bytes, session_key: bytes, info: bytes) -> bytes:
    """Return the session key encrypted for the worker with this public key: `enc` and ciphertext of RFC 9180.

    Raises InvalidSealError if the key is none.
    """
    try:
        return _SUITES[kem].encrypt(session_key, _public_key(kem, public), info)
    except ValueError:
        raise InvalidSealError("the announced key is no public key") from None


def _public_key(kem: Kem, public: bytes) -> X25519PublicKey | hpke.MLKEM768X25519PublicKey:
    x25519 = X25519PublicKey.from_public_bytes(public[-X25519_PUBLIC_BYTES:])
    if kem is Kem.X25519:
        return x25519
    mlkem = MLKEM768PublicKey.from_public_bytes(public[:MLKEM768_PUBLIC_BYTES])
    return hpke.MLKEM768X25519PublicKey(mlkem, x25519)
