"""Sealing the requests of one exchange, and hearing which keys the workers announce."""

import threading
from dataclasses import replace

from contract.seal.envelope import SEALED
from contract.seal.setup import sealer
from contract.settings import Settings
from contract.topics import KEYS
from producers.envelope import Envelope
from producers.errors import NoAnswer
from producers.responses import ResponseReader


class Sealing:
    """Seals what is asked and opens what is answered. Thread-safe. Raises BrokerUnavailable on construction."""

    def __init__(self, config: Settings) -> None:
        self._sealer = sealer(config)
        self._patience = config.submit_wait_seconds
        self._closing = threading.Event()
        self._reader = ResponseReader(config, KEYS, self._hear, self._expect, from_beginning=True)

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
        self._reader.close()

    def _hear(self, value: bytes | None) -> None:
        self._sealer.hear(value or b"")

    def _expect(self, seconds: float) -> bool:
        """Rest while a worker's key is known: another worker's is needed a moment later at the earliest."""
        self._sealer.forget()
        return not self.ready() or self._closing.wait(seconds)
