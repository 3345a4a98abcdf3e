"""Seals requests for the workers whose keys are announced, and opens sealed responses."""

import threading
from dataclasses import replace

from contract.headers import Headers, get_header
from contract.seal.envelope import REFUSAL_MAC_HEADER, SEALED_CONTENT_TYPE
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

    def seal(self, topic: str, record: RequestRecord, partitions: int) -> RequestRecord:
        """Return the sealed request for one of the topic's partitions.

        Only its id, by which a worker can refuse it, is left in the headers. Raises ResponseTimeoutError when no worker
        announces a key in time.
        """
        if not self._sealer.wait_for_workers(self._key_timeout):
            raise ResponseTimeoutError(
                "no worker has announced a key to seal the request with; check that one is running (`neoscore status`) "
                "and uses the same NEOSCORE_SEAL_KEY"
            )
        partition = self._sealer.choose_partition(record.key or record.id, partitions)
        value = self._sealer.seal(topic, partition, record.headers, record.value)
        headers = [("ce_id", record.id.encode()), ("content-type", SEALED_CONTENT_TYPE.encode())]
        return replace(record, key=None, value=value, headers=headers, partition=partition)

    def open(self, topic: str, value: bytes) -> bytes | None:
        """Open a sealed response; None when it is another requester's. Raises InvalidSealError."""
        return self._sealer.open(topic, value)

    def is_refusal(self, topic: str, request_digest: bytes, value: bytes, headers: Headers) -> bool:
        """Return whether a worker wrote this unsealed response, to the request with this digest and to no other."""
        return self._sealer.is_refusal(topic, request_digest, value, get_header(headers, REFUSAL_MAC_HEADER))

    def close(self) -> None:
        """Stop listening and disconnect."""
        self._closing.set()
        self._reader.close()

    def _on_announcement(self, value: bytes | None, _: Headers) -> None:
        self._sealer.add_announcement(value or b"")

    def _wait_for_next_poll(self, seconds: float) -> bool:
        """Pause while a worker's key is known: another key is not urgent."""
        self._sealer.purge_expired()
        return not self.has_worker_key() or self._closing.wait(seconds)
