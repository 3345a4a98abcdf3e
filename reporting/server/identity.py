"""Who somebody is by the claims of an ID token, and whether those prove it. No I/O."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contract.settings import Settings
from contract.tokens import LEEWAY_SECONDS
from reporting.server.users import User, parse_roles


class SignInError(Exception):
    """Base of the sign-in errors. No message contains a token, a secret or a name."""


class SignInRejectedError(SignInError):
    """The provider's redirect or ID token does not prove an identity."""


MAX_NAME = 128

PROVIDER_ERRORS = frozenset(
    {
        *("access_denied", "invalid_request", "invalid_scope", "server_error", "temporarily_unavailable"),
        *("unauthorized_client", "unsupported_response_type"),
        *("account_selection_required", "consent_required", "interaction_required", "login_required"),
        "unmet_authentication_requirements",
    }
)
"""Why a provider refuses a sign-in: RFC 6749 (4.1.2.1), OpenID Connect Core (3.1.2.6) and its extension for `acr`. Only
these get into the log: anyone can write another into an address."""


def provider_error(code: str) -> str:
    """Return the code of a provider's refusal as the log may have it."""
    return code if code in PROVIDER_ERRORS else "another error"


@dataclass(frozen=True)
class Identity:
    """Who signed in, and what the provider gave to ask about them again."""

    user: User
    subject: str
    """The provider's own name of the account."""
    id_token: str = field(repr=False)
    """Names the session to end at the provider."""
    refresh_token: str | None = field(default=None, repr=False)
    provider_session: str | None = None
    """The provider's name of its session (`sid`), which it uses in a back-channel logout."""


def check_id_token(claims: Mapping[str, Any], client_id: str, nonce: str) -> None:
    """Check that the verified claims of an ID token are for this client and of this sign-in.

    Raises SignInRejectedError.
    """
    # Of several audiences, the one that may use the token must be us (OpenID Connect Core, 3.1.3.7).
    if claims.get("azp", None if _several(claims["aud"]) else client_id) != client_id:
        raise SignInRejectedError("ID token has several audiences and its azp is not this client")
    if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise SignInRejectedError("ID token nonce does not match")


def check_authentication(claims: Mapping[str, Any], config: Settings, now: float) -> None:
    """Check how and when the provider authenticated somebody.

    `now` in seconds since 1970. Raises SignInRejectedError.
    """
    if config.oidc_acr_values and claims.get("acr") not in config.oidc_acr_values.split():
        raise SignInRejectedError("ID token has none of the acr values of NEOSCORE_OIDC_ACR_VALUES")
    if config.oidc_max_age_minutes is not None:
        since = claims.get("auth_time")
        if isinstance(since, bool) or not isinstance(since, int | float):
            raise SignInRejectedError("ID token has no auth_time, which NEOSCORE_OIDC_MAX_AGE_MINUTES needs")
        if now - since > config.oidc_max_age_minutes * 60 + LEEWAY_SECONDS:
            raise SignInRejectedError("the authentication is older than NEOSCORE_OIDC_MAX_AGE_MINUTES")


def user_from_claims(claims: Mapping[str, Any], name_claim: str, roles_claim: str) -> User:
    """Return the user that the claims name. Raises SignInRejectedError."""
    name = claim(claims, name_claim)
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise SignInRejectedError(f"ID token has no usable claim {name_claim}")
    if "@" in name:
        raise SignInRejectedError(f"claim {name_claim} is an email address; those must not enter the access log")
    shown = claims.get("name")
    return User(name, shown if isinstance(shown, str) and shown else name, parse_roles(_list(claims, roles_claim)))


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


def _several(audience: object) -> bool:
    return isinstance(audience, list) and len(audience) > 1
