"""Sign-in sessions, and sign-ins that wait for the provider."""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from contract.access import AccessOutcome
from contract.errors import JSON_DECODE_ERRORS
from reporting.server.identity import Identity
from reporting.server.users import User

SIGN_IN_TIMEOUT_SECONDS = 600
"""For typing a password and a second factor."""

_HEADER = {"alg": "dir", "enc": "A256GCM"}


@dataclass(frozen=True)
class PendingSignIn:
    """What the provider's redirect is checked against."""

    state: str
    """Comes back in the address: this browser started the sign-in."""
    nonce: str
    """Comes back in the ID token: it was issued for this sign-in."""
    code_verifier: str
    """Proves to the provider that the code is redeemed by the client that requested it (PKCE, RFC 7636)."""
    return_path: str
    """Where the browser return_path to go."""
    expires_at: float
    """Seconds since 1970."""


def new_pending_sign_in(return_path: str, now: float) -> PendingSignIn:
    """Return a new sign-in with random secrets."""
    state, nonce, code_verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return PendingSignIn(state, nonce, code_verifier, return_path, now + SIGN_IN_TIMEOUT_SECONDS)


def code_challenge(code_verifier: str) -> str:
    """Return the S256 challenge that the provider gets before the verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()


class CookieCipher:
    """Encrypts and authenticates cookies with the key of the settings."""

    def __init__(self, secret: bytes) -> None:
        self._key = OctKey.import_key(hashlib.sha256(b"neoscore sign-in cookie\0" + secret).digest())

    def encrypt(self, pending: PendingSignIn) -> str:
        """Return the cookie's value."""
        return jwe.encrypt_compact(_HEADER, msgspec.json.encode(pending), self._key)

    def decrypt(self, value: str, now: float) -> PendingSignIn | None:
        """Return what a cookie holds; None if it is not ours, was changed, or has expired."""
        try:
            text = jwe.decrypt_compact(value, self._key, algorithms=list(_HEADER.values())).plaintext
            pending = msgspec.json.decode(text or b"", type=PendingSignIn)
        except (JoseError, ValueError, TypeError, *JSON_DECODE_ERRORS):
            return None
        return pending if now < pending.expires_at else None


MAX_LIFETIME_SECONDS = 12 * 3600.0
"""A session ends after a working day even if it is in use."""

MAX_SESSIONS = 10_000
"""At a time; a bank's branch has fewer advisors. The one that was idle longest ends first."""


@dataclass(eq=False)
class SignInSession:
    """One user, signed in with one browser."""

    identity: Identity
    created_at: float
    last_used_at: float
    checked_at: float
    """When the provider last said that the account and its roles are as they were."""
    public_id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    """Identifies the session in the tokens of its pages. Unlike the cookie's key, it authenticates nothing."""
    on_end: set[Callable[[], None]] = field(default_factory=set)
    """Called when it ends, in the server's thread: pages are cleared, connections close."""
    ended_by: AccessOutcome = AccessOutcome.SIGNED_OUT
    """Why it ended, once it has."""

    @property
    def user(self) -> User:
        """Who signed in."""
        return self.identity.user


class SessionStore:
    """All sessions. For the server's thread only."""

    def __init__(self, idle_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._idle_seconds, self._clock = idle_seconds, clock
        self._by_key: dict[str, SignInSession] = {}

    def create(self, identity: Identity) -> tuple[str, SignInSession]:
        """Return the key for the cookie, and the new session."""
        if len(self._by_key) >= MAX_SESSIONS:
            self.end(min(self._by_key.values(), key=lambda sign_in: sign_in.last_used_at))
        key, now = secrets.token_urlsafe(32), self._clock()
        self._by_key[key] = SignInSession(identity, now, now, now)
        return key, self._by_key[key]

    def get(self, key: str) -> SignInSession | None:
        """Return the session of a cookie's key; None if there is none, or it has expired."""
        found = self._by_key.get(key)
        return None if found is None or self._is_expired(found) else found

    def get_by_public_id(self, public_id: str) -> SignInSession | None:
        """Return the session that a page's token names; None if it has expired."""
        found = next((sign_in for sign_in in self._by_key.values() if sign_in.public_id == public_id), None)
        return None if found is None or self._is_expired(found) else found

    def named(self, subject: str | None, provider_session: str | None) -> Iterator[SignInSession]:
        """Yield the sessions that the provider means: of one of its sessions if it names one, else of an account."""
        for sign_in in list(self._by_key.values()):
            theirs = sign_in.identity
            if provider_session == theirs.provider_session if provider_session else subject == theirs.subject:
                yield sign_in

    def due(self, seconds: float) -> Iterator[SignInSession]:
        """Yield the sessions about which the provider was last asked longer ago."""
        now = self._clock()
        yield from [sign_in for sign_in in self._by_key.values() if now - sign_in.checked_at >= seconds]

    def confirm(self, sign_in: SignInSession, identity: Identity) -> None:
        """Note that the provider confirmed a session just now."""
        sign_in.identity, sign_in.checked_at = identity, self._clock()

    def touch(self, sign_in: SignInSession) -> None:
        """Restart the idle time."""
        sign_in.last_used_at = self._clock()

    def end(self, sign_in: SignInSession, by: AccessOutcome = AccessOutcome.SIGNED_OUT) -> None:
        """End a session and close its pages and connections. May be called twice."""
        self._by_key = {key: other for key, other in self._by_key.items() if other is not sign_in}
        sign_in.ended_by = AccessOutcome.TIMED_OUT if self._is_expired(sign_in) else by
        while sign_in.on_end:
            sign_in.on_end.pop()()

    def expired(self) -> Iterator[SignInSession]:
        """Yield expired sessions; the caller ends them."""
        yield from [sign_in for sign_in in self._by_key.values() if self._is_expired(sign_in)]

    def _is_expired(self, sign_in: SignInSession) -> bool:
        now = self._clock()
        return now - sign_in.last_used_at > self._idle_seconds or now - sign_in.created_at > MAX_LIFETIME_SECONDS
