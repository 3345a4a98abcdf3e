"""Which ID tokens are accepted, and the user that they name."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, Key, RSAKey

from contract.access import Role
from contract.settings import Settings
from contract.tokens import InvalidTokenError, RejectionReason, unverified_key_id, verify_claims
from reporting.server.identity import SignInRejectedError, check_authentication, check_id_token, user_from_claims
from reporting.server.oidc_client import SIGN_IN_CLAIMS

KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER = RSAKey.generate_key(2048, {"kid": "one"})
CURVE = ECKey.generate_key("P-256", {"kid": "two"})
KEYS = {"one": KEY, "two": CURVE}
NOW = int(time.time())
ISSUER, CLIENT_ID, NONCE = "https://id.bank.example", "neoscore", "n0nce"
CLAIMS = {
    "iss": ISSUER, "aud": "neoscore", "sub": "4711", "nonce": "n0nce", "iat": NOW, "exp": NOW + 300,
    "name": "Ada", "roles": ["advisor", "something else"],
}  # fmt: skip


def signed(claims: dict[str, Any], key: Key = KEY, alg: str = "RS256", **header: Any) -> str:
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    return jwt.encode({"alg": alg, "kid": key.kid, **header}, claims, key, registry=registry)


def changed(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in (CLAIMS | changes).items() if value is not None}


def by_hand(alg: str, secret: bytes) -> str:
    """A token of an algorithm that no library would sign with: none, or an HMAC whose secret is the public key."""
    parts = [json.dumps({"alg": alg, "kid": "one"}).encode(), json.dumps(CLAIMS).encode()]
    text = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    mac = hmac.new(secret, text.encode(), hashlib.sha256).digest() if alg == "HS256" else b""
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def verified(token: str) -> Mapping[str, Any]:
    key = KEYS.get(unverified_key_id(token) or "")
    if key is None:
        raise InvalidTokenError(RejectionReason.UNKNOWN_KEY)
    claims = verify_claims(token, key, ISSUER, CLIENT_ID, NOW, SIGN_IN_CLAIMS)
    check_id_token(claims, CLIENT_ID, NONCE)
    return claims


def test_a_good_token_says_who_somebody_is() -> None:
    for token in (signed(CLAIMS), signed(CLAIMS, CURVE, "ES256"), signed(changed(aud=["neoscore"]), x="unknown")):
        user = user_from_claims(verified(token), "sub", "roles")
        assert (user.name, user.display_name, user.roles) == ("4711", "Ada", {Role.ADVISOR})


@pytest.mark.parametrize(
    "token",
    [
        "", "x", "a.b.c", by_hand("none", b""),
        signed(CLAIMS, OTHER),
        signed(CLAIMS)[:-4] + "AAAA",
        by_hand("HS256", KEY.as_pem(private=False)),
        signed(CLAIMS, RSAKey.generate_key(2048, {"kid": "three"})),
        signed(changed(iss="https://id.evil.example")),
        signed(changed(aud="somebody else")),
        signed(changed(aud=["neoscore", "somebody else"])),
        signed(changed(aud=["neoscore", "somebody else"], azp="somebody else")),
        signed(changed(azp="somebody else")),
        signed(changed(nonce="another")),
        signed(changed(nonce=None)),
        signed(changed(nonce=["n0nce"])),
        signed(changed(exp=NOW - 61)),
        signed(changed(exp=None)),
        signed(changed(exp="tomorrow")),
        signed(changed(iat=NOW + 120)),
        signed(changed(nbf=NOW + 120)),
        signed(changed(sub=None)),
    ],
    ids=range(22),
)  # fmt: skip
def test_anything_else_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises((SignInRejectedError, InvalidTokenError)) as refused:
        verified(token)
    assert "4711" not in str(refused.value)


@pytest.mark.parametrize("name", ["ada@bank.example", "", "x" * 129, "a\nb", 7, None])
def test_a_name_that_the_log_must_not_have_is_refused(name: object) -> None:
    with pytest.raises(SignInRejectedError) as refused:
        user_from_claims({"sub": name}, "sub", "roles")
    assert not isinstance(name, str) or not name or name not in str(refused.value)


@pytest.mark.parametrize(
    ("claims", "claim", "roles"),
    [
        ({"roles": ["auditor", "advisor"]}, "roles", {Role.ADVISOR, Role.AUDITOR}),
        ({"roles": "operator"}, "roles", {Role.OPERATOR}),
        ({"realm_access": {"roles": ["operator"]}}, "realm_access.roles", {Role.OPERATOR}),
        ({"a.b": ["advisor"], "a": {"b": ["auditor"]}}, "a.b", {Role.ADVISOR}),
        ({"roles": {"advisor": True}}, "roles", set()),
        ({"roles": ["ADVISOR", 7, None, ["advisor"]]}, "roles", set()),
        ({"realm_access": "advisor"}, "realm_access.roles", set()),
        ({}, "roles", set()),
    ],
)
def test_roles_are_those_of_the_claim_and_no_others(claims: dict[str, Any], claim: str, roles: set[Role]) -> None:
    user = user_from_claims({"sub": "4711", **claims}, "sub", claim)
    assert user.roles == roles
    assert user.actor.role == (",".join(sorted(roles)) or "none")


TWO_FACTORS = {"oidc_acr_values": "urn:bank:mfa urn:bank:card", "oidc_max_age_minutes": 10}


@pytest.mark.parametrize(
    ("claims", "passes"),
    [
        ({"acr": "urn:bank:card", "auth_time": NOW - 600}, True),
        ({"acr": "urn:bank:card", "auth_time": NOW - 700}, False),
        ({"acr": "urn:bank:card", "auth_time": True}, False),
        ({"acr": "urn:bank:card"}, False),
        ({"acr": "urn:bank:password", "auth_time": NOW}, False),
        ({"acr": "urn:bank:mfa urn:bank:card", "auth_time": NOW}, False),
        ({"auth_time": NOW}, False),
    ],
)
def test_how_and_when_somebody_authenticated_counts_as_the_settings_say(claims: dict[str, Any], passes: bool) -> None:
    assert check_authentication({}, Settings(), NOW) is None
    if passes:
        check_authentication(claims, Settings(**TWO_FACTORS), NOW)
    else:
        with pytest.raises(SignInRejectedError):
            check_authentication(claims, Settings(**TWO_FACTORS), NOW)
