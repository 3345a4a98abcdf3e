"""A dashboard that wants a sign-in, over TLS, and a provider whose answers a test makes up."""

import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import Engine, text

from contract.access import Purpose
from contract.bundle import Bundle
from contract.settings import Settings
from db.engine import connect, open_engine
from tests.e2e.harness import create_database, start_dashboard
from tests.support.certificates import Certificate, issue
from tests.support.fake_issuer import FakeIssuer, running_issuer
from tests.support.tiny_model import write_tiny_bundle

CLIENT_ID = "neoscore-dashboard"

KNOWN = "known-client"
"""The one client in the database."""


@dataclass(frozen=True)
class Dashboard:
    """What runs."""

    url: str
    issuer: FakeIssuer
    certificate: Certificate
    engine: Engine
    log: Path

    @property
    def cookie(self) -> str:
        """Name of the sign-in's cookie."""
        return f"__Host-neoscore-{urlsplit(self.url).port}"

    @property
    def trust(self) -> ssl.SSLContext:
        """TLS that knows the authority of this dashboard's certificate."""
        return ssl.create_default_context(cafile=str(self.certificate.authority))

    def browser(self) -> httpx.Client:
        """Return a client with its own cookies."""
        return httpx.Client(base_url=self.url, verify=self.trust, timeout=30)

    def last_entry(self) -> tuple[int, tuple[str, ...]]:
        """Return how many entries the access log has, and the newest; those of lists, which each page shows, aside."""
        others = "FROM access_log WHERE purpose <> :lists"
        newest = f"SELECT actor, role, purpose, outcome {others} ORDER BY id DESC LIMIT 1"
        lists = {"lists": Purpose.LIST}
        with connect(self.engine) as connection:
            number = int(connection.execute(text(f"SELECT count(*) {others}"), lists).scalar_one())
            row = connection.execute(text(newest), lists).first()
        return number, () if row is None else tuple(row)

    def refusals(self, who: str, purpose: str) -> int:
        """Return how often the access log says that somebody was refused."""
        count = "SELECT count(*) FROM access_log WHERE actor = :who AND purpose = :purpose AND outcome = 'refused'"
        with connect(self.engine) as connection:
            return int(connection.execute(text(count), {"who": who, "purpose": purpose}).scalar_one())

    def token(self, asked_nonce: str, **changes: Any) -> str:
        """Return an identity token; None leaves a claim out."""
        now = int(time.time())
        claims = {
            "iss": self.issuer.address, "aud": CLIENT_ID, "sub": "4711", "name": "Ada", "nonce": asked_nonce,
            "iat": now, "exp": now + 300, "roles": ["advisor"],
        }  # fmt: skip
        kept = {name: value for name, value in (claims | changes).items() if value is not None}
        return self.issuer.sign({"alg": "ES256", "kid": "ec"}, kept, self.issuer.keys["ec"])

    def begin(self, browser: httpx.Client, path: str = "/sign-in") -> dict[str, str]:
        """Have a browser sent to the provider; return what the provider gets to know."""
        answer = browser.get(path)
        assert answer.status_code == 302
        assert answer.headers["location"].startswith(f"{self.issuer.address}/authorize?")
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    def come_back(self, browser: httpx.Client, asked: dict[str, str], token: str, **more: str) -> httpx.Response:
        """Have the provider give this token to whoever comes with a code, and the browser come back with it."""
        code = f"code-{asked['nonce']}"
        self.issuer.identity_tokens[code] = token
        return browser.get("/sign-in/callback", params={"code": code, "state": asked["state"], **more})

    def signed_in(self, *roles: str, sub: str = "4711", path: str = "/sign-in") -> httpx.Client:
        """Return a browser that signed in."""
        browser = self.browser()
        asked = self.begin(browser, path)
        answer = self.come_back(browser, asked, self.token(asked["nonce"], sub=sub, roles=list(roles)))
        assert answer.status_code == 302, answer.text
        return browser


@pytest.fixture(scope="package")
def tiny_model(tmp_path_factory) -> Bundle:
    return write_tiny_bundle(tmp_path_factory.mktemp("tiny-identity"))


StartDashboard = Callable[..., AbstractContextManager[Dashboard]]


@pytest.fixture(scope="package")
def running_dashboard(database_url: str, tiny_model: Bundle, tmp_path_factory, log_folder: Path) -> StartDashboard:
    """Return what runs a dashboard of these settings with a provider of its own. No broker: no test needs a score."""

    @contextmanager
    def run(name: str, **env: str) -> Iterator[Dashboard]:
        certificate = issue(tmp_path_factory.mktemp("tls") / "dashboard", "127.0.0.1", "localhost")
        url = create_database(database_url, name, tiny_model.schema, [(KNOWN, {})])
        home = tmp_path_factory.mktemp(f"home-{name}")
        config = Settings(database_url=url, home=home, kafka_bootstrap_servers="127.0.0.1:9")
        engine = open_engine(url)
        log = log_folder / f"dashboard-{name}.log"
        with running_issuer() as issuer:
            child, address = start_dashboard(
                config, log, model=str(tiny_model.path.absolute()),
                oidc_issuer=issuer.address, oidc_client_secret="a secret of the tests",
                tls_cert=str(certificate.certificate), tls_key=str(certificate.key), **env,
            )  # fmt: skip
            try:
                yield Dashboard(address, issuer, certificate, engine, log)
            finally:
                child.stop()
                engine.dispose()

    return run


@pytest.fixture(scope="package")
def dashboard(running_dashboard: StartDashboard) -> Iterator[Dashboard]:
    """One dashboard for all tests."""
    with running_dashboard("identity") as running:
        yield running


@pytest.fixture
def refusal(dashboard: Dashboard) -> Iterator[Callable[[str, str, str], None]]:
    """Return a function that tells whether one refusal was written since the test began: who, role, purpose."""
    before, _ = dashboard.last_entry()

    def check(who: str, role: str, purpose: str) -> None:
        number, entry = dashboard.last_entry()
        assert (number - before, entry) == (1, (who, role, purpose, "refused"))

    return check


def page_token(page: httpx.Response) -> str:
    """Return the token that a page opens its connection with."""
    found = re.search(r'"token":"([^"]+)"', page.text)
    assert found is not None
    return found[1]
