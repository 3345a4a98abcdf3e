"""Watching the request topics while a Model page is open: one reading for all sessions, counts in memory only."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from contract.blocks import decode_block
from contract.bundle import Bundle
from contract.errors import MessageError
from contract.messages import decode_request
from contract.settings import Settings
from contract.topics import BATCH_REQUESTS, REQUESTS
from producers.responses import ResponseReader
from reporting.model.counting import Counting
from reporting.model.stability import Counts

log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0
"""A broker that is away is asked again at this pace: soon enough for someone who waits, cheap for the network."""


@dataclass(frozen=True)
class Seen:
    """What was seen of the requests so far."""

    connected: bool = False
    """Whether the broker could be reached."""
    sealed: bool = False
    """Whether payloads are sealed, so that only workers can read them."""
    requests: int = 0
    features: Mapping[str, Counts] = field(default_factory=dict)


class LiveRequests:
    """The readings of one dashboard process, one for each model in use. Safe to use from any thread."""

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._readings: dict[str, tuple[_Reading, int]] = {}
        self._lock = threading.Lock()

    def watch(self, bundle: Bundle) -> "Watch":
        """Return one page's view of the requests; the first one starts the reading, from this moment on."""
        with self._lock:
            reading, watchers = self._readings.get(bundle.ref.digest) or (_Reading(self._config, bundle), 0)
            self._readings[bundle.ref.digest] = (reading, watchers + 1)
        return Watch(self, bundle.ref.digest, reading)

    def leave(self, digest: str) -> None:
        """One page less: the last one ends the reading, and its counts are gone."""
        with self._lock:
            reading, watchers = self._readings.pop(digest, (None, 0))
            if reading is not None and watchers > 1:
                self._readings[digest] = (reading, watchers - 1)
                return
        if reading is not None:
            reading.end()

    def close(self) -> None:
        """End every reading."""
        for digest, (_, watchers) in list(self._readings.items()):
            for _ in range(watchers):
                self.leave(digest)


class Watch:
    """One page's view of the requests."""

    def __init__(self, shared: LiveRequests, digest: str, reading: "_Reading") -> None:
        self._shared, self._digest, self._reading = shared, digest, reading
        self._open = True

    def seen(self) -> Seen:
        """Return what was seen so far."""
        return self._reading.seen()

    def close(self) -> None:
        """Look no more. May be called twice."""
        if self._open:
            self._open = False
            self._shared.leave(self._digest)


class _Reading:
    """Reads both request topics from their ends, without a group: the workers' places are not touched."""

    def __init__(self, config: Settings, bundle: Bundle) -> None:
        self._config = config
        self._counting = Counting(bundle.schema, bundle.baseline)
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._readers: list[ResponseReader] = []
        self._connected = False
        self._sealed = config.seal_key is not None
        if not self._sealed:
            threading.Thread(target=self._connect, name="watch requests", daemon=True).start()

    def seen(self) -> Seen:
        with self._lock:
            features = {name: counts.copy() for name, counts in self._counting.features.items()}
            return Seen(self._connected, self._sealed, self._counting.requests, features)

    def end(self) -> None:
        self._ending.set()

    def _connect(self) -> None:
        while not self._ending.is_set() and not self._connected:
            try:
                for topic, count in ((REQUESTS, self._on_request), (BATCH_REQUESTS, self._on_block)):
                    self._readers.append(ResponseReader(self._config, topic, count))
                self._connected = True
            except Exception as error:  # whatever it is, the page says so and goes on
                log.warning("requests cannot be watched (%s); trying again", type(error).__name__)
                self._disconnect()
                self._ending.wait(RETRY_SECONDS)
        self._ending.wait()
        self._disconnect()

    def _disconnect(self) -> None:
        while self._readers:
            self._readers.pop().close()

    def _on_request(self, value: bytes | None) -> None:
        try:
            features = decode_request(value or b"").features
        except MessageError:
            return  # the worker answers it with what is wrong
        if isinstance(features, Mapping):
            with self._lock:
                self._counting.add(features)

    def _on_block(self, value: bytes | None) -> None:
        try:
            _, batch = decode_block(value or b"")
        except MessageError:
            return
        with self._lock:
            self._counting.add_block(batch)
