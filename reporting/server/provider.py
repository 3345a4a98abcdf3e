"""The OpenID Connect provider: found by its discovery document, asked for who somebody is."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
from joserfc.jwk import KeySet

from contract.oidc import ProviderUnavailableError, endpoint_url, fetch_discovery_document, fetch_jwks, request_json
from contract.settings import Settings
from reporting.server.errors import SignInRefused
from reporting.server.pending import Pending, challenge
from reporting.server.people import Person
from reporting.server.tokens import Expected, read_person, verify_token

log = logging.getLogger(__name__)

SCOPE = "openid profile"
"""No `email`: what does not come cannot be kept."""

FRESH_SECONDS = 600.0
"""Discovery document and keys are taken for so long; a key withdrawn at the provider is refused after it."""

REFETCH_SECONDS = 10.0
"""Least age of the keys before a signature that does not fit makes us fetch them again: providers change keys."""


@dataclass(frozen=True)
class Metadata:
    """What the discovery document says."""

    authorization_endpoint: str
    token_endpoint: str
    end_session_endpoint: str | None
    keys: KeySet
    secret_in_body: bool
    """The provider takes the client's secret in the form only, not as HTTP Basic."""


class Provider:
    """One provider. For one event loop."""

    def __init__(self, config: Settings) -> None:
        assert config.oidc_issuer is not None  # noqa: S101 - without an issuer nobody signs in
        self.issuer = config.oidc_issuer
        self._config = config
        self._metadata: Metadata | None = None
        self._fetched = -float("inf")

    @property
    def sign_out_origin(self) -> str:
        """Where signing out leads, which need not be the issuer's host; empty where it leads nowhere else."""
        address = self._metadata and self._metadata.end_session_endpoint
        parts = urlsplit(address or "")
        return f"{parts.scheme}://{parts.netloc}" if address else ""

    async def sign_in_address(self, pending: Pending, redirect_uri: str) -> str:
        """Return where to send a browser that wants to sign in. Raises ProviderUnavailableError."""
        metadata = await self._discover(FRESH_SECONDS)
        query = {
            "response_type": "code",
            "client_id": self._config.oidc_client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": challenge(pending.verifier),
            "code_challenge_method": "S256",
        }
        return _with_query(metadata.authorization_endpoint, query)

    async def sign_out_address(self, id_token: str, back: str) -> str | None:
        """Return where a browser that signed out here signs out there too; None where the provider has no such page.

        Raises ProviderUnavailableError.
        """
        address = (await self._discover(FRESH_SECONDS)).end_session_endpoint
        query = {
            "id_token_hint": id_token,
            "client_id": self._config.oidc_client_id,
            "post_logout_redirect_uri": back,
        }
        return address and _with_query(address, query)

    async def identify(self, code: str, pending: Pending, redirect_uri: str) -> tuple[Person, str]:
        """Return who came back with this code, and the token that says so.

        Raises SignInRefused or ProviderUnavailableError.
        """
        token = await self._redeem(code, pending, redirect_uri)
        expected = Expected(self.issuer, self._config.oidc_client_id, pending.nonce)
        try:
            claims = verify_token(token, (await self._discover(FRESH_SECONDS)).keys, expected, int(time.time()))
        except SignInRefused:
            keys = (await self._discover(REFETCH_SECONDS)).keys  # it may have new ones
            claims = verify_token(token, keys, expected, int(time.time()))
        return read_person(claims, self._config.oidc_name_claim, self._config.oidc_roles_claim), token

    async def _redeem(self, code: str, pending: Pending, redirect_uri: str) -> str:
        metadata = await self._discover(FRESH_SECONDS)
        client_id, secret = self._config.oidc_client_id, self._config.oidc_client_secret
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": pending.verifier,
        }
        auth = None
        if secret and not metadata.secret_in_body:
            auth = aiohttp.BasicAuth(quote(client_id, safe=""), quote(secret.get_secret_value(), safe=""))
        else:
            form |= {"client_id": client_id} | ({"client_secret": secret.get_secret_value()} if secret else {})
        status, answer = await request_json("POST", metadata.token_endpoint, data=form, auth=auth)
        token = answer.get("id_token")
        if status >= 500:
            raise ProviderUnavailableError(f"its token endpoint answers {status}")
        if status != 200 or not isinstance(token, str):
            raise SignInRefused(f"the provider did not take the code (status {status})")
        return token

    async def _discover(self, longest_age: float) -> Metadata:
        if self._metadata is None or time.monotonic() - self._fetched > longest_age:
            self._metadata = await _fetch_metadata(self.issuer)
            self._fetched = time.monotonic()
        return self._metadata


async def _fetch_metadata(issuer: str) -> Metadata:
    document = await fetch_discovery_document(issuer)
    keys = await fetch_jwks(document)
    methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Metadata(
        endpoint_url(document, "authorization_endpoint"),
        endpoint_url(document, "token_endpoint"),
        endpoint_url(document, "end_session_endpoint") if "end_session_endpoint" in document else None,
        KeySet([key for key in keys if key.key_type != "oct" and key.get("use") in (None, "sig")]),
        "client_secret_basic" not in methods and "client_secret_post" in methods,
    )


def _with_query(address: str, query: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"
