"""A broker of Apache Kafka that tests may end, and its workers."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from contract.bundle import Bundle
from contract.settings import Settings
from contract.topic_admin import create_topics
from stack.local.kafka import START_SECONDS, broker_responds, start_kafka
from stack.local.process import ChildProcess
from tests.faults.crew import Crew


class Lonely:
    """Nobody else uses this broker. It has the same address for ever."""

    def __init__(self, folder: Path, bundle: Bundle) -> None:
        self._folder = folder
        self._broker = start_kafka(folder / "kafka.log", 0)
        self.config = Settings(kafka_bootstrap_servers=self._broker.address, home=folder)
        create_topics(self.config)
        self.crew = Crew(self.config, bundle, folder)

    def stop(self) -> None:
        """Stop the workers, then the broker."""
        self.crew.dismiss(self.crew.workers)
        self._broker.stop()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let the broker stand still while the block runs."""
        os.kill(self._broker.child.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._broker.child.pid, signal.SIGCONT)

    def end_in_order(self) -> None:
        """Stop the broker; its data stays."""
        self._broker.child.stop()

    def start_again(self) -> None:
        """Start the broker with the data that it had."""
        self._broker = replace(self._broker, child=ChildProcess(self._broker.child.command))
        self._broker.child.wait_until(lambda: broker_responds(self._broker.address), START_SECONDS)

    def kill(self) -> None:
        """Kill the broker; its data, which was in memory, is gone."""
        os.kill(self._broker.child.pid, signal.SIGKILL)
        self._broker.stop()

    def start_empty(self) -> None:
        """Start a broker that knows nothing, and create the topics."""
        self._broker = start_kafka(self._folder / "kafka.log", int(self._broker.address.rpartition(":")[2]))
        assert self._broker.address == self.config.kafka_bootstrap_servers
        create_topics(self.config)
