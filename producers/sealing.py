"""Sealing the requests of one exchange, and hearing which keys the workers announce."""

import logging
import threading
from dataclasses import replace

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from contract.kafka import unavailable
from contract.seal.envelope import SEALED
from contract.seal.setup import sealer
from contract.settings import Settings
from contract.topics import KEYS
from producers.broker import open_consumer
from producers.envelope import Envelope
from producers.errors import NoAnswer

log = logging.getLogger(__name__)

POLL_MS = 500
"""Longest sleep while nothing is announced; an announcement ends it at once. It bounds how long `close` takes."""


class Sealing:
    """Seals what is asked and opens what is answered. Thread-safe. Raises BrokerUnavailable on construction."""

    def __init__(self, config: Settings) -> None:
        self._sealer = sealer(config)
        self._patience = config.submit_wait_seconds
        self._closing = threading.Event()
        self._consumer: KafkaConsumer = open_consumer(config, fetch_max_wait_ms=POLL_MS)
        try:
            partition = TopicPartition(KEYS, 0)
            self._consumer.assign([partition])
            self._consumer.seek_to_beginning(partition)
        except KafkaError as error:
            self._consumer.close()
            raise unavailable(config, error) from error
        self._thread = threading.Thread(target=self._listen, name=f"read {KEYS}", daemon=True)
        self._thread.start()

    def ready(self) -> bool:
        """Return whether a worker's key is known, so that `seal` waits for none."""
        return self._sealer.wait_for_workers(0)

    def seal(self, topic: str, envelope: Envelope) -> Envelope:
        """Return the request as it may lie in the topic. Raises NoAnswer when no worker announces a key in time."""
        if not self._sealer.wait_for_workers(self._patience):
            raise NoAnswer(
                "no worker announces a key to seal the request for; does one run (`neoscore status`), and with the "
                "same NEOSCORE_SEAL_KEY?"
            )
        key, value = self._sealer.seal(topic, envelope.key.encode(), envelope.value)
        headers = [(name, SEALED.encode() if name == "content-type" else text) for name, text in envelope.headers]
        return replace(envelope, key=key.decode(), value=value, headers=headers)

    def open(self, topic: str, value: bytes) -> bytes | None:
        """Open a sealed answer; None when it is another requester's. Raises SealBroken."""
        return self._sealer.open(topic, value)

    def close(self) -> None:
        """Stop listening and disconnect."""
        self._closing.set()
        self._thread.join()

    def _listen(self) -> None:
        failing = False
        while not self._closing.is_set():
            self._sealer.forget()
            try:
                for records in self._consumer.poll(timeout_ms=POLL_MS).values():
                    for record in records:
                        self._sealer.hear(record.value or b"")
                failing = False
            except Exception as error:  # the library raises KeyError, too, while a topic is being recreated
                if not failing:
                    log.warning("%s cannot be read (%s); trying again", KEYS, type(error).__name__)
                failing = True
                self._closing.wait(POLL_MS / 1000)
        self._consumer.close()
