"""Seals requests for the workers whose keys are announced, and opens sealed responses."""

import threading
from dataclasses import replace

from contract.seal.envelope import SEALED_CONTENT_TYPE
from contract.seal.factory import sealer
from contract.settings import Settings
from contract.topics import SEALING_KEYS
from producers.errors import ResponseTimeoutError
from producers.record import RequestRecord
from producers.topic_reader import TopicReader


class MessageSealer:
    """Seals requests and opens responses. Thread-safe. Raises BrokerUnavailableError on construction."""

    def __init__(self, config: Settings) -> None:
        self._sealer = sealer(config)
        self._key_timeout = config.submit_timeout_seconds
        self._closing = threading.Event()
        self._reader = TopicReader(
            config, SEALING_KEYS, self._on_announcement, self._wait_for_next_poll, from_beginning=True
        )

    def has_worker_key(self) -> bool:
        """Return whether a worker's key is known, so that `seal` does not wait."""
        return self._sealer.wait_for_workers(0)

    def seal(self, topic: str, record: RequestRecord) -> RequestRecord:
        """Return the sealed request. Raises ResponseTimeoutError when no worker announces a key in time."""
        if not self._sealer.wait_for_workers(self._key_timeout):
            raise ResponseTimeoutError(
                "no worker has announced a key to seal the request with; check that one is running (`neoscore status`) "
                "and uses the same NEOSCORE_SEAL_KEY"
            )
        key, value = self._sealer.seal(topic, record.key.encode(), record.value)
        headers = [
            (name, SEALED_CONTENT_TYPE.encode() if name == "content-type" else text) for name, text in record.headers
        ]
        return replace(record, key=key.decode(), value=value, headers=headers)

    def open(self, topic: str, value: bytes) -> bytes | None:
        """Open a sealed response; None when it is another requester's. Raises InvalidSealError."""
        return self._sealer.open(topic, value)

    def close(self) -> None:
        """Stop listening and disconnect."""
        self._closing.set()
        self._reader.close()

    def _on_announcement(self, value: bytes | None) -> None:
        self._sealer.add_announcement(value or b"")

    def _wait_for_next_poll(self, seconds: float) -> bool:
        """Pause while a worker's key is known: another key is not urgent."""
        self._sealer.purge_expired()
        return not self.has_worker_key() or self._closing.wait(seconds)
