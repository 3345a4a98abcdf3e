"""What somebody may try at the dashboard's doors, signed in or not: refused each time, and recorded."""

import asyncio
import re
from http.cookies import SimpleCookie

import httpx
import pytest
from sqlalchemy import text
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from db.engine import begin
from tests.integration.reporting.identity.conftest import KNOWN, Dashboard, page_token

pytestmark = [pytest.mark.database]

ANONYMOUS = ("unauthenticated", "none", "session")

PAGES = ("client", "portfolio", "operations", "audit", "model")

OPEN = {
    "advisor": ("client", "portfolio", "model"),
    "operator": ("operations", "model"),
    "auditor": ("audit", "model"),
}


def connect(dashboard: Dashboard, token: str, cookie: str | None, origin: str | None) -> int:
    """Try to open a page's connection; return the HTTP status, 101 when it opened."""

    async def attempt() -> int:
        headers = {"Cookie": f"{dashboard.cookie}={cookie}"} if cookie else {}
        if origin:
            headers["Origin"] = origin
        trust = dashboard.trust
        request = HTTPRequest(f"{dashboard.url.replace('https', 'wss')}/ws", headers=headers, ssl_options=trust)
        try:
            connection = await websocket_connect(request, subprotocols=["bokeh", token])
        except HTTPClientError as error:
            return error.code
        connection.close()
        return 101

    return asyncio.run(attempt())


@pytest.fixture(scope="module")
def advisor(dashboard: Dashboard) -> httpx.Client:
    return dashboard.signed_in("advisor", sub="an-advisor")


@pytest.fixture(scope="module")
def operator(dashboard: Dashboard) -> httpx.Client:
    return dashboard.signed_in("operator", sub="an-operator")


# Without a sign-in


@pytest.mark.parametrize("cookie", [None, "forged", "x" * 5000])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 302), ("/?page=audit", 302), ("/static/js/bokeh.min.js", 401),
        ("/static/extensions/panel/panel.min.js", 401),
        ("/components/reporting.server.app/DashboardSession/_esm/x", 401),
        ("/autoload.js?bokeh-autoload-element=x", 404), ("/metadata", 404), ("/nothing", 401), ("/admin", 401),
        ("/rest/session_info", 401), ("/liveness", 401),
    ],
)  # fmt: skip
def test_a_stranger_gets_nothing(dashboard: Dashboard, path: str, status: int, cookie: str | None) -> None:
    with dashboard.browser() as browser:
        answer = browser.get(path, headers={"Cookie": f"{dashboard.cookie}={cookie}"} if cookie else {})
    assert answer.status_code == status
    assert len(answer.text) < 5
    assert status != 302 or answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("cookie", [None, "forged"])
def test_a_stranger_opens_no_connection(dashboard: Dashboard, advisor, refusal, cookie: str | None) -> None:
    token = page_token(advisor.get("/"))
    assert connect(dashboard, token, cookie, dashboard.url) == 403
    refusal(*ANONYMOUS)


def test_the_probe_says_nothing_but_that_the_server_answers(dashboard: Dashboard) -> None:
    with dashboard.browser() as browser:
        answer = browser.get("/healthz?endpoint=/", headers={"Host": "10.0.0.7"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


# Another role's pages


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", OPEN)
def test_an_address_opens_a_page_for_its_roles_only(dashboard: Dashboard, role: str, page: str) -> None:
    browser, before = dashboard.signed_in(role, sub=f"a-{role}"), dashboard.refusals(f"a-{role}", f"page_{page}")
    answer = browser.get(f"/?page={page}&page=model&role=auditor&roles=auditor")
    allowed = page in OPEN[role]
    assert (answer.status_code, "bokeh" in answer.text.lower()) == ((200, True) if allowed else (403, False))
    assert dashboard.refusals(f"a-{role}", f"page_{page}") - before == (not allowed)


def test_roles_end_with_the_sign_in_that_gave_them(dashboard: Dashboard) -> None:
    browser = dashboard.signed_in("auditor", sub="was-auditor")
    former = browser.cookies[dashboard.cookie]
    asked = dashboard.begin(browser)
    dashboard.come_back(browser, asked, dashboard.token(asked["nonce"], sub="was-auditor", roles=["advisor"]))
    assert browser.get("/?page=audit").status_code == 403
    with dashboard.browser() as other:
        assert other.get("/", headers={"Cookie": f"{dashboard.cookie}={former}"}).status_code == 302


# Another one's session


def test_a_page_connects_for_whom_it_was_made(dashboard: Dashboard, advisor) -> None:
    token = page_token(advisor.get("/"))
    assert connect(dashboard, token, advisor.cookies[dashboard.cookie], dashboard.url) == 101


def test_another_ones_token_opens_nothing(dashboard: Dashboard, advisor, operator, refusal) -> None:
    token = page_token(advisor.get("/"))
    assert connect(dashboard, token, operator.cookies[dashboard.cookie], dashboard.url) == 403
    refusal("an-operator", "operator", "session")


@pytest.mark.parametrize("damage", ["unsigned", "forged", "empty", "nonsense"])
def test_a_token_that_the_server_did_not_sign_opens_nothing(
    dashboard: Dashboard, advisor, refusal, damage: str
) -> None:
    token = page_token(advisor.get("/"))
    body, _, signature = token.partition(".")
    changed = {"unsigned": body, "forged": f"{body[:-4]}AAAA.{signature}", "empty": ".", "nonsense": "a.b"}[damage]
    assert connect(dashboard, changed, advisor.cookies[dashboard.cookie], dashboard.url) == 403
    refusal("an-advisor", "advisor", "session")


@pytest.mark.parametrize("way", ["bokeh-token", "bokeh-session-id", "header"])
def test_nobody_chooses_the_session_of_a_page(dashboard: Dashboard, advisor, operator, refusal, way: str) -> None:
    token = page_token(advisor.get("/"))
    if way == "header":
        answer = operator.get("/", headers={"Bokeh-Session-Id": token})
    else:
        answer = operator.get("/", params={way: token})
    assert answer.status_code == 403
    refusal("an-operator", "operator", "session")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", None])
def test_a_foreign_page_opens_no_connection(dashboard: Dashboard, advisor, refusal, origin: str | None) -> None:
    token = page_token(advisor.get("/"))
    assert connect(dashboard, token, advisor.cookies[dashboard.cookie], origin) == 403
    refusal("an-advisor", "advisor", "session")


def test_a_page_carries_no_cookie_and_no_secret_of_its_own(dashboard: Dashboard, advisor) -> None:
    import base64
    import json
    import zlib

    page = advisor.get("/")
    body = json.loads(base64.urlsafe_b64decode(page_token(page).partition(".")[0] + "=="))
    hidden = zlib.decompress(base64.urlsafe_b64decode(body["__bk__zlib_"] + "==")).decode()
    assert advisor.cookies[dashboard.cookie] not in page.text + hidden
    assert "an-advisor" not in page.text + hidden


# Signing out


def test_signing_out_forgets_everything(dashboard: Dashboard) -> None:
    browser = dashboard.signed_in("advisor", sub="leaving")
    page = browser.get("/")
    key, token = browser.cookies[dashboard.cookie], page_token(page)
    assert "form-action 'self';" in page.headers["content-security-policy"]
    answer = browser.post("/sign-out", headers={"Origin": dashboard.url})
    assert answer.status_code == 200
    assert f'<form method="post" action="{dashboard.issuer.sign_out_origin}/bye">' in answer.text
    assert '<input type="hidden" name="id_token_hint" value="' in answer.text
    policy = answer.headers["content-security-policy"]
    assert f"form-action {dashboard.issuer.sign_out_origin};" in policy
    assert re.search(r"script-src 'nonce-([\w-]+)'", policy)[1] in answer.text
    assert dashboard.last_entry()[1] == ("leaving", "advisor", "sign_out", "signed_out")
    assert dashboard.cookie not in browser.cookies
    assert connect(dashboard, token, key, dashboard.url) == 403
    with dashboard.browser() as thief:
        assert thief.get("/", headers={"Cookie": f"{dashboard.cookie}={key}"}).status_code == 302


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example"])
def test_another_site_signs_nobody_out(dashboard: Dashboard, advisor, origin: str | None) -> None:
    answer = advisor.post("/sign-out", headers={"Origin": origin} if origin else {})
    assert answer.status_code == 403
    assert advisor.get("/sign-out").status_code == 405
    assert advisor.get("/").status_code == 200


# Tricks


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../../../etc/passwd", "/static/..%2f..%2f..%2fetc/passwd", "/static/%2e%2e/%2e%2e/etc/passwd",
        "/static/extensions/panel/..%2f..%2f..%2fpanel/config.py", "/static/extensions/%2fetc/passwd",
        "/static//etc/passwd", "/components/os/path/_css/x", "/components/antigravity/x/_css/x",
        "/components/reporting.server.app/DashboardSession/__init__/x",
        "/components/panel.config/config/_css/..%2fconfig.py",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_what_is_served(advisor, path: str) -> None:
    answer = advisor.send(advisor.build_request("GET", advisor.base_url.copy_with(raw_path=path.encode())))
    assert answer.status_code in (400, 403, 404)
    assert "root:" not in answer.text


@pytest.mark.parametrize("path", ["/sign-in", "/"])
@pytest.mark.parametrize(
    "query",
    ["lang=en%0d%0aSet-Cookie:%20a=b", "page=%0d%0aLocation:%20//evil.example", "next=//evil.example", "theme=%ff"],
)
def test_no_argument_gets_into_a_header(dashboard: Dashboard, path: str, query: str) -> None:
    with dashboard.browser() as browser:
        answer = browser.get(f"{path}?{query}")
    location = answer.headers["location"]
    assert location.startswith(("/sign-in", f"{dashboard.issuer.address}/authorize?"))
    assert "evil" not in str(answer.headers)
    assert all(name.startswith(dashboard.cookie) for name in SimpleCookie(answer.headers.get("set-cookie", "")))


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "/?next=//evil.example"])
def test_signing_in_leads_back_here_and_nowhere_else(dashboard: Dashboard, back: str) -> None:
    browser = dashboard.browser()
    asked = dashboard.begin(browser, str(httpx.URL("/sign-in", params={"next": back, "back": back, "lang": "en"})))
    assert asked["redirect_uri"] == f"{dashboard.url}/sign-in/callback"
    answer = dashboard.come_back(browser, asked, dashboard.token(asked["nonce"]))
    assert answer.headers["location"] == "/?lang=en"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example"])
def test_under_another_name_it_answers_nobody(dashboard: Dashboard, advisor, host: str) -> None:
    for path in ("/", "/sign-in", "/static/js/bokeh.min.js", "/nothing"):
        answer = advisor.get(path, headers={"Host": host})
        assert (answer.status_code, "location" in answer.headers) == (421, False)


def test_no_refusal_tells_whether_there_is_a_client(dashboard: Dashboard, operator) -> None:
    answers = []
    for client_ref in (KNOWN, "no-such-client"):
        with dashboard.browser() as stranger:
            for browser in (stranger, operator):
                answer = browser.get("/", params={"page": "client", "client": client_ref, "client_ref": client_ref})
                answers.append((browser is operator, answer.status_code, answer.text, answer.headers.get("location")))
    assert len(set(answers)) == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_pages_are_read_and_not_written(dashboard: Dashboard, advisor, method: str) -> None:
    answer = advisor.request(method, "/", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 405
    assert not any(name.startswith("access-control") for name in answer.headers)


# What is said to browsers


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/signed-out", "/nothing", "/static/js/bokeh.min.js", "/?page=audit"]
)
def test_every_answer_says_what_browsers_must_refuse(advisor, path: str) -> None:
    headers = advisor.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["strict-transport-security"].startswith("max-age=31536000")
    assert "camera=()" in headers["permissions-policy"]
    assert "no-store" in headers["cache-control"] or path.startswith("/static")
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "server" not in headers


def test_the_page_runs_its_own_scripts_only(advisor) -> None:
    first, second = advisor.get("/"), advisor.get("/")
    policies = [page.headers["content-security-policy"] for page in (first, second)]
    scripts = [next(part for part in policy.split("; ") if part.startswith("script-src")) for policy in policies]
    assert scripts[0] != scripts[1]
    assert "unsafe" not in scripts[0]
    nonce = scripts[0].partition("'nonce-")[2].partition("'")[0]
    assert first.text.count("<script") == first.text.count(f'<script nonce="{nonce}"') > 0
    assert " onload=" not in first.text


def test_plain_http_is_refused(dashboard: Dashboard) -> None:
    with pytest.raises(httpx.HTTPError):
        httpx.get(dashboard.url.replace("https", "http"))


# Without an access log


def test_what_cannot_be_recorded_is_refused(dashboard: Dashboard) -> None:
    browser = dashboard.browser()
    asked = dashboard.begin(browser)
    with begin(dashboard.engine) as connection:
        connection.execute(text("ALTER TABLE access_log RENAME TO lost_log"))
    try:
        answer = dashboard.come_back(browser, asked, dashboard.token(asked["nonce"]))
    finally:
        with begin(dashboard.engine) as connection:
            connection.execute(text("ALTER TABLE lost_log RENAME TO access_log"))
    assert (answer.status_code, dashboard.cookie in browser.cookies) == (503, False)
