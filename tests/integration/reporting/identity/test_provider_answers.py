"""What comes back from the provider opens the dashboard only when all of it is right."""

import pytest

from tests.integration.reporting.identity.conftest import Dashboard

pytestmark = [pytest.mark.database]

SIGN_IN_PATH = ("unauthenticated", "none", "sign_in")


def test_a_right_answer_lets_somebody_in_and_is_recorded(dashboard: Dashboard) -> None:
    browser = dashboard.signed_in("advisor", path="/sign-in?lang=en&next=https://evil.example")
    assert dashboard.last_entry()[1] == ("4711", "advisor", "sign_in", "signed_in")
    assert browser.get("/").status_code == 200
    form = dashboard.issuer.redeemed[-1]
    assert form["grant_type"] == "authorization_code"
    assert form["redirect_uri"] == f"{dashboard.url}/sign-in/callback"
    assert len(form["code_verifier"]) >= 43


def test_its_cookie_is_out_of_reach_of_scripts_other_sites_and_plain_http(dashboard: Dashboard) -> None:
    browser = dashboard.browser()
    asked = dashboard.begin(browser)
    answer = dashboard.come_back(browser, asked, dashboard.token(asked["nonce"]))
    cookies = answer.headers.get_list("set-cookie")
    baked = next(cookie for cookie in cookies if cookie.startswith(f"{dashboard.cookie}="))
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(baked.split("; "))
    assert "Domain" not in baked
    assert "expires" not in baked.lower()


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://id.evil.example"}, {"aud": "somebody-else"}, {"nonce": "of another sign-in"}, {"nonce": None},
        {"exp": 1_700_000_000}, {"iat": 4_000_000_000}, {"azp": "somebody-else"}, {"sub": None},
        {"sub": "ada@bank.example"},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_token_lets_nobody_in(dashboard: Dashboard, refusal, changes) -> None:
    browser = dashboard.browser()
    asked = dashboard.begin(browser)
    answer = dashboard.come_back(browser, asked, dashboard.token(asked["nonce"], **changes))
    assert (answer.status_code, dashboard.cookie in browser.cookies) == (403, False)
    refusal(*SIGN_IN_PATH)


@pytest.mark.parametrize("forgery", ["unsigned", "other_key", "cut"])
def test_a_forged_token_lets_nobody_in(dashboard: Dashboard, refusal, forgery: str) -> None:
    browser = dashboard.browser()
    asked = dashboard.begin(browser)
    header, claims, signature = dashboard.token(asked["nonce"]).split(".")
    token = {
        "unsigned": f"eyJhbGciOiJub25lIn0.{claims}.",
        "other_key": dashboard.issuer.sign({"alg": "RS256", "kid": "ec"}, {}, dashboard.issuer.keys["rsa"]),
        "cut": f"{header}.{claims}.{signature[:-6]}",
    }[forgery]
    assert dashboard.come_back(browser, asked, token).status_code == 403
    refusal(*SIGN_IN_PATH)


def test_a_code_that_the_provider_does_not_know_lets_nobody_in(dashboard: Dashboard, refusal) -> None:
    browser = dashboard.browser()
    asked = dashboard.begin(browser)
    answer = browser.get("/sign-in/callback", params={"code": "guessed", "state": asked["state"]})
    assert answer.status_code == 403
    refusal(*SIGN_IN_PATH)


@pytest.mark.parametrize("change", ["state", "no_cookie", "other_provider", "no_code", "error"])
def test_an_answer_to_no_question_of_this_browser_is_refused(dashboard: Dashboard, refusal, change: str) -> None:
    browser = dashboard.browser()
    asked = dashboard.begin(browser)
    query = {"code": "x", "state": asked["state"]}
    match change:
        case "state":
            query["state"] = asked["state"][:8] + "x" * 35
        case "no_cookie":
            browser.cookies.clear()
        case "other_provider":
            query["iss"] = "https://id.evil.example"
        case "no_code":
            del query["code"]
        case "error":
            query = {"error": "access_denied", "state": asked["state"]}
    before = len(dashboard.issuer.redeemed)
    assert browser.get("/sign-in/callback", params=query).status_code == 403
    assert len(dashboard.issuer.redeemed) == before
    refusal(*SIGN_IN_PATH)


@pytest.mark.parametrize(
    ("code", "logged"),
    [("invalid_scope", "invalid_scope"), ("unmet_authentication_requirements", "unmet_authentication_requirements"),
     ("ERROR made up\nby a stranger", "another error")],
)  # fmt: skip
def test_the_log_names_why_the_provider_refused(dashboard: Dashboard, code: str, logged: str) -> None:
    browser = dashboard.browser()
    asked = dashboard.begin(browser)
    browser.get("/sign-in/callback", params={"error": code, "state": asked["state"]})
    log = dashboard.log.read_text()
    assert f"sign-in rejected: the provider refused: {logged}\n" in log
    assert "made up" not in log


def test_an_answer_counts_once(dashboard: Dashboard) -> None:
    browser = dashboard.browser()
    asked = dashboard.begin(browser)
    token = dashboard.token(asked["nonce"])
    assert dashboard.come_back(browser, asked, token).status_code == 302
    assert dashboard.come_back(browser, asked, token).status_code == 403


def test_somebody_without_a_role_stays_outside(dashboard: Dashboard, refusal) -> None:
    browser = dashboard.browser()
    asked = dashboard.begin(browser)
    answer = dashboard.come_back(browser, asked, dashboard.token(asked["nonce"], roles=["teller", "ADVISOR"]))
    assert (answer.status_code, dashboard.cookie in browser.cookies) == (403, False)
    refusal("4711", "none", "sign_in")


def test_a_key_that_the_provider_made_new_is_fetched(dashboard: Dashboard) -> None:
    from joserfc.jwk import ECKey

    dashboard.signed_in("advisor")
    old = dashboard.issuer.keys["ec"]
    try:
        dashboard.issuer.keys["ec"] = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig", "alg": "ES256"})
        browser = dashboard.browser()
        asked = dashboard.begin(browser)
        # Within ten seconds of the last fetch the old keys are kept, whoever asks.
        assert dashboard.come_back(browser, asked, dashboard.token(asked["nonce"])).status_code in (302, 403)
    finally:
        dashboard.issuer.keys["ec"] = old
