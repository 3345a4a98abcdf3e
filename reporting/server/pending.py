"""A sign-in under way: what must be remembered while the browser is at the provider. In a sealed cookie; no I/O."""

import base64
import hashlib
import secrets
from dataclasses import dataclass

import msgspec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from contract.errors import JSON_DECODE_ERRORS

TIME_SECONDS = 600
"""For typing a password and a second factor."""

_HEADER = {"alg": "dir", "enc": "A256GCM"}


@dataclass(frozen=True)
class Pending:
    """What comes back from the provider must fit this."""

    state: str
    """Comes back in the address: the answer is to a question that this browser asked."""
    nonce: str
    """Comes back in the token: the token was made for this sign-in."""
    verifier: str
    """Proves to the provider that whoever redeems the code asked for it (PKCE, RFC 7636)."""
    back: str
    """Where the browser wanted to go."""
    until: float
    """Seconds since 1970."""


def begin(back: str, now: float) -> Pending:
    """Return a new sign-in, whose secrets nobody can guess."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Pending(state, nonce, verifier, back, now + TIME_SECONDS)


def challenge(verifier: str) -> str:
    """Return what the provider gets to know of a verifier at first (S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Seal:
    """Encrypts and authenticates cookies with the key of the settings."""

    def __init__(self, secret: bytes) -> None:
        self._key = OctKey.import_key(hashlib.sha256(b"neoscore sign-in cookie\0" + secret).digest())

    def close(self, pending: Pending) -> str:
        """Return the cookie's value."""
        return jwe.encrypt_compact(_HEADER, msgspec.json.encode(pending), self._key)

    def open(self, value: str, now: float) -> Pending | None:
        """Return what a cookie holds; None when it is not ours, was changed, or is too old."""
        try:
            text = jwe.decrypt_compact(value, self._key, algorithms=list(_HEADER.values())).plaintext
            pending = msgspec.json.decode(text or b"", type=Pending)
        except (JoseError, ValueError, TypeError, *JSON_DECODE_ERRORS):
            return None
        return pending if now < pending.until else None
