import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contract.bundle import Bundle
from contract.settings import Settings
from stack.local.process import Child
from stack.workers import environment, start_worker, wait_until_answered, with_pages
from tests.support.tiny import tiny_bundle
from tests.support.wire import Wire

StartWorkers = Callable[..., list[Child]]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return tiny_bundle(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def wire(config: Settings) -> Iterator[Wire]:
    wire = Wire(config)
    yield wire
    wire.close()


@pytest.fixture(scope="module")
def answering(config: Settings, tiny: Bundle, log_folder: Path) -> Iterator[Path]:
    """One worker for all tests of a module; gives its log."""
    log = log_folder / "answering.log"
    worker = start_worker(0, log, environment(config, NEOSCORE_MODEL=str(tiny.path)))
    try:
        wait_until_answered(config, [worker])
        yield log
    finally:
        worker.stop()
    assert worker.exit_code == 0


@pytest.fixture
def start(config: Settings, tiny: Bundle, log_folder: Path) -> Iterator[StartWorkers]:
    """Start so many workers beside those that run, and wait until every partition is answered; end them afterwards."""
    started: list[Child] = []
    numbers = itertools.count(1)

    def start(count: int = 1) -> list[Child]:
        variables = environment(config, NEOSCORE_MODEL=str(tiny.path))
        more = [
            start_worker(number, log_folder / f"worker-{number}.log", with_pages(variables))
            for number in itertools.islice(numbers, count)
        ]
        started.extend(more)
        wait_until_answered(config, more)
        return more

    yield start
    for child in started:
        child.stop()
