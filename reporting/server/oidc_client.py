"""The OpenID Connect client: provider metadata, code exchange, ID token."""

import hmac
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import aiohttp

from contract.jwks import TokenVerifier
from contract.oidc import ProviderUnavailableError, endpoint_url, fetch_discovery_document, request_json
from contract.settings import Settings
from contract.tokens import InvalidTokenError
from reporting.server.sessions import PendingSignIn, code_challenge
from reporting.server.users import User, parse_roles


class SignInError(Exception):
    """Base of the sign-in errors. No message contains a token, a secret or a name."""


class SignInRejectedError(SignInError):
    """The provider's redirect or ID token does not prove an identity."""


MAX_NAME = 128


REQUIRED_CLAIMS = ("iat", "sub", "nonce")
"""Of an ID token, beside those of every token."""


def check_id_token(claims: Mapping[str, Any], client_id: str, nonce: str) -> None:
    """Check that the verified claims of an ID token are for this client and of this sign-in.

    Raises SignInRejectedError.
    """
    # Of several audiences, the one that may use the token must be us (OpenID Connect Core, 3.1.3.7).
    if claims.get("azp", None if _several(claims["aud"]) else client_id) != client_id:
        raise SignInRejectedError("ID token has several audiences and its azp is not this client")
    if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise SignInRejectedError("ID token nonce does not match")


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


SCOPE = "openid profile"
"""No `email`: what does not come cannot be kept."""

METADATA_TTL_SECONDS = 600.0
"""The discovery document is cached for so long: its addresses hardly ever change."""


@dataclass(frozen=True)
class ProviderMetadata:
    """What the discovery document says."""

    authorization_endpoint: str
    token_endpoint: str
    end_session_endpoint: str | None
    client_secret_post: bool
    """The provider accepts the client's secret in the form only, not as HTTP Basic."""


class OidcProvider:
    """One provider. For one event loop."""

    def __init__(self, config: Settings) -> None:
        assert config.oidc_issuer is not None  # noqa: S101 - without an issuer nobody signs in
        self.issuer = config.oidc_issuer
        self._config = config
        self._tokens = TokenVerifier(config.oidc_issuer, config.oidc_client_id, REQUIRED_CLAIMS)
        self._metadata: ProviderMetadata | None = None
        self._fetched = -float("inf")

    @property
    def sign_out_origin(self) -> str:
        """Where signing out leads, which need not be the issuer's host; empty where it leads nowhere else."""
        address = self._metadata and self._metadata.end_session_endpoint
        parts = urlsplit(address or "")
        return f"{parts.scheme}://{parts.netloc}" if address else ""

    async def authorization_url(self, pending: PendingSignIn, redirect_uri: str) -> str:
        """Return where a browser signs in. Raises ProviderUnavailableError."""
        metadata = await self._discover()
        query = {
            "response_type": "code",
            "client_id": self._config.oidc_client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": code_challenge(pending.code_verifier),
            "code_challenge_method": "S256",
        }
        return _with_query(metadata.authorization_endpoint, query)

    async def end_session_url(self, id_token: str, back: str) -> str | None:
        """Return where a browser that signed out here signs out there too; None where the provider has no such page.

        Raises ProviderUnavailableError.
        """
        address = (await self._discover()).end_session_endpoint
        query = {
            "id_token_hint": id_token,
            "client_id": self._config.oidc_client_id,
            "post_logout_redirect_uri": back,
        }
        return address and _with_query(address, query)

    async def authenticate(self, code: str, pending: PendingSignIn, redirect_uri: str) -> tuple[User, str]:
        """Return the user of an authorization code, and the ID token.

        Raises SignInRejectedError or ProviderUnavailableError.
        """
        token = await self._exchange_code(code, pending, redirect_uri)
        try:
            claims = await self._tokens.verify(token)
        except InvalidTokenError as error:
            raise SignInRejectedError(f"ID token rejected ({error.reason})") from None
        check_id_token(claims, self._config.oidc_client_id, pending.nonce)
        return user_from_claims(claims, self._config.oidc_name_claim, self._config.oidc_roles_claim), token

    async def _exchange_code(self, code: str, pending: PendingSignIn, redirect_uri: str) -> str:
        metadata = await self._discover()
        client_id, secret = self._config.oidc_client_id, self._config.oidc_client_secret
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": pending.code_verifier,
        }
        auth = None
        if secret and not metadata.client_secret_post:
            auth = aiohttp.BasicAuth(quote(client_id, safe=""), quote(secret.get_secret_value(), safe=""))
        else:
            form |= {"client_id": client_id} | ({"client_secret": secret.get_secret_value()} if secret else {})
        status, answer = await request_json("POST", metadata.token_endpoint, data=form, auth=auth)
        token = answer.get("id_token")
        if status >= 500:
            raise ProviderUnavailableError(f"token endpoint returned {status}")
        if status != 200 or not isinstance(token, str):
            raise SignInRejectedError(f"provider rejected the authorization code (status {status})")
        return token

    async def _discover(self) -> ProviderMetadata:
        if self._metadata is None or time.monotonic() - self._fetched > METADATA_TTL_SECONDS:
            self._metadata = await _fetch_metadata(self.issuer)
            self._fetched = time.monotonic()
        return self._metadata


async def _fetch_metadata(issuer: str) -> ProviderMetadata:
    document = await fetch_discovery_document(issuer)
    methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return ProviderMetadata(
        endpoint_url(document, "authorization_endpoint"),
        endpoint_url(document, "token_endpoint"),
        endpoint_url(document, "end_session_endpoint") if "end_session_endpoint" in document else None,
        "client_secret_basic" not in methods and "client_secret_post" in methods,
    )


def _with_query(address: str, query: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"
