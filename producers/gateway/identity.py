"""Who may come in: the token of each request, and the scope that its route needs."""

import time
from collections.abc import Awaitable, Callable

from starlette.requests import Request

from contract.oidc import ProviderAway
from contract.settings import Settings
from producers.gateway.audit import Audit
from producers.gateway.issuer import IssuerKeys
from producers.gateway.metrics import Metrics
from producers.gateway.problems import GatewayCode, Problem, away
from producers.gateway.tokens import Caller, Fault, Scope, TokenRefused, key_id, read_token

REALM = 'Bearer realm="neoscore"'

ANYBODY = Caller("anonymous", frozenset(Scope))
"""Whoever asks while no issuer is set, which only development allows."""

Dependency = Callable[[Request], Awaitable[Caller]]


class Guard:
    """Checks tokens. Without an issuer it lets everybody in."""

    def __init__(self, config: Settings, audit: Audit, metrics: Metrics) -> None:
        self._issuer = str(config.oidc_issuer)
        self._audience = config.oidc_audience
        self._keys = IssuerKeys(self._issuer) if config.requires_sign_in else None
        self._audit = audit
        self._metrics = metrics

    @property
    def open(self) -> bool:
        """Whether anybody may come in."""
        return self._keys is None

    def require(self, purpose: str, *scopes: Scope) -> Dependency:
        """Return a FastAPI dependency that gives the caller, if its token has one of the scopes.

        Every refusal enters the access log under `purpose`. Raises Problem: 401, 403, or 503 when nobody can tell.
        """

        async def caller(request: Request) -> Caller:
            try:
                found = await self._identify(request.headers.getlist("authorization"))
            except TokenRefused as refused:
                self._metrics.refused(refused.fault)
                await self._audit.refuse_stranger(purpose)
                raise _unauthenticated(refused.fault) from None
            except ProviderAway:
                raise away(GatewayCode.IDENTITY_UNAVAILABLE, "tokens cannot be checked at present") from None
            request.state.access = (found.name, purpose)  # for whoever refuses the request before its route begins
            if found.scopes.isdisjoint(scopes):
                await self._audit.refuse(found.name, purpose)
                raise _forbidden(scopes)
            return found

        return caller

    async def _identify(self, given: list[str]) -> Caller:
        if self._keys is None:
            return ANYBODY
        if not given:
            raise TokenRefused(Fault.MISSING)
        scheme, _, token = given[0].partition(" ")
        if len(given) > 1 or scheme.lower() != "bearer":
            raise TokenRefused(Fault.MALFORMED)
        token = token.strip(" ")
        key = await self._keys.key(key_id(token))
        return read_token(token, key, self._issuer, self._audience, time.time())


def _unauthenticated(fault: Fault) -> Problem:
    """Return the 401 of RFC 6750: without an error code where there was no token at all."""
    if fault is Fault.MISSING:
        challenge, detail = REALM, "a bearer token is needed"
    else:
        challenge = f'{REALM}, error="invalid_token", error_description="{fault}"'
        detail = f"the token was refused ({fault})"
    return Problem(401, GatewayCode.UNAUTHENTICATED, detail, headers={"WWW-Authenticate": challenge})


def _forbidden(scopes: tuple[Scope, ...]) -> Problem:
    challenge = f'{REALM}, error="insufficient_scope", scope="{" ".join(scopes)}"'
    detail = f"the token lacks the scope {' or '.join(scopes)}"
    return Problem(403, GatewayCode.FORBIDDEN, detail, headers={"WWW-Authenticate": challenge})
