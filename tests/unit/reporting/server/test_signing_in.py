"""What is remembered of a sign-in: under way in a sealed cookie, afterwards in memory, and for how long."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.access import PAGE_ROLES, AccessOutcome, Role
from contract.settings import Settings
from reporting.server.identity import Identity
from reporting.server.sessions import (
    MAX_LIFETIME_SECONDS,
    SIGN_IN_TIMEOUT_SECONDS,
    CookieCipher,
    SessionStore,
    code_challenge,
    new_pending_sign_in,
)
from reporting.server.urls import ALLOWED_QUERY_PARAMS, public_urls, return_path
from reporting.server.users import User

ADVISOR = Identity(User("4711", "Ada", frozenset({Role.ADVISOR})), "4711", "token", provider_session="s1")


def test_a_sealed_cookie_is_opened_by_its_key_in_its_time_only() -> None:
    cipher, pending = CookieCipher(b"key"), new_pending_sign_in("/?lang=en", now=1000)
    cookie = cipher.encrypt(pending)
    assert cipher.decrypt(cookie, 1000) == pending
    assert pending.code_verifier not in cookie
    assert cipher.decrypt(cookie, 1000 + SIGN_IN_TIMEOUT_SECONDS) is None
    assert CookieCipher(b"another").decrypt(cookie, 1000) is None
    for damaged in ("", "x", cookie[:-2], cookie.replace(".", "", 1), f"A{cookie[1:]}", cookie + "A"):
        assert cipher.decrypt(damaged, 1000) is None


def test_no_two_sign_ins_have_a_secret_in_common() -> None:
    first, second = new_pending_sign_in("/", 0), new_pending_sign_in("/", 0)
    secrets = {first.state, first.nonce, first.code_verifier, second.state, second.nonce, second.code_verifier}
    assert len(secrets) == 6


def test_the_challenge_is_that_of_the_standard() -> None:
    # RFC 7636, appendix B
    assert (
        code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


def test_a_sign_in_lasts_while_it_is_used_and_no_longer_than_a_day_of_work() -> None:
    now = [0.0]
    sessions = SessionStore(60, lambda: now[0])
    key, sign_in = sessions.create(ADVISOR)
    for _ in range(int(MAX_LIFETIME_SECONDS / 50)):
        now[0] += 50
        assert sessions.get(key) is sign_in
        sessions.touch(sign_in)
    now[0] += 50
    assert sessions.get(key) is None
    assert list(sessions.expired()) == [sign_in]

    key, sign_in = sessions.create(ADVISOR)
    now[0] += 61
    assert sessions.get(key) is None
    assert sessions.get_by_public_id(sign_in.public_id) is None
    sessions.end(sign_in)
    assert sign_in.ended_by == AccessOutcome.TIMED_OUT


def test_what_ended_opens_nothing_and_is_told_once() -> None:
    sessions, told = SessionStore(60), []
    key, sign_in = sessions.create(ADVISOR)
    other_key, _ = sessions.create(ADVISOR)
    sign_in.on_end.add(lambda: told.append(1))
    sessions.end(sign_in)
    sessions.end(sign_in)
    assert (sessions.get(key), sessions.get_by_public_id(sign_in.public_id), told) == (None, None, [1])
    assert sign_in.ended_by == AccessOutcome.SIGNED_OUT
    assert sessions.get(other_key) is not None
    assert sessions.get("") is None
    assert sessions.get_by_public_id("") is None
    assert len({key, other_key, sign_in.public_id}) == 3


def test_the_provider_means_one_session_or_all_of_an_account() -> None:
    sessions = SessionStore(60)
    mine = [sessions.create(replace(ADVISOR, provider_session=session))[1] for session in ("s1", "s2")]
    sessions.create(replace(ADVISOR, subject="another", provider_session=None))
    assert list(sessions.named("4711", "s1")) == mine[:1]
    assert list(sessions.named(None, "s1")) == mine[:1]
    assert list(sessions.named("4711", None)) == mine
    assert list(sessions.named("4712", None)) == []


def test_a_confirmed_session_is_due_again_later() -> None:
    now = [0.0]
    sessions = SessionStore(60, lambda: now[0])
    _, sign_in = sessions.create(ADVISOR)
    now[0] = 10
    assert list(sessions.due(11)) == []
    assert list(sessions.due(10)) == [sign_in]
    sessions.confirm(sign_in, replace(ADVISOR, refresh_token="next"))
    assert (list(sessions.due(10)), sign_in.identity.refresh_token) == ([], "next")


def test_no_token_is_shown() -> None:
    assert "token" not in repr(replace(ADVISOR, refresh_token="a-refresh-token", id_token="an-id-token")).replace(
        "refresh_token", ""
    )


@given(st.dictionaries(st.sampled_from([*ALLOWED_QUERY_PARAMS, "next", "client"]), st.lists(st.binary(), min_size=1)))
def test_an_address_leads_nowhere_but_to_pages_that_there_are(arguments: dict[str, list[bytes]]) -> None:
    parts = urlsplit(return_path(arguments))
    assert (parts.scheme, parts.netloc, parts.path) == ("", "", "/")
    assert all(ALLOWED_QUERY_PARAMS[name](value[0]) for name, value in parse_qs(parts.query).items())


def test_what_may_be_asked_for_is_kept() -> None:
    assert return_path({"page": [b"audit"], "lang": [b"en"], "x": [b"//evil"]}) == "/?lang=en&page=audit"


def test_each_role_has_its_pages() -> None:
    pages = {role: User("x", "x", frozenset({role})).pages for role in Role}
    assert pages == {
        Role.ADVISOR: ("client", "portfolio", "model"),
        Role.OPERATOR: ("operations", "model"),
        Role.AUDITOR: ("audit", "model"),
    }
    assert User("x", "x", frozenset(Role)).pages == tuple(PAGE_ROLES)
    assert User("x", "x", frozenset()).pages == ()


@pytest.mark.parametrize(
    ("changes", "own", "foreign"),
    [
        ({}, "http://127.0.0.1:5006", "https://127.0.0.1:5006"),
        ({}, "http://localhost:5006", "http://localhost.evil.example:5006"),
        ({"behind_tls_proxy": True}, "https://localhost:5006", "http://localhost:5006"),
        (
            {"behind_tls_proxy": True, "dashboard_url": "https://scores.bank.example"},
            "https://scores.bank.example",
            "null",
        ),
        ({"dashboard_url": "http://scores"}, "http://SCORES", "http://127.0.0.1:5006"),
    ],
)
def test_a_page_is_known_by_its_origin(changes: dict[str, object], own: str, foreign: str) -> None:
    urls = public_urls(Settings(**changes), 5006)
    assert urls.is_same_origin(own)
    assert not urls.is_same_origin(foreign)
    assert not urls.is_same_origin(None)
    assert urls.cookie_name.startswith("__Host-") == urls.secure == own.startswith("https")
