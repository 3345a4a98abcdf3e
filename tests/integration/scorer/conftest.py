from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.bundle import Bundle
from contract.settings import Settings
from stack.workers import environment, start_worker, wait_until_answered
from tests.support.tiny import tiny_bundle
from tests.support.wire import Wire


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
