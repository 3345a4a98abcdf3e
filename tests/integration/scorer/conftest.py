import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.bundle import Bundle
from contract.settings import Settings
from stack.errors import MissingDependencyError
from stack.local.kafka import check_kafka, start_kafka
from stack.local.service import LocalService
from tests.support.raw_kafka_client import RawKafkaClient
from tests.support.workers import running_worker


@pytest.fixture
def wire(config: Settings) -> Iterator[RawKafkaClient]:
    wire = RawKafkaClient(config)
    yield wire
    wire.close()


@pytest.fixture(scope="module")
def answering(config: Settings, tiny_bundle: Bundle, log_folder: Path) -> Iterator[Path]:
    """One worker for all tests of a module; gives its log."""
    log = log_folder / "answering.log"
    with running_worker(config, tiny_bundle, log) as worker:
        yield log
    assert worker.exit_code == 0


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalService]:
    """A broker of Apache Kafka that a module's tests may freeze, and the last of them kill."""
    try:
        check_kafka()
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    part = start_kafka(tmp_path_factory.mktemp("own-broker") / "kafka.log", 0)
    yield part
    if part.child.exit_code is None:
        os.kill(part.child.pid, signal.SIGCONT)
    part.stop()
