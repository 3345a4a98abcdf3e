"""The brokers of a test process, each started when a test first needs it, and installations that share them."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from contract.kafka import open_admin
from contract.settings import Settings
from contract.topic_admin import create_topics
from stack.errors import MissingDependencyError
from stack.local.kafka import check_kafka, start_kafka
from stack.local.tansu import find_tansu, start_tansu
from tests.support.docker_kafka import docker_kafka

KINDS = ("apache", "docker", "tansu")
"""In the order in which tests prefer them. A test runs on the first that this machine has."""

on_every_broker = pytest.mark.parametrize("broker", KINDS, indirect=True, scope="module")
"""For what brokers have in common, or differ in."""

on_apache = pytest.mark.parametrize("broker", ["apache"], indirect=True, scope="module")
"""For what cannot happen, or would not show, on Tansu."""


@dataclass(frozen=True)
class Broker:
    """A running broker."""

    kind: str
    bootstrap: str

    @property
    def forgets(self) -> bool:
        """Whether it deletes old records and reports its topics' settings. Tansu does neither."""
        return self.kind != "tansu"


class Brokers:
    """At most one broker of each kind."""

    def __init__(self, log_folder: Path) -> None:
        self._log_folder = log_folder
        self._running: dict[str, Broker] = {}
        self._stack = ExitStack()

    def of_kind(self, kind: str) -> Broker:
        """Return the broker of this kind, running. Raises MissingDependencyError."""
        if kind not in self._running:
            self._running[kind] = Broker(kind, self._start(kind))
        return self._running[kind]

    def first(self) -> Broker:
        """Return a broker of the first kind that this machine has. Raises MissingDependencyError, of the last kind."""
        for kind in KINDS[:-1]:
            try:
                return self.of_kind(kind)
            except MissingDependencyError:
                continue
        return self.of_kind(KINDS[-1])

    def stop(self) -> None:
        """Stop all of them."""
        self._stack.close()

    def _start(self, kind: str) -> str:
        if kind == "docker":
            return self._stack.enter_context(docker_kafka())
        check, start = {"apache": (check_kafka, start_kafka), "tansu": (find_tansu, start_tansu)}[kind]
        check()
        part = start(self._log_folder / f"{kind}.log", 0)
        self._stack.callback(part.stop)
        return part.address


@contextmanager
def installation(broker: Broker, name: str, home: Path) -> Iterator[Settings]:
    """Give the settings of an installation of its own: topics and group begin with a prefix that nobody else has."""
    prefix = f"{name.replace('_', '-')}-{uuid.uuid4().hex[:6]}."
    config = Settings(kafka_bootstrap_servers=broker.bootstrap, topic_prefix=prefix, home=home)
    create_topics(config)
    yield config
    admin = open_admin(config)
    try:
        admin.delete_topics([spec.name for spec in config.topics()])
    finally:
        admin.close()
