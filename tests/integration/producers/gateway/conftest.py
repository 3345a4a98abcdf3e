"""Gateways of their own processes before PostgreSQL: one with lanes in memory, one before Apache Kafka and a worker."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, select

from contract.bundle import Bundle
from contract.settings import Settings
from db.engine import connect, open_engine
from db.tables import AccessLogRow
from stack.errors import MissingDependencyError
from stack.local.process import ChildProcess
from tests.support.brokers import Brokers, installation
from tests.support.fake_issuer import FakeIssuer, running_issuer
from tests.support.gateway import bearer_header, start_gateway, start_memory_gateway
from tests.support.waiting import wait_until
from tests.support.workers import running_worker

RESPONSE_SECONDS = 60
"""Longer than anything takes on a busy machine."""

UPLOAD_MINUTES = 0.05
"""How long an upload may take at the impatient gateway."""


@dataclass(frozen=True)
class RunningGateway:
    """A running gateway, and who signs its tokens."""

    url: str
    issuer: FakeIssuer
    log: Path

    def client(self, token: str | None = None) -> httpx.Client:
        """A client with a token that allows everything, or with this one; an empty one sends none."""
        shown = self.issuer.token() if token is None else token
        return httpx.Client(base_url=self.url, headers=bearer_header(shown) if shown else {}, timeout=RESPONSE_SECONDS)


@contextmanager
def running_gateway(child: ChildProcess, url: str, issuer: FakeIssuer, log: Path) -> Iterator[RunningGateway]:
    """A started gateway, once it is ready, until it is stopped."""
    found = RunningGateway(url, issuer, log)
    try:
        with found.client() as client:
            wait_until(lambda: client.get("/readyz").is_success, otherwise="the gateway is not ready")
        yield found
    finally:
        child.stop()


@pytest.fixture(scope="package")
def no_broker(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose broker does not exist."""
    return Settings(kafka_bootstrap_servers="127.0.0.1:1", home=tmp_path_factory.mktemp("home-no-broker"))


@pytest.fixture(scope="package")
def gateway(no_broker: Settings, bundle: Bundle, clients_url: str, log_folder: Path) -> Iterator[RunningGateway]:
    """A gateway with lanes in memory: for everything that happens before a request reaches Kafka."""
    with running_issuer() as issuer:
        log = log_folder / f"gateway-{uuid.uuid4().hex[:8]}.log"
        env = {"database_url": clients_url, "oidc_issuer": issuer.address}
        with running_gateway(*start_memory_gateway(no_broker, bundle, log, **env), issuer, log) as found:
            yield found


@pytest.fixture(scope="package")
def impatient(no_broker: Settings, bundle: Bundle, clients_url: str, log_folder: Path) -> Iterator[RunningGateway]:
    """A gateway that waits for no slow caller, and ends uploads after a few seconds."""
    with running_issuer() as issuer:
        log = log_folder / f"gateway-{uuid.uuid4().hex[:8]}.log"
        env = {"database_url": clients_url, "oidc_issuer": issuer.address, "test_idle_seconds": "1"}
        env["gateway_upload_minutes"] = str(UPLOAD_MINUTES)
        with running_gateway(*start_memory_gateway(no_broker, bundle, log, **env), issuer, log) as found:
            yield found


@pytest.fixture
def http(gateway: RunningGateway) -> Iterator[httpx.Client]:
    """A client that may do everything."""
    with gateway.client() as client:
        yield client


@pytest.fixture(scope="package")
def config(brokers: Brokers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of an installation for this folder alone, its topics created."""
    try:
        broker = brokers.first()
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    with installation(broker, "gateway", tmp_path_factory.mktemp("home-gateway")) as config:
        yield config


@pytest.fixture(scope="package")
def scoring_worker(config: Settings, bundle: Bundle, log_folder: Path) -> Iterator[ChildProcess]:
    """A worker that answers."""
    with running_worker(config, bundle, log_folder / f"worker-{uuid.uuid4().hex[:8]}.log") as worker:
        yield worker


@pytest.fixture(scope="package")
def answering(config: Settings, scoring_worker: ChildProcess) -> Settings:
    """The settings, while a worker answers."""
    return config


@pytest.fixture(scope="package")
def kafka_gateway(answering: Settings, bundle: Bundle, clients_url: str, log_folder: Path) -> Iterator[RunningGateway]:
    """A gateway before Kafka and a worker."""
    with running_issuer() as issuer:
        log = log_folder / f"gateway-{uuid.uuid4().hex[:8]}.log"
        env = {"database_url": clients_url, "oidc_issuer": issuer.address}
        with running_gateway(*start_gateway(answering, bundle, log, **env), issuer, log) as found:
            yield found


@pytest.fixture
def kafka_http(kafka_gateway: RunningGateway) -> Iterator[httpx.Client]:
    """A client that may do everything, of the gateway before Kafka."""
    with kafka_gateway.client() as client:
        yield client


@pytest.fixture(scope="package")
def engine(clients_url: str) -> Iterator[Engine]:
    engine = open_engine(clients_url)
    yield engine
    engine.dispose()


@dataclass
class AccessLogTail:
    """The access log from a moment on."""

    engine: Engine
    since: int = 0

    def entries(self) -> list[tuple[str, str, str, str, str]]:
        """Who, role, client, purpose and outcome of what was entered since."""
        row = AccessLogRow
        wanted = select(row.actor, row.role, row.client_ref, row.purpose, row.outcome)
        with connect(self.engine) as connection:
            return [tuple(entry) for entry in connection.execute(wanted.where(row.id > self.since).order_by(row.id))]


@pytest.fixture
def access_log(engine: Engine) -> AccessLogTail:
    log = AccessLogTail(engine)
    log.since = len(log.entries())
    return log
