"""The OpenID Connect client: provider metadata, code exchange, ID tokens, refresh, back-channel logout."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import aiohttp

from contract.jwks import TokenVerifier
from contract.oidc import ProviderUnavailableError, endpoint_url, fetch_discovery_document, request_json
from contract.settings import Settings
from contract.tokens import LEEWAY_SECONDS, LOGOUT_TOKEN_TYPES, TOKEN_TYPES, InvalidTokenError
from reporting.server.identity import (
    Identity,
    SignInRejectedError,
    check_authentication,
    check_id_token,
    user_from_claims,
)
from reporting.server.sessions import PendingSignIn, code_challenge

ID_TOKEN_CLAIMS = ("iat", "sub")
"""Of an ID token, beside those of every token."""

SIGN_IN_CLAIMS = (*ID_TOKEN_CLAIMS, "nonce")
"""Of the ID token of a sign-in."""

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"

LOGOUT_TOKEN_SECONDS = 120
"""Age of a logout token at most, as OpenID Connect Back-Channel Logout (2.4) advises."""

METADATA_TTL_SECONDS = 600.0
"""The discovery document is cached for so long: its addresses hardly ever change."""


@dataclass(frozen=True)
class EndSessionForm:
    """What a browser posts to sign out at the provider: in a form, because addresses get into logs and histories."""

    action: str
    fields: Mapping[str, str] = field(repr=False)

    @property
    def origin(self) -> str:
        """Of the server that it is sent to, which need not be the issuer's."""
        parts = urlsplit(self.action)
        return f"{parts.scheme}://{parts.netloc}"


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
        self._tokens = TokenVerifier(config.oidc_issuer, config.oidc_client_id)
        self._metadata: ProviderMetadata | None = None
        self._fetched = -float("inf")

    async def authorization_url(self, pending: PendingSignIn, redirect_uri: str) -> str:
        """Return where a browser signs in. Raises ProviderUnavailableError."""
        metadata = await self._discover()
        query = {
            "response_type": "code",
            "client_id": self._config.oidc_client_id,
            "redirect_uri": redirect_uri,
            "scope": self._config.oidc_scopes,
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": code_challenge(pending.code_verifier),
            "code_challenge_method": "S256",
        }
        if self._config.oidc_max_age_minutes is not None:
            query["max_age"] = str(int(self._config.oidc_max_age_minutes * 60))
        if self._config.oidc_acr_values:
            query["acr_values"] = self._config.oidc_acr_values
        return _with_query(metadata.authorization_endpoint, query)

    async def end_session_form(self, id_token: str, back: str) -> EndSessionForm | None:
        """Return what a browser that signed out here sends to sign out there, too; None if nothing does.

        Raises ProviderUnavailableError.
        """
        address = (await self._discover()).end_session_endpoint
        fields = {
            "id_token_hint": id_token,
            "client_id": self._config.oidc_client_id,
            "post_logout_redirect_uri": back,
        }
        return EndSessionForm(address, fields) if address else None

    async def authenticate(self, code: str, pending: PendingSignIn, redirect_uri: str) -> Identity:
        """Return whom an authorization code stands for. Raises SignInRejectedError or ProviderUnavailableError."""
        grant = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": pending.code_verifier,
        }
        answer = await self._request_tokens(grant)
        claims = await self._verify(answer.get("id_token"), SIGN_IN_CLAIMS)
        check_id_token(claims, self._config.oidc_client_id, pending.nonce)
        check_authentication(claims, self._config, time.time())
        return self._identity(claims, answer)

    async def refresh(self, identity: Identity) -> Identity:
        """Return what the provider says of somebody now.

        Raises SignInRejectedError when account or session ended there, or when it gave no refresh token, and
        ProviderUnavailableError.
        """
        if identity.refresh_token is None:
            raise SignInRejectedError("the provider gave no refresh token")
        answer = await self._request_tokens({"grant_type": "refresh_token", "refresh_token": identity.refresh_token})
        claims = await self._verify(answer.get("id_token"), ID_TOKEN_CLAIMS)
        if claims["sub"] != identity.subject:
            raise SignInRejectedError("the refreshed ID token names another account")
        return self._identity(claims, {"refresh_token": identity.refresh_token, **answer})

    async def ended(self, logout_token: str) -> tuple[str | None, str | None]:
        """Return account and provider session that a logout token ends; at least one of them is named.

        Raises SignInRejectedError or ProviderUnavailableError.
        """
        claims = await self._verify(logout_token, ("iat", "jti", "events"), LOGOUT_TOKEN_TYPES)
        events, subject, session = claims["events"], claims.get("sub"), claims.get("sid")
        if not isinstance(events, Mapping) or LOGOUT_EVENT not in events or "nonce" in claims:
            raise SignInRejectedError("the token ends no session")
        if time.time() - claims["iat"] > LOGOUT_TOKEN_SECONDS + LEEWAY_SECONDS:
            raise SignInRejectedError("the logout token is too old")
        named = [name if isinstance(name, str) and name else None for name in (subject, session)]
        if named == [None, None]:
            raise SignInRejectedError("the logout token names neither an account nor a session")
        return named[0], named[1]

    def _identity(self, claims: Mapping[str, Any], answer: Mapping[str, Any]) -> Identity:
        user = user_from_claims(claims, self._config.oidc_name_claim, self._config.oidc_roles_claim)
        refresh, session = answer.get("refresh_token"), claims.get("sid")
        return Identity(
            user,
            str(claims["sub"]),
            str(answer["id_token"]),
            refresh if isinstance(refresh, str) and refresh else None,
            session if isinstance(session, str) else None,
        )

    async def _verify(
        self, token: object, required: tuple[str, ...], types: Sequence[str] = TOKEN_TYPES
    ) -> Mapping[str, Any]:
        if not isinstance(token, str):
            raise SignInRejectedError("the provider sent no ID token")
        try:
            return await self._tokens.verify(token, required, types)
        except InvalidTokenError as error:
            raise SignInRejectedError(f"ID token rejected ({error.reason})") from None

    async def _request_tokens(self, form: dict[str, str]) -> Mapping[str, Any]:
        """Return the token endpoint's answer. Raises SignInRejectedError or ProviderUnavailableError."""
        metadata = await self._discover()
        client_id, secret = self._config.oidc_client_id, self._config.oidc_client_secret
        auth = None
        if secret and not metadata.client_secret_post:
            auth = aiohttp.BasicAuth(quote(client_id, safe=""), quote(secret.get_secret_value(), safe=""))
        else:
            form |= {"client_id": client_id} | ({"client_secret": secret.get_secret_value()} if secret else {})
        status, answer = await request_json("POST", metadata.token_endpoint, data=form, auth=auth)
        if status >= 500:
            raise ProviderUnavailableError(f"token endpoint returned {status}")
        if status != 200:
            raise SignInRejectedError(f"the provider rejected the {form['grant_type']} (status {status})")
        return answer

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
