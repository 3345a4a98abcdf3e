"""The requester's side: the workers' keys as announced, and sessions that seal for all of them. Thread-safe."""

import hmac
import itertools
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from contract.headers import Headers
from contract.seal.announcement import KeyAnnouncement, decode_announcement
from contract.seal.envelope import MAX_RECIPIENTS, SESSION_BYTES, build_head, parse_answer
from contract.seal.errors import InvalidSealError, NoSealingKeyError
from contract.seal.kem import wrap
from contract.seal.keys import KEY_BYTES, SealKey
from contract.seal.session import SealSession, wrapping_info

SESSION_SECONDS = 30
"""A session seals for so long at most: half a window; at that pace HPKE for every worker costs next to nothing."""


@dataclass(frozen=True)
class _ActiveSession:
    session: SealSession
    head: bytes
    begun: datetime
    keys: frozenset[bytes]
    sequence: Iterator[int] = field(default_factory=itertools.count)
    """By which a worker tells a request from a copy of it. `next` is atomic."""


class Sealer:
    """Seals requests for the workers that announce keys, and opens the answers. `grace`: seconds an answer may take."""

    def __init__(
        self, seal_key: SealKey, grace: float, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._seal_key = seal_key
        self._keep = timedelta(seconds=SESSION_SECONDS + grace)
        self._clock = clock
        self._announced: dict[str, KeyAnnouncement] = {}
        self._sessions: dict[bytes, _ActiveSession] = {}
        self._current: _ActiveSession | None = None
        self._changed = threading.Condition()

    def add_announcement(self, value: bytes) -> None:
        """Take note of an announcement; one that nobody with the seal key made is ignored. Raises nothing."""
        try:
            announcement = decode_announcement(value, self._seal_key)
        except InvalidSealError:
            return
        with self._changed:
            known = self._announced.get(announcement.worker_id)
            if known is None or known.not_after < announcement.not_after:
                self._announced[announcement.worker_id] = announcement
                self._changed.notify_all()

    def wait_for_workers(self, seconds: float) -> bool:
        """Wait until a worker's key is known, at most so long; return whether one is."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._valid_announcements()), seconds)

    def choose_partition(self, record_key: str, partitions: int) -> int:
        """Return the partition for a record's key, which the record itself does not show."""
        return self._seal_key.choose_partition(record_key, partitions)

    def seal(self, topic: str, partition: int, headers: Headers, value: bytes) -> bytes:
        """Return the request sealed for its partition. Raises NoSealingKeyError while no worker's key is known."""
        with self._changed:
            current = self._current_session()
        return current.session.seal_request(current.head, topic, partition, next(current.sequence), headers, value)

    def open(self, topic: str, value: bytes) -> bytes | None:
        """Open a sealed answer; None when it is another requester's. Raises InvalidSealError."""
        sealed = parse_answer(value)
        current = self._sessions.get(sealed.session)
        return current.session.open_answer(sealed, topic) if current else None

    def is_refusal(self, topic: str, request_digest: bytes, value: bytes, mac: str | None) -> bool:
        """Return whether a worker wrote this unsealed answer, to the request with this digest and to no other."""
        expected = self._seal_key.refusal_mac(topic, request_digest, value).hex()
        return mac is not None and hmac.compare_digest(expected.encode(), mac.encode())

    def purge_expired(self) -> None:
        """Drop sessions whose answers nobody waits for any more. To be called often: who asks nothing forgets, too."""
        with self._changed:
            self._purge_expired(self._clock())

    def _valid_announcements(self) -> list[KeyAnnouncement]:
        now = self._clock()
        return [announcement for announcement in self._announced.values() if announcement.not_after > now]

    def _current_session(self) -> _ActiveSession:
        now = self._clock()
        alive = self._valid_announcements()
        keys = frozenset(announcement.key_id for announcement in alive)
        current = self._current
        if current is None or current.keys != keys or now - current.begun >= timedelta(seconds=SESSION_SECONDS):
            if not alive:
                raise NoSealingKeyError("no worker has announced a public key")
            current = self._current = _start_session(self._seal_key, alive, keys, now)
            self._announced = {announcement.worker_id: announcement for announcement in alive}
            self._purge_expired(now)
            self._sessions[current.session.id] = current
        return current

    def _purge_expired(self, now: datetime) -> None:
        # A new dictionary: `open` reads it without the lock.
        self._sessions = {s.session.id: s for s in self._sessions.values() if now - s.begun < self._keep}
        if self._current and now - self._current.begun >= self._keep:
            self._current = None


def _start_session(
    seal_key: SealKey, alive: list[KeyAnnouncement], keys: frozenset[bytes], now: datetime
) -> _ActiveSession:
    session_id, session_key = os.urandom(SESSION_BYTES), os.urandom(KEY_BYTES)
    recipients = sorted(alive, key=lambda known: known.not_after)[-MAX_RECIPIENTS:]
    wrapped = {
        key.key_id: wrap(key.kem, key.public_key, session_key, wrapping_info(session_id, key.key_id))
        for key in recipients
    }
    head = build_head(session_id, wrapped)
    session = SealSession.from_key(session_id, session_key)
    return _ActiveSession(session, head + seal_key.session_mac(head), now, keys)
