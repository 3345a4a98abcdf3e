"""The worker's side: key pairs that rotate and are forgotten, and requests opened with them. Thread-safe."""

import hmac
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from contract.codes import Kem
from contract.headers import Headers
from contract.seal.announcement import KEY_ID_BYTES, KeyAnnouncement, encode_announcement
from contract.seal.envelope import SealedRequest, parse_request, wrapped_keys
from contract.seal.errors import InvalidSealError, ReplayedRequestError, UnknownSealingKeyError
from contract.seal.kem import KeyPair
from contract.seal.keys import MAC_BYTES, SealKey, digest_request
from contract.seal.session import SealSession, wrapping_info

ROTATION_OVERLAP_DIVISOR = 4
"""A key is announced for the last fourth of its predecessor's time, so that there always is one to seal under."""

MAX_SESSIONS = 4_096
"""Sessions in memory for a key: those of 1,000 requesters, at most 20 MB. Of a session that had to make room a copied
request would be scored again; it is unwrapped again in a millisecond."""

REPLAY_WINDOW = 4_096
"""Requests of one session in one partition that may overtake each other: a requester has fewer in flight in a
partition. 512 bytes for each session and partition."""

_WINDOW_BITS = (1 << REPLAY_WINDOW) - 1


class _ReplayWindow:
    """Which of the newest sequence numbers have been seen, as in DTLS 1.3 (RFC 9147, 4.5.1)."""

    __slots__ = ("_newest", "_seen")

    def __init__(self) -> None:
        self._newest = -1
        self._seen = 0
        """Bit n: whether number `newest - n` was seen."""

    def add(self, number: int) -> bool:
        """Return whether the number is new, and remember it. What is older than the window does not count as new."""
        ahead = number - self._newest
        if ahead > 0:
            self._seen = (self._seen << ahead | 1) & _WINDOW_BITS if ahead < REPLAY_WINDOW else 1
            self._newest = number
            return True
        bit = 1 << -ahead if -ahead < REPLAY_WINDOW else 0
        new = bit and not self._seen & bit
        self._seen |= bit
        return bool(new)


@dataclass(frozen=True, slots=True)
class _OpenedSession:
    session: SealSession
    windows: dict[tuple[str, int], _ReplayWindow] = field(default_factory=dict)
    """Topic and partition → what arrived there. A request can be opened in its own partition only."""


@dataclass(frozen=True)
class _Key:
    id: bytes
    pair: KeyPair
    until: datetime
    sessions: dict[bytes, _OpenedSession] = field(default_factory=dict)
    """Head → session. Those that were wrapped for this key are forgotten with it, and so is what was seen of them."""


class WorkerKeyring:
    """The key pairs of one worker process. `rotation_interval` seconds each is sealed under, `grace` seconds more it is
    kept.

    A request is opened once. The broker gives a record again that was not acknowledged, and that one is opened again:
    it has its old offset, whereas a copy, whoever sends it, has a new one.
    """

    def __init__(
        self,
        seal_key: SealKey,
        rotation_interval: float,
        grace: float,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        kem: Kem = Kem.X25519,
    ) -> None:
        self._seal_key = seal_key
        self._rotation_interval, self._grace = timedelta(seconds=rotation_interval), timedelta(seconds=grace)
        self._clock = clock
        self._kem = kem
        self._worker = uuid4().hex
        self._keys: dict[bytes, _Key] = {}
        self._newest: _Key | None = None
        self._last_offsets: dict[tuple[str, int], int] = {}
        """Topic and partition → the last offset that was opened there."""
        self._lock = threading.Lock()

    def announce(self) -> bytes:
        """Return the announcement of the newest key, a new one when that is due, and forget what is past its time."""
        with self._lock:
            now = self._clock()
            self._purge_expired(now)
            if self._newest is None or now >= self._newest.until - self._rotation_interval / ROTATION_OVERLAP_DIVISOR:
                pair = KeyPair.generate(self._kem)
                self._newest = _Key(os.urandom(KEY_ID_BYTES), pair, now + self._rotation_interval)
                self._keys[self._newest.id] = self._newest
            newest = self._newest
        announcement = KeyAnnouncement(self._worker, newest.id, newest.pair.kem, newest.pair.public, newest.until)
        return encode_announcement(announcement, self._seal_key)

    def open(self, topic: str, partition: int, offset: int, value: bytes) -> tuple[SealSession, Headers, bytes]:
        """Open a sealed request: its session, its headers and its value.

        Raises UnknownSealingKeyError, InvalidSealError or ReplayedRequestError.
        """
        sealed = parse_request(value)
        with self._lock:
            opened = self._session(sealed)
            sequence, headers, value = opened.session.open_request(sealed, topic, partition)
            place = topic, partition
            window = opened.windows.setdefault(place, _ReplayWindow())
            redelivered = offset <= self._last_offsets.get(place, -1)
            if not window.add(sequence) and not redelivered:
                raise ReplayedRequestError("the request was sent before")
            if not redelivered:
                self._last_offsets[place] = offset
        return opened.session, headers, value

    def refusal_mac(self, topic: str, request: bytes, refusal: bytes) -> str:
        """Return by what the sender of this request knows that a worker wrote this unsealed answer to it."""
        return self._seal_key.refusal_mac(topic, digest_request(request), refusal).hex()

    def _session(self, sealed: SealedRequest) -> _OpenedSession:
        self._purge_expired(self._clock())
        for key in self._keys.values():
            if known := key.sessions.get(sealed.head):
                return known
        head, mac = sealed.head[:-MAC_BYTES], sealed.head[-MAC_BYTES:]
        if not hmac.compare_digest(self._seal_key.session_mac(head), mac):
            raise InvalidSealError("the session was not begun with this seal key")
        for key_id, wrapped in wrapped_keys(head).items():
            if own := self._keys.get(key_id):
                return self._remember(own, sealed, own.pair.unwrap(wrapped, wrapping_info(sealed.session, key_id)))
        raise UnknownSealingKeyError("sealed for none of the keys that this worker has")

    def _remember(self, key: _Key, sealed: SealedRequest, session_key: bytes) -> _OpenedSession:
        if len(key.sessions) >= MAX_SESSIONS:
            del key.sessions[next(iter(key.sessions))]
        opened = key.sessions[sealed.head] = _OpenedSession(SealSession.from_key(sealed.session, session_key))
        return opened

    def _purge_expired(self, now: datetime) -> None:
        for key in [key for key in self._keys.values() if now >= key.until + self._grace]:
            del self._keys[key.id]
