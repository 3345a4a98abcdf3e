"""What ends at the provider ends here: an account, a session, a role; within the time that the settings name."""

import time
from collections.abc import Iterator

import httpx
import pytest

from reporting.server.oidc_client import LOGOUT_EVENT
from tests.integration.reporting.identity.conftest import CLIENT_ID, Dashboard, StartDashboard
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.database]

RECHECK_MINUTES = "0.03"

ACR = "urn:bank:mfa"


def logout_token(dashboard: Dashboard, typ: str = "logout+jwt", **changes: object) -> str:
    now = int(time.time())
    claims = {
        "iss": dashboard.issuer.address, "aud": CLIENT_ID, "iat": now, "exp": now + 120, "jti": "once", "sub": "4711",
        "events": {LOGOUT_EVENT: {}},
    }  # fmt: skip
    kept = {name: value for name, value in (claims | changes).items() if value is not None}
    return dashboard.issuer.sign({"alg": "ES256", "kid": "ec", "typ": typ}, kept, dashboard.issuer.keys["ec"])


def log_out(dashboard: Dashboard, token: str) -> int:
    with dashboard.browser() as provider:
        return provider.post("/backchannel-logout", data={"logout_token": token}).status_code


def is_signed_in(browser: httpx.Client) -> bool:
    return browser.get("/").status_code == 200


@pytest.mark.parametrize("typ", ["logout+jwt", "JWT"])
def test_a_logout_ends_every_session_of_the_account_and_no_other(dashboard: Dashboard, typ: str) -> None:
    mine, also_mine, other = (dashboard.signed_in("advisor", sub=sub) for sub in ("leaver", "leaver", "stays"))
    assert log_out(dashboard, logout_token(dashboard, typ, sub="leaver")) == 200
    assert [is_signed_in(browser) for browser in (mine, also_mine, other)] == [False, False, True]
    assert dashboard.last_entry()[1] == ("leaver", "advisor", "sign_out", "revoked")


@pytest.mark.parametrize(
    "changes",
    [
        {"typ": "at+jwt"}, {"events": {}}, {"events": None}, {"events": ["x"]}, {"nonce": "an ID token has one"},
        {"jti": None}, {"sub": None}, {"aud": "another-client"}, {"iss": "https://id.evil.example"},
        {"iat": 1_700_000_000}, {"exp": 1_700_000_000},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_that_is_no_logout_ends_nothing(dashboard: Dashboard, changes) -> None:
    browser = dashboard.signed_in("advisor")
    assert log_out(dashboard, logout_token(dashboard, **changes)) == 400
    assert is_signed_in(browser)


def test_neither_does_an_id_token_nor_anything_else(dashboard: Dashboard) -> None:
    browser = dashboard.signed_in("advisor")
    for token in (dashboard.token("n"), "", "x.y.z"):
        assert log_out(dashboard, token) == 400
    with dashboard.browser() as stranger:
        assert stranger.get("/backchannel-logout").status_code == 405
        assert stranger.post("/backchannel-logout", content=b"x" * 100_000).status_code in (400, 413)
    assert is_signed_in(browser)


@pytest.fixture(scope="module")
def asking(running_dashboard: StartDashboard) -> Iterator[Dashboard]:
    """A dashboard that asks the provider every two seconds, and wants two factors, just used."""
    env = {"oidc_recheck_minutes": RECHECK_MINUTES, "oidc_acr_values": ACR, "oidc_max_age_minutes": "5"}
    with running_dashboard("asking", oidc_scopes="openid profile roles", **env) as running:
        yield running


def sign_in(asking: Dashboard, **changes: object) -> tuple[httpx.Client, str]:
    """Return a browser that signed in, and its refresh token."""
    browser = asking.browser()
    asked = asking.begin(browser)
    assert (asked["max_age"], asked["acr_values"], asked["scope"]) == ("300", ACR, "openid profile roles")
    claims = {"acr": ACR, "auth_time": int(time.time()), **changes}
    answer = asking.come_back(browser, asked, asking.token(asked["nonce"], **claims))
    assert answer.status_code == 302
    return browser, f"refresh-code-{asked['nonce']}"


def test_a_confirmed_session_goes_on_and_a_closed_account_ends(asking: Dashboard) -> None:
    browser, refresh = sign_in(asking, sub="employee")
    asking.issuer.refresh_tokens[refresh] = asking.token("", nonce=None, sub="employee")
    wait_until(lambda: [form.get("refresh_token") for form in asking.issuer.redeemed].count(refresh) >= 2)
    assert is_signed_in(browser)

    del asking.issuer.refresh_tokens[refresh]
    wait_until(lambda: not is_signed_in(browser))
    wait_until(lambda: asking.last_entry()[1] == ("employee", "advisor", "sign_out", "revoked"))


@pytest.mark.parametrize("roles", [[], ["operator"], ["advisor", "auditor"]], ids=str)
def test_another_role_ends_the_session_whose_pages_were_made_for_the_former_one(asking: Dashboard, roles) -> None:
    browser, refresh = sign_in(asking, sub="moved")
    asking.issuer.refresh_tokens[refresh] = asking.token("", nonce=None, sub="moved", roles=roles)
    wait_until(lambda: not is_signed_in(browser))


def test_a_token_of_another_account_confirms_nobody(asking: Dashboard) -> None:
    browser, refresh = sign_in(asking, sub="employee")
    asking.issuer.refresh_tokens[refresh] = asking.token("", nonce=None, sub="another")
    wait_until(lambda: not is_signed_in(browser))


def test_one_factor_or_an_old_sign_in_lets_nobody_in(asking: Dashboard) -> None:
    for claims in ({"acr": "urn:bank:password"}, {"auth_time": int(time.time()) - 1_000}):
        browser = asking.browser()
        asked = asking.begin(browser)
        token = asking.token(asked["nonce"], **({"acr": ACR, "auth_time": int(time.time())} | claims))
        assert asking.come_back(browser, asked, token).status_code == 403
