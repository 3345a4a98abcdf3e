"""The dashboard before a real provider: sign-in, and what ends there ends here."""

from collections.abc import Iterator

import httpx
import pytest

from contract.settings import Settings
from tests.e2e.harness import create_database, start_dashboard
from tests.support.keycloak import CLIENT_ID, CLIENT_SECRET, Keycloak, browser, running_keycloak, sign_in
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.database, pytest.mark.slow, pytest.mark.timeout(900)]

RECHECK_MINUTES = "0.05"


@pytest.fixture(scope="module")
def keycloak(log_folder) -> Iterator[Keycloak]:
    with running_keycloak(log_folder / "keycloak.log") as running:
        yield running


@pytest.fixture(scope="module")
def before_keycloak(keycloak, database_url, tiny_model, tmp_path_factory, log_folder) -> Iterator[str]:
    """Address of a dashboard that trusts it."""
    url = create_database(database_url, "keycloak", tiny_model.schema, [])
    home = tmp_path_factory.mktemp("home-keycloak")
    config = Settings(database_url=url, home=home, kafka_bootstrap_servers="127.0.0.1:9")
    child, address = start_dashboard(
        config, log_folder / "dashboard-keycloak.log", model=str(tiny_model.path.absolute()),
        oidc_issuer=keycloak.issuer,
        oidc_client_id=CLIENT_ID, oidc_client_secret=CLIENT_SECRET, oidc_recheck_minutes=RECHECK_MINUTES,
    )  # fmt: skip
    keycloak.set_backchannel_logout(f"{address}/backchannel-logout")
    yield address
    child.stop()


@pytest.fixture
def person(keycloak: Keycloak, before_keycloak: str) -> Iterator[httpx.Client]:
    """A browser that signed in."""
    keycloak.set_enabled(True)
    with browser() as client:
        page = sign_in(client, before_keycloak)
        assert page.status_code == 200
        assert str(page.url).startswith(before_keycloak)
        yield client


def is_signed_in(client: httpx.Client, dashboard: str) -> bool:
    return client.get(dashboard, follow_redirects=False).status_code == 200


def test_a_session_goes_on_while_the_provider_confirms_it(person, keycloak, before_keycloak) -> None:
    begun = keycloak.last_access()
    wait_until(lambda: keycloak.last_access() > begun)
    assert is_signed_in(person, before_keycloak)


def test_a_closed_account_ends(person, keycloak, before_keycloak) -> None:
    keycloak.set_enabled(False)
    wait_until(lambda: not is_signed_in(person, before_keycloak))


def test_a_session_ended_there_ends_here(person, keycloak, before_keycloak) -> None:
    keycloak.end_sessions()
    wait_until(lambda: not is_signed_in(person, before_keycloak))


def test_a_role_that_was_taken_away_ends(person, keycloak, before_keycloak) -> None:
    keycloak.take_role("operator")
    wait_until(lambda: not is_signed_in(person, before_keycloak))


def test_signing_out_here_signs_out_there(person, before_keycloak) -> None:
    answer = person.post(f"{before_keycloak}/sign-out", headers={"Origin": before_keycloak})
    assert answer.status_code == 200
    assert "id_token_hint" in answer.text
    assert not is_signed_in(person, before_keycloak)
