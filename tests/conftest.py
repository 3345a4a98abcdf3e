"""What tests share: real brokers, a real database, a trained model, worker processes."""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from contract.bundle import Bundle, load_bundle
from contract.settings import Settings
from stack.errors import MissingDependencyError
from stack.local.kafka_jars import user_cache
from stack.local.postgres import start_postgres
from stack.local.process import ChildProcess, stop_all
from stack.workers import service_environment, start_worker, with_metrics_port
from tests.support.brokers import Broker, Brokers, installation
from tests.support.workers import start_with_retries

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
"""A busy machine breaks no law."""

FOLDERS = ("e2e", "faults", "integration", "fuzz", "unit")
"""From the longest to the shortest tests."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files whose tests take long first, so that two processes end together (`-n 2 --dist loadfile`).

    A file's tests share its topics and workers. Browser tests go first, since each process has one stack for all of its
    own; then what mostly waits. Short ones fill up what is left at the end.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}

    def place(item: pytest.Item) -> tuple[bool, bool, int, str]:
        path = item.path.relative_to(Path(__file__).parent)
        return path.parts[0] != "e2e", item.path not in slow, FOLDERS.index(path.parts[0]), str(path)

    items.sort(key=place)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name bytes by their argument: their content may differ from process to process, and names of tests may not."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def log_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs of the parts that this session starts."""
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="session")
def brokers(log_folder: Path) -> Iterator[Brokers]:
    """The brokers of this process."""
    brokers = Brokers(log_folder)
    yield brokers
    brokers.stop()


@pytest.fixture(scope="module")
def broker(request: pytest.FixtureRequest, brokers: Brokers) -> Broker:
    """The first broker that this machine has, or the kind that the test asks for."""
    try:
        return brokers.of_kind(request.param) if hasattr(request, "param") else brokers.first()
    except MissingDependencyError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def config(
    request: pytest.FixtureRequest, broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """Settings of an installation for this module alone, its topics created."""
    with installation(broker, request.path.stem, tmp_path_factory.mktemp("home")) as config:
        yield config


@pytest.fixture(scope="session")
def database_url(log_folder: Path) -> Iterator[str]:
    """Address of a PostgreSQL server whose database is migrated and empty; its user may create others."""
    from db.migrate import migrate

    try:
        part = start_postgres(log_folder / "postgres.log", 0)
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    try:
        migrate(part.address)
        yield part.address
    finally:
        part.stop()


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    """A model trained on the UCI data, kept between sessions until the sources change."""
    from tests.support.bundles import uci_bundle

    return load_bundle(uci_bundle(user_cache() / "test-bundles"))


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A small model on made-up features, trained in a moment."""
    from tests.support.tiny_model import write_tiny_bundle

    return write_tiny_bundle(tmp_path_factory.mktemp("tiny"))


StartWorkers = Callable[..., list[ChildProcess]]

WORKER_LOGS = itertools.count(1)
"""Numbers of the logs of this process: each worker has one of its own."""


@pytest.fixture
def worker(log_folder: Path) -> Iterator[StartWorkers]:
    """Return a function that starts worker processes and waits until every partition is answered.

    `worker(config, bundle, count=1, **env)` returns the processes: `.pid`, `.exit_code`, `.stop()` (in order). They are
    stopped after the test. Keyword arguments become NEOSCORE_* variables (`result_ttl_seconds="5"`).
    """
    started: list[ChildProcess] = []
    numbers = itertools.count(1)

    def start(config: Settings, bundle: Bundle, count: int = 1, **env: str) -> list[ChildProcess]:
        more = {"NEOSCORE_MODEL": str(bundle.path.absolute())}
        more |= {f"NEOSCORE_{name.upper()}": value for name, value in env.items()}
        variables = service_environment(config, **more)

        def start_all() -> list[ChildProcess]:
            workers = []
            for _ in range(count):
                number = next(numbers)
                log = log_folder / f"worker-{os.getpid()}-{next(WORKER_LOGS)}.log"
                workers.append(start_worker(number, log, with_metrics_port(variables)))
            started.extend(workers)
            return workers

        return start_with_retries(config, start_all)

    yield start
    stop_all(started)
