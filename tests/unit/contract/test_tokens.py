"""Tokens: what was signed counts, in the time it names, and nothing that anybody could write passes."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from contract.access import TokenScope
from contract.tokens import (
    LEEWAY_SECONDS,
    InvalidTokenError,
    RejectionReason,
    allowed_algorithms,
    unverified_key_id,
    verify_claims,
)
from producers.gateway.auth import Principal, principal_of
from tests.support.fake_issuer import AUDIENCE, FakeIssuer

ISSUER = FakeIssuer("https://id.example")

NOW = 1_800_000_000

DAY = 86_400

LONG_AGO = {"iat": NOW - DAY, "nbf": None}


def read(token: str, now: float = NOW) -> Principal:
    claims = verify_claims(token, ISSUER.keys[unverified_key_id(token)], ISSUER.address, AUDIENCE, now)
    return principal_of(claims, now, max_age=DAY)


@given(st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}"))
def test_no_text_makes_the_reader_fail_in_another_way(text: str):
    with pytest.raises(InvalidTokenError):
        read(text)


@given(st.integers(0, 10_000), st.sampled_from("ABab01-_."))
def test_no_other_letter_anywhere_passes(place: int, letter: str):
    token = ISSUER.token("score:write", **LONG_AGO, exp=NOW + 1)
    place %= len(token) - 1  # some bits of the last letter belong to no byte
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        with pytest.raises((InvalidTokenError, KeyError)):
            read(changed)


@pytest.mark.parametrize(
    ("times", "fault"),
    [
        ({"exp": NOW - LEEWAY_SECONDS + 1}, None),
        ({"exp": NOW - LEEWAY_SECONDS}, RejectionReason.EXPIRED),
        ({"exp": NOW + 1, "nbf": NOW + LEEWAY_SECONDS}, None),
        ({"exp": NOW + 99, "nbf": NOW + LEEWAY_SECONDS + 1}, RejectionReason.NOT_YET_VALID),
        ({"exp": NOW + 99, "iat": NOW + LEEWAY_SECONDS + 1}, RejectionReason.NOT_YET_VALID),
        ({"exp": True}, RejectionReason.CLAIMS),
        ({"exp": -1}, RejectionReason.EXPIRED),
        ({"exp": str(NOW + 99)}, RejectionReason.CLAIMS),
    ],
)
def test_times_count_with_their_leeway(times: dict, fault: RejectionReason | None):
    token = ISSUER.token("score:write", **{**LONG_AGO, **times})
    if fault is None:
        assert read(token) == Principal("loan-desk", frozenset({TokenScope.SCORE}))
    else:
        with pytest.raises(InvalidTokenError) as refused:
            read(token)
        assert refused.value.reason is fault


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iat": NOW - DAY - LEEWAY_SECONDS}, None),
        ({"iat": NOW - DAY - LEEWAY_SECONDS - 1}, RejectionReason.TOO_OLD),
        ({"iat": None}, RejectionReason.CLAIMS),
        ({"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}, RejectionReason.SENDER_CONSTRAINED),
        ({"cnf": {"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}}, RejectionReason.SENDER_CONSTRAINED),
        ({"typ": "Bearer"}, None),
        ({"typ": "ID"}, RejectionReason.TYPE),
        ({"typ": "Refresh"}, RejectionReason.TYPE),
        ({"typ": "Logout"}, RejectionReason.TYPE),
        ({"sub": "anne.martin@bank.example"}, RejectionReason.CLAIMS),
        ({"sub": "service-account-loans"}, None),
    ],
)
def test_a_token_is_for_this_purpose_and_not_older_than_allowed(claims: dict, reason: RejectionReason | None):
    token = ISSUER.token("score:write", **{**LONG_AGO, "exp": NOW + 99, **claims})
    if reason is None:
        assert read(token).scopes == {TokenScope.SCORE}
    else:
        with pytest.raises(InvalidTokenError) as refused:
            read(token)
        assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("typ", "passes"),
    [("JWT", True), ("jwt", True), ("at+jwt", True), ("application/at+jwt", True), ("logout+jwt", False),
     ("dpop+jwt", False), ("secevent+jwt", False), ("", False)],
)  # fmt: skip
def test_the_type_in_the_header_counts(typ: object, passes: bool):
    claims = ISSUER.claims("score:write", **{**LONG_AGO, "exp": NOW + 99})
    token = ISSUER.sign({"alg": "ES256", "kid": "ec", "typ": typ}, claims, ISSUER.keys["ec"])
    if passes:
        assert read(token)
    else:
        with pytest.raises(InvalidTokenError) as refused:
            read(token)
        assert refused.value.reason is RejectionReason.TYPE


@pytest.mark.parametrize(
    ("key", "names"),
    [
        (RSAKey.generate_key(2048), ("RS256", "PS256")),
        (RSAKey.generate_key(2048, {"alg": "PS256"}), ("PS256",)),
        (RSAKey.generate_key(2048, {"alg": "RS512"}), ()),
        (RSAKey.generate_key(2048, {"use": "enc"}), ()),
        (ECKey.generate_key("P-256"), ("ES256",)),
        (ECKey.generate_key("P-384"), ("ES384",)),
        (ECKey.generate_key("P-521"), ()),
        (OKPKey.generate_key("Ed25519"), ("EdDSA", "Ed25519")),
        (OKPKey.generate_key("X25519"), ()),
        (OctKey.generate_key(256), ()),
    ],
    ids=[
        "rsa",
        "rsa-pss",
        "rsa-512",
        "rsa-encryption",
        "p-256",
        "p-384",
        "p-521",
        "ed25519",
        "x25519",
        "secret",
    ],
)
def test_a_key_is_good_for_its_own_algorithm_only(key, names):
    assert allowed_algorithms(key) == names


def test_a_refusal_repeats_nothing_of_the_token():
    token = ISSUER.token(aud="elsewhere", sub="somebody", exp=int(time.time()) + 60)
    with pytest.raises(InvalidTokenError) as refused:
        read(token, time.time())
    assert "somebody" not in json.dumps(str(refused.value))
    assert str(refused.value) == "audience"
