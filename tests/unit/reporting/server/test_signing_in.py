"""What is remembered of a sign-in: under way in a sealed cookie, afterwards in memory, and for how long."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.settings import Settings
from reporting.server.pending import TIME_SECONDS, Seal, begin, challenge
from reporting.server.people import PAGE_ROLES, Person, Role
from reporting.server.sign_ins import LONGEST_SECONDS, SignIns
from reporting.server.urls import ARGUMENTS, places_of, wanted

ADVISOR = Person("4711", "Ada", frozenset({Role.ADVISOR}))


def test_a_sealed_cookie_is_opened_by_its_key_in_its_time_only() -> None:
    seal, pending = Seal(b"key"), begin("/?lang=en", now=1000)
    cookie = seal.close(pending)
    assert seal.open(cookie, 1000) == pending
    assert pending.verifier not in cookie
    assert seal.open(cookie, 1000 + TIME_SECONDS) is None
    assert Seal(b"another").open(cookie, 1000) is None
    for damaged in ("", "x", cookie[:-2], cookie.replace(".", "", 1), f"A{cookie[1:]}", cookie + "A"):
        assert seal.open(damaged, 1000) is None


def test_no_two_sign_ins_have_a_secret_in_common() -> None:
    first, second = begin("/", 0), begin("/", 0)
    secrets = {first.state, first.nonce, first.verifier, second.state, second.nonce, second.verifier}
    assert len(secrets) == 6


def test_the_challenge_is_that_of_the_standard() -> None:
    # RFC 7636, appendix B
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_sign_in_lasts_while_it_is_used_and_no_longer_than_a_day_of_work() -> None:
    now = [0.0]
    sign_ins = SignIns(60, lambda: now[0])
    key, sign_in = sign_ins.begin(ADVISOR, "token")
    for _ in range(int(LONGEST_SECONDS / 50)):
        now[0] += 50
        assert sign_ins.find(key) is sign_in
        sign_ins.use(sign_in)
    now[0] += 50
    assert sign_ins.find(key) is None
    assert list(sign_ins.take_over()) == [sign_in]

    key, sign_in = sign_ins.begin(ADVISOR, "token")
    now[0] += 61
    assert sign_ins.find(key) is None
    assert sign_ins.find_by_handle(sign_in.handle) is None
    sign_ins.end(sign_in)
    assert sign_in.timed_out


def test_what_ended_opens_nothing_and_is_told_once() -> None:
    sign_ins, told = SignIns(60), []
    key, sign_in = sign_ins.begin(ADVISOR, "token")
    other_key, _ = sign_ins.begin(ADVISOR, "token")
    sign_in.on_end.add(lambda: told.append(1))
    sign_ins.end(sign_in)
    sign_ins.end(sign_in)
    assert (sign_ins.find(key), sign_ins.find_by_handle(sign_in.handle), told) == (None, None, [1])
    assert not sign_in.timed_out
    assert sign_ins.find(other_key) is not None
    assert sign_ins.find("") is None
    assert sign_ins.find_by_handle("") is None
    assert len({key, other_key, sign_in.handle}) == 3


@given(st.dictionaries(st.sampled_from([*ARGUMENTS, "next", "client"]), st.lists(st.binary(), min_size=1)))
def test_an_address_leads_nowhere_but_to_pages_that_there_are(arguments: dict[str, list[bytes]]) -> None:
    parts = urlsplit(wanted(arguments))
    assert (parts.scheme, parts.netloc, parts.path) == ("", "", "/")
    assert all(value[0] in ARGUMENTS[name] for name, value in parse_qs(parts.query).items())


def test_what_may_be_asked_for_is_kept() -> None:
    assert wanted({"page": [b"audit"], "lang": [b"en"], "x": [b"//evil"]}) == "/?lang=en&page=audit"


def test_each_role_has_its_pages() -> None:
    pages = {role: Person("x", "x", frozenset({role})).pages for role in Role}
    assert pages == {
        Role.ADVISOR: ("client", "portfolio", "model"),
        Role.OPERATOR: ("operations", "model"),
        Role.AUDITOR: ("audit", "model"),
    }
    assert Person("x", "x", frozenset(Role)).pages == tuple(PAGE_ROLES)
    assert Person("x", "x", frozenset()).pages == ()


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
    places = places_of(Settings(**changes), 5006)
    assert places.is_own(own)
    assert not places.is_own(foreign)
    assert not places.is_own(None)
    assert places.cookie.startswith("__Host-") == places.secure == own.startswith("https")
