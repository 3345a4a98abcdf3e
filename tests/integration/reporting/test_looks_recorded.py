"""Who was on a list, and for what a file was opened: what the dashboard writes to the access log of a real database."""

from collections.abc import Callable, Iterator

import pytest
from click.testing import Result
from sqlalchemy import text
from typer.testing import CliRunner

from contract.access import AccessOutcome, Purpose
from contract.bundle import Bundle
from contract.settings import Settings, settings
from db.access_log_reader import AccessLogEntry
from db.clients import ClientQuery, RangeCriterion
from db.engine import begin
from reporting.backend.resources import AppResources
from reporting.backend.services import SessionServices
from reporting.problems import Problem
from reporting.server.users import DEVELOPMENT_USER
from stack.commands.audit import app
from tests.integration.producers.conftest import clients_url, people  # noqa: F401 - fixtures
from tests.support.access_log import access_log_entries

pytestmark = pytest.mark.database

KEY = "a key of the tests that is long enough"
QUERY = ClientQuery("person", [RangeCriterion("LIMIT_BAL", minimum=20_000.0)], sort="AGE")


@pytest.fixture
def open_services(clients_url: str) -> Iterator[Callable[..., SessionServices]]:  # noqa: F811
    opened: list[AppResources] = []

    def run(**changes: object) -> SessionServices:
        opened.append(AppResources(Settings(**{"database_url": clients_url, "pseudonym_key": KEY} | changes)))
        return SessionServices(opened[-1], DEVELOPMENT_USER.actor)

    yield run
    for shared in opened:
        shared.close()


@pytest.fixture
def entries(clients_url: str) -> Callable[[], list[AccessLogEntry]]:  # noqa: F811
    before = len(access_log_entries(clients_url))
    return lambda: access_log_entries(clients_url)[before:]


def _was_shown(url: str, client_ref: str, key: str = KEY) -> Result:
    settings.cache_clear()
    try:
        env = {"NEOSCORE_DATABASE_URL": url, "NEOSCORE_PSEUDONYM_KEY": key}
        return CliRunner().invoke(app, ["was-shown", client_ref], env=env)
    finally:
        settings.cache_clear()


def test_each_page_of_a_list_is_one_entry_which_holds_names_and_no_value(
    open_services, bundle: Bundle, entries
) -> None:
    services = open_services()
    for offset in (0, 0, 10, 10, 0):
        services.search(bundle, QUERY, offset, 10)
    services.search(bundle, ClientQuery("nobody"), 0, 10)
    first, second, again, nobody = entries()
    assert (first.purpose, first.outcome, first.client_ref) == ("list", "shown", "")
    assert list(first.features) == ["client_ref", "LIMIT_BAL", "AGE"]
    assert (first.row_count, second.row_count, again.row_count, nobody.row_count) == (10, 10, 10, 0)
    assert nobody.shown == ""
    assert len({first.shown, second.shown, again.shown}) == 3
    assert "20000" not in str(first)


def test_an_auditor_proves_whether_a_client_was_on_a_list(
    open_services,
    bundle: Bundle,
    entries,
    clients_url: str,  # noqa: F811
) -> None:
    found = open_services().search(bundle, QUERY, 0, 10)
    other = open_services().search(bundle, QUERY, 10, 10)
    assert not isinstance(found, Problem)
    assert not isinstance(other, Problem)
    listed, _ = entries()
    proof = _was_shown(clients_url, found.clients[3].client_ref)
    assert proof.exit_code == 0
    assert f"entry {listed.id}  " in proof.stdout
    assert "development (advisor,auditor,operator): 10 clients, by client_ref, LIMIT_BAL, AGE" in proof.stdout
    assert f"entry {listed.id}  " not in _was_shown(clients_url, other.clients[3].client_ref).stdout
    assert _was_shown(clients_url, "nobody at all").stdout == ""
    unknown = _was_shown(clients_url, found.clients[3].client_ref, key="another key that is long enough")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "hashed under another key, so the client may have been on them" in unknown.stderr


def test_a_list_that_cannot_be_recorded_is_not_shown(open_services, bundle: Bundle, clients_url: str) -> None:  # noqa: F811
    services = open_services()
    with begin(services.engine) as connection:
        connection.execute(text("CREATE ROLE reader LOGIN PASSWORD 'x' IN ROLE neoscore_read"))
    try:
        url = services.engine.url.set(username="reader", password="x").render_as_string(hide_password=False)
        assert open_services(database_url=url).search(bundle, QUERY, 0, 10) is Problem.ACCESS_NOT_RECORDED
    finally:
        with begin(services.engine) as connection:
            connection.execute(text("DROP ROLE reader"))


def test_what_is_recorded_of_a_client_says_for_what_the_file_was_opened(open_services, entries, people) -> None:  # noqa: F811
    services, (first, _), (second, _) = open_services(), *people[:2]
    services.open_client(first, "complaint").result()
    services.record_access(first, Purpose.LETTER, AccessOutcome.PRINTED)
    services.open_client(second, "review").result()
    services.record_access("", Purpose.AUDIT, AccessOutcome.SHOWN)
    assert [(entry.client_ref, entry.purpose, entry.business_purpose) for entry in entries()] == [
        (first, "view", "complaint"),
        (first, "letter", "complaint"),
        (second, "view", "review"),
        ("", "audit", ""),
    ]
