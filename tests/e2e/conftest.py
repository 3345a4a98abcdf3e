"""A browser on the real stack. One broker is enough here: the first at hand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from contract.bundle import Bundle
from contract.settings import Settings
from contract.topic_admin import create_topics
from stack.errors import MissingDependencyError
from stack.local.process import ChildProcess
from stack.workers import service_environment, start_worker, wait_until_serving
from tests.e2e.harness import (
    CHROMIUM,
    TIMEOUT_MS,
    DashboardPage,
    chromium,
    create_database,
    open_dashboard,
    start_any_broker,
    start_dashboard,
    uci_clients,
)

INCOMPLETE = "zz-incomplete"
"""A client without a credit limit, which the model needs."""


@dataclass(frozen=True)
class Stack:
    """What runs: settings of the parts, and the clients in the database."""

    config: Settings
    clients: dict[str, dict[str, Any]]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}; install it to run the browser tests")
    expect.set_options(timeout=TIMEOUT_MS)
    with chromium() as started:
        yield started


@pytest.fixture(scope="package")
def broker_address(log_folder: Path) -> Iterator[str]:
    try:
        part = start_any_broker(log_folder)
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    yield part.address
    part.stop()


@pytest.fixture(scope="package")
def stack(
    browser, broker_address: str, database_url: str, bundle: Bundle, tmp_path_factory, log_folder
) -> Iterator[Stack]:
    """Broker, database with clients, and one worker, for all tests."""
    clients = dict(uci_clients(300))
    incomplete = dict(next(iter(clients.values()))) | {"LIMIT_BAL": None}
    url = create_database(database_url, "browser", bundle.schema, [*clients.items(), (INCOMPLETE, incomplete)])
    home = tmp_path_factory.mktemp("home-e2e")
    config = Settings(kafka_bootstrap_servers=broker_address, database_url=url, home=home, model=bundle.path.absolute())
    create_topics(config)
    model = {"NEOSCORE_MODEL": str(config.model)}
    worker = start_worker(1, log_folder / "worker-e2e.log", service_environment(config, **model))
    try:
        wait_until_serving(config, [worker])
        yield Stack(config, clients)
    finally:
        worker.stop()


StartDashboard = Callable[..., str]


@pytest.fixture(scope="package")
def start(bundle: Bundle, log_folder: Path) -> Iterator[StartDashboard]:
    """Return a function that starts a dashboard with these settings and returns its address."""
    children: list[ChildProcess] = []

    def run(config: Settings, **env: str) -> str:
        log = log_folder / f"dashboard-{len(children)}.log"
        child, url = start_dashboard(config, log, **({"model": str(bundle.path.absolute())} | env))
        children.append(child)
        return url

    yield run
    for child in children:
        child.stop()


@pytest.fixture(scope="package")
def dashboard(stack: Stack, start: StartDashboard) -> str:
    """Address of the dashboard in its usual state."""
    return start(stack.config)


@pytest.fixture
def screen(browser: Browser) -> Iterator[Callable[..., DashboardPage]]:
    """Return a function that opens a window; after the test none of them may have seen an error or another host."""
    screens: list[DashboardPage] = []

    def run(url: str, **options: Any) -> DashboardPage:
        screens.append(open_dashboard(browser, url, **options))
        return screens[-1]

    yield run
    for opened in screens:
        opened.page.context.close()
    assert [fault for opened in screens for fault in opened.errors] == []
