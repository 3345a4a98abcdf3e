"""What tests share: real brokers, a real database, a trained model, worker processes."""

import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from contract.bundle import Bundle, load_bundle
from contract.settings import Settings
from contract.topic_admin import create_topics
from stack.errors import MissingDependencyError
from stack.local.kafka import check_kafka, start_kafka
from stack.local.kafka_jars import user_cache
from stack.local.postgres import start_postgres
from stack.local.process import ChildProcess, stop_all
from stack.local.tansu import find_tansu, start_tansu
from stack.workers import service_environment, start_worker, with_metrics_port
from tests.support.docker_kafka import docker_kafka
from tests.support.workers import start_with_retries

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
"""A busy machine breaks no law."""

BROKERS = ("apache", "tansu", "docker")


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the marks in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests stay together when several processes share the work (`-n 2 --dist loadgroup`).

    A broker is started once and serves one test at a time; so do the browser's stack and what a file's tests share.
    """
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        group = parameters.get("broker") or ("browser" if folder == "e2e" else item.path.stem)
        item.add_marker(pytest.mark.xdist_group(str(group)))


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name bytes by their argument: their content may differ from process to process, and names of tests may not."""
    return argname if isinstance(val, bytes) else None


@dataclass(frozen=True)
class Broker:
    """A broker of this test session."""

    kind: str
    bootstrap: str

    @property
    def forgets(self) -> bool:
        """Whether it deletes old records and tells its topics' settings. Tansu does neither."""
        return self.kind != "tansu"


@pytest.fixture(scope="session")
def log_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs of the parts that this session starts."""
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="session", params=BROKERS)
def broker(request: pytest.FixtureRequest, log_folder: Path) -> Iterator[Broker]:
    """Each kind of broker that this machine can run; the others are skips that say why."""
    kind = request.param
    if kind == "docker":
        with docker_kafka() as bootstrap:
            yield Broker(kind, bootstrap)
        return
    check, start = {"apache": (check_kafka, start_kafka), "tansu": (find_tansu, start_tansu)}[kind]
    try:
        check()
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    part = start(log_folder / f"{kind}.log", 0)
    yield Broker(kind, part.address)
    part.stop()


@pytest.fixture(scope="session")
def config(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings for the broker, its topics created. The session shares them: match answers by request id."""
    config = Settings(kafka_bootstrap_servers=broker.bootstrap, home=tmp_path_factory.mktemp(f"home-{broker.kind}"))
    create_topics(config)
    return config


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
                log = log_folder / f"worker-{os.getpid()}-{number}.log"
                workers.append(start_worker(number, log, with_metrics_port(variables)))
            started.extend(workers)
            return workers

        return start_with_retries(config, start_all)

    yield start
    stop_all(started)
