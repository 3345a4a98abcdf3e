"""The worker's side: key pairs that rotate and are forgotten, and requests opened with them. Thread-safe."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from cachetools import LRUCache
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from contract.seal.announcement import KEY_ID_BYTES, KeyAnnouncement, encode_announcement
from contract.seal.envelope import SealedRequest, parse_request
from contract.seal.errors import InvalidSealError, UnknownSealingKeyError
from contract.seal.keys import SealKey
from contract.seal.session import SealSession, unwrap, wrapping_key

ROTATION_OVERLAP_DIVISOR = 4
"""A key is announced for the last fourth of its predecessor's time, so that there always is one to seal under."""

MAX_CACHED_SESSIONS = 4_096
"""Sessions in memory for a key, some of each requester's; one that is missing is unwrapped again, in a tenth of a
millisecond."""


@dataclass(frozen=True)
class _Pair:
    id: bytes
    private: X25519PrivateKey
    public: bytes
    until: datetime
    sessions: LRUCache[bytes, SealSession]
    """Those that were wrapped for this key; they are forgotten with it."""


class WorkerKeyring:
    """The key pairs of one worker process. `window` seconds each is sealed under, `grace` seconds more it is kept."""

    def __init__(
        self,
        seal_key: SealKey,
        rotation_interval: float,
        grace: float,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._seal_key = seal_key
        self._rotation_interval, self._grace = timedelta(seconds=rotation_interval), timedelta(seconds=grace)
        self._clock = clock
        self._worker = uuid4().hex
        self._pairs: dict[bytes, _Pair] = {}
        self._newest: _Pair | None = None
        self._lock = threading.Lock()

    def announce(self) -> bytes:
        """Return the announcement of the newest key, a new one when that is due, and forget what is past its time."""
        with self._lock:
            now = self._clock()
            self._purge_expired(now)
            if self._newest is None or now >= self._newest.until - self._rotation_interval / ROTATION_OVERLAP_DIVISOR:
                self._newest = _new_pair(now + self._rotation_interval)
                self._pairs[self._newest.id] = self._newest
            pair = self._newest
        return encode_announcement(KeyAnnouncement(self._worker, pair.id, pair.public, pair.until), self._seal_key)

    def open(self, topic: str, value: bytes) -> tuple[SealSession, bytes, bytes]:
        """Open a sealed request: its session, the record's key and its value.

        Raises UnknownSealingKeyError or InvalidSealError.
        """
        sealed = parse_request(value)
        session = self._session(sealed)
        return session, *session.open_request(sealed, topic)

    def blind_record_key(self, record_key: bytes) -> bytes:
        """Return what a record shows in place of its key."""
        return self._seal_key.blind_record_key(record_key)

    def _session(self, sealed: SealedRequest) -> SealSession:
        with self._lock:
            self._purge_expired(self._clock())
            pair = next((self._pairs[key_id] for key_id in sealed.wrapped if key_id in self._pairs), None)
            if pair is None:
                raise UnknownSealingKeyError("sealed for none of the keys that this worker has")
            session: SealSession | None = pair.sessions.get(sealed.session)
            if session is None:
                session = pair.sessions[sealed.session] = SealSession.from_key(
                    sealed.session, self._unwrap(pair, sealed)
                )
        return session

    def _unwrap(self, pair: _Pair, sealed: SealedRequest) -> bytes:
        try:
            shared = pair.private.exchange(X25519PublicKey.from_public_bytes(sealed.ephemeral))
        except ValueError:  # a point that would make every shared secret zero
            raise InvalidSealError("the ephemeral key is none") from None
        key = wrapping_key(shared, self._seal_key.salt, sealed.ephemeral, pair.public)
        return unwrap(key, sealed.session, pair.id, sealed.wrapped[pair.id])

    def _purge_expired(self, now: datetime) -> None:
        for pair in [pair for pair in self._pairs.values() if now >= pair.until + self._grace]:
            del self._pairs[pair.id]


def _new_pair(until: datetime) -> _Pair:
    private = X25519PrivateKey.generate()
    return _Pair(
        os.urandom(KEY_ID_BYTES), private, private.public_key().public_bytes_raw(), until, LRUCache(MAX_CACHED_SESSIONS)
    )
