"""The identity token that a provider signs: verified in full, and read. No I/O."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from reporting.server.errors import SignInRefused
from reporting.server.people import Person, known_roles

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
"""Signatures with a public key. Neither `none` nor an HMAC, for which the provider's public key could be the secret."""

LEEWAY_SECONDS = 60
"""As much as clocks of two machines that keep time may differ."""

MAX_NAME = 128


@dataclass(frozen=True)
class Expected:
    """What a token must say to be an answer to this sign-in."""

    issuer: str
    client_id: str
    nonce: str


def verify_token(token: str, keys: KeySet, expected: Expected, now: int) -> Mapping[str, Any]:
    """Return the claims of a token that is signed, meant for us, fresh, and the answer to our question.

    `now` in seconds since 1970. Raises SignInRefused.
    """
    try:
        # Header parameters that the library does not know are no fault, unless `crit` names them (RFC 7515).
        registry = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        claims = jwt.decode(token, keys, registry=registry).claims
        _registry(expected, now).validate(claims)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SignInRefused(f"the identity token was refused ({type(error).__name__})") from None
    # Of several audiences, the one that may use the token must be us (OpenID Connect Core, 3.1.3.7).
    if claims.get("azp", None if _several(claims["aud"]) else expected.client_id) != expected.client_id:
        raise SignInRefused("the identity token is for several parties, and not issued to this one")
    if not hmac.compare_digest(str(claims["nonce"]).encode(), expected.nonce.encode()):
        raise SignInRefused("the identity token answers another sign-in")
    return claims


def read_person(claims: Mapping[str, Any], name_claim: str, roles_claim: str) -> Person:
    """Return who the claims are about. Raises SignInRefused."""
    name = claim(claims, name_claim)
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise SignInRefused(f"the identity token has no usable claim {name_claim}")
    if "@" in name:
        raise SignInRefused(f"the claim {name_claim} holds an e-mail address, which the access log must not have")
    shown = claims.get("name")
    return Person(name, shown if isinstance(shown, str) and shown else name, known_roles(_list(claims, roles_claim)))


def claim(claims: Mapping[str, Any], path: str) -> object:
    """Return a claim; dots lead into objects, as in `realm_access.roles`, unless a claim has them in its name."""
    if path in claims:
        return claims[path]
    found: object = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _list(claims: Mapping[str, Any], path: str) -> Sequence[object]:
    found = claim(claims, path)
    return found if isinstance(found, list) else [found]


def _registry(expected: Expected, now: int) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        now=now,
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client_id},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        nonce={"essential": True},
    )


def _several(audience: object) -> bool:
    return isinstance(audience, list) and len(audience) > 1
