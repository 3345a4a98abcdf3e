"""The real stack for a browser: a broker, a database with clients, a worker, the dashboard's process, Chromium."""

import contextlib
import ssl
import sys
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from sqlalchemy import create_engine, make_url, text

from contract.pseudonyms import pseudonymize
from contract.settings import Settings
from db.engine import open_engine
from db.migrate import migrate
from db.seed import seed_clients
from stack.errors import MissingDependencyError
from stack.local.kafka import check_kafka, start_kafka
from stack.local.ports import choose_port
from stack.local.process import ChildProcess, ProcessSpec
from stack.local.tansu import find_tansu, start_tansu
from stack.workers import service_environment
from training.sources import load_dataset

CHROMIUM = Path("/usr/bin/chromium")

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic "
    "--disable-background-networking --disable-component-update --disable-sync"
)

TIMEOUT_MS = 20_000
"""Longest wait for anything on the screen; on a free core it takes well under a second."""

START_SECONDS = 60
"""Panel and its charts take four seconds to import on a free core."""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield browser
        browser.close()


def start_any_broker(log_folder: Path) -> Any:
    """Start the first kind of broker at hand. Raises MissingDependencyError when there is none."""
    try:
        check_kafka()
    except MissingDependencyError:
        find_tansu()
        return start_tansu(log_folder / "tansu-e2e.log", 0)
    return start_kafka(log_folder / "kafka-e2e.log", 0)


def dataset_clients(data: str, count: int | None = None) -> list[tuple[str, dict[str, Any]]]:
    """Return clients of a shipped data set, under pseudonyms."""
    dataset = load_dataset(data)
    frame = dataset.frame if count is None else dataset.frame.iloc[:count]
    key = b"a key for tests and pictures only"
    refs = [pseudonymize(number, key) for number in dataset.customer_numbers[: len(frame)]]
    return list(zip(refs, frame.to_dict("records"), strict=True))


def uci_clients(count: int | None = None) -> list[tuple[str, dict[str, Any]]]:
    """Return clients of the public UCI data, under pseudonyms."""
    return dataset_clients("uci-credit-default", count)


def create_database(server_url: str, name: str, schema: Any, clients: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """Create a database on the server, with the tables and these clients, and return its address."""
    url = create_empty_database(server_url, name)
    mine = open_engine(url)
    seed_clients(mine, schema, clients)
    mine.dispose()
    return url


def create_empty_database(server_url: str, name: str) -> str:
    """Create a database on the server, with the tables, and return its address."""
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    url = url_for_database(server_url, name)
    migrate(url)
    return url


def url_for_database(server_url: str, name: str) -> str:
    """Return the address of another database on the same server."""
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def start_dashboard(config: Settings, log: Path, **env: str) -> tuple[ChildProcess, str]:
    """Start `neoscore dashboard` on a free port and return it with its address, once it answers."""
    port = choose_port()
    variables = service_environment(config, **{f"NEOSCORE_{name.upper()}": value for name, value in env.items()})
    child = ChildProcess(
        ProcessSpec("dashboard", [sys.executable, "-m", "stack.cli", "dashboard", "--port", str(port)], log, variables)
    )
    url = f"{'https' if 'tls_cert' in env else 'http'}://127.0.0.1:{port}"
    try:
        child.wait_until(lambda: _answers(f"{url}/healthz"), START_SECONDS)
    except BaseException:
        child.stop()
        raise
    return child, url


def _answers(url: str) -> bool:
    try:
        # A test's own certificate is checked by the test.
        with urllib.request.urlopen(url, timeout=2, context=ssl._create_unverified_context()) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@dataclass
class DashboardPage:
    """One advisor's browser window, which notes whatever goes wrong in it."""

    page: Page
    host: str
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(TIMEOUT_MS)
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("requestfailed", lambda request: self.errors.append(f"failed: {request.url}"))
        self.page.on("request", lambda request: self._check_host(request.url))

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _check_host(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("blob", "data") and parts.netloc != self.host:
            self.errors.append(f"another host: {url}")

    def wait_for_clients(self) -> None:
        """Wait until the list has rows."""
        self.page.locator("tbody .ref").first.wait_for()

    def open_client(self, client_ref: str) -> None:
        """Look a client up by reference and open the file."""
        self.search(client_ref)
        self.page.locator(f"[data-focus-key='ref:{client_ref}']").click()
        self.button("Calculer le score", "Calculate score").wait_for()

    def search(self, words: str) -> None:
        """Type into the search field."""
        self.page.locator("input[type=text]").first.fill(words)

    def button(self, *names: str) -> Any:
        """Return the button with one of these names."""
        found = self.page.get_by_role("button", name=names[0], exact=True)
        for name in names[1:]:
            found = found.or_(self.page.get_by_role("button", name=name, exact=True))
        return found

    def wait_for_text(self, words: str) -> None:
        """Wait until these words are visible."""
        self.page.get_by_text(words).first.wait_for()

    def has_text(self, words: str) -> bool:
        """Tell whether these words are visible now."""
        return self.page.get_by_text(words).first.is_visible()

    def score(self) -> str:
        """Ask for the score and return the PD on the gauge."""
        self.button("Calculer le score", "Calculate score", "Recalculer le score", "Calculate again").click()
        return self.read_pd()

    def read_pd(self) -> str:
        """Return the digits on the gauge."""
        gauge = self.page.locator("[data-testid=pd]")
        gauge.wait_for()
        return str(gauge.text_content())


def open_dashboard(
    browser: Browser, url: str, width: int = 1440, height: int = 900, locale: str = "fr-FR"
) -> DashboardPage:
    """Open a window of its own (no shared cookies) on the dashboard. `locale` is the browser's."""
    page = browser.new_context(viewport={"width": width, "height": height}, locale=locale).new_page()
    screen = DashboardPage(page, urlsplit(url).netloc)
    page.goto(url)
    return screen
