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
from reporting.watching import Readings, Watch

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
        self._readings: Readings[Seen] = Readings()

    def watch(self, bundle: Bundle) -> Watch[Seen]:
        """Return one page's view of the requests; the first one starts the reading, from this moment on."""
        return self._readings.watch(bundle.ref.digest, lambda: _Reading(self._config, bundle))

    def close(self) -> None:
        """End every reading."""
        self._readings.close()


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
