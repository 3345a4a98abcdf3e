"""Authentication: the bearer token of each request, and the scopes that its route needs."""

import math
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from contract.access import ROUTE_SCOPES, Purpose, TokenScope
from contract.jwks import TokenVerifier
from contract.oidc import ProviderUnavailableError
from contract.rate_limit import FixedWindowCounter
from contract.settings import Settings
from contract.tokens import LEEWAY_SECONDS, InvalidTokenError, RejectionReason
from producers.gateway.access_log_writer import AccessLogWriter, Caller
from producers.gateway.metrics import GatewayMetrics
from producers.gateway.problems import GatewayCode, ProblemError

CHALLENGE = 'Bearer realm="neoscore"'

SUBJECT_PATTERN = re.compile(r"[\x21-\x3f\x41-\x7e]{1,128}")
"""Form of a caller's name in the access log: printable, without spaces, and no e-mail address, which names a person
beyond this system."""

ACCESS_TOKEN_TYPES = ("bearer", "jwt", "at+jwt")
"""What the claim `typ` may be where a provider writes one, in any case. Keycloak's identity and refresh tokens have the
same form and signature as its access tokens, and other words here."""

MAX_CALLERS = 10_000
"""Callers whose requests are counted at a time: only those whose token was verified are."""


@dataclass(frozen=True)
class Principal:
    """What a verified token says: who calls, and with which scopes."""

    subject: str
    scopes: frozenset[str]


ANONYMOUS = Principal("anonymous", frozenset(TokenScope))
"""Every caller while no issuer is set, which only development allows."""


class RequestCounter:
    """Counts the requests of each caller by the minute."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self._clock = clock
        self._counters: dict[str, FixedWindowCounter] = {}

    def excess(self, subject: str) -> int:
        """Count a request, and return by how many its caller is beyond the limit in this minute."""
        counter = self._counters.get(subject)
        if counter is None:
            if len(self._counters) >= MAX_CALLERS:
                self._counters = {name: kept for name, kept in self._counters.items() if kept.seconds_left()}
            counter = self._counters[subject] = FixedWindowCounter(self._clock)
        return max(0, counter.next() - self.limit)

    def seconds_left(self, subject: str) -> int:
        """Return the whole seconds until this caller is counted anew."""
        return max(1, math.ceil(self._counters[subject].seconds_left()))


Dependency = Callable[[Request], Awaitable[None]]


class BearerAuth:
    """Verifies tokens. Without an issuer it accepts every caller."""

    def __init__(self, config: Settings, audit: AccessLogWriter, metrics: GatewayMetrics) -> None:
        self._tokens = TokenVerifier(str(config.oidc_issuer), config.oidc_audience) if config.requires_sign_in else None
        self._max_age = config.token_max_age_hours * 3600
        self._requests = RequestCounter(config.gateway_requests_per_minute)
        self._audit = audit
        self._metrics = metrics

    @property
    def allows_anonymous(self) -> bool:
        """Whether callers need no token."""
        return self._tokens is None

    def authenticate_for(self, purpose: Purpose) -> Dependency:
        """Return a FastAPI dependency that sets `request.state.caller` if the token has a scope that the purpose needs.

        Every refusal is recorded in the access log. Raises ProblemError: 401, 403, or 503 without an identity provider.
        """

        scopes = ROUTE_SCOPES[purpose]

        async def authenticate(request: Request) -> None:
            try:
                found = await self._authenticate(request.headers.getlist("authorization"))
            except InvalidTokenError as error:
                self._metrics.token_rejected(error.reason)
                await self._audit.record_unauthenticated(request, purpose)
                raise _unauthenticated(error.reason) from None
            except ProviderUnavailableError:
                raise ProblemError(
                    GatewayCode.IDENTITY_PROVIDER_UNAVAILABLE,
                    "tokens cannot be verified: the identity provider is unavailable",
                ) from None
            caller = request.state.caller = self._audit.caller(request, found.subject, purpose)
            await self._check_rate(caller)
            if found.scopes.isdisjoint(scopes):
                await self._audit.record_refusal(caller)
                raise _forbidden(scopes)

        return authenticate

    async def _check_rate(self, caller: Caller) -> None:
        """Refuse a request beyond the rate of its caller. The first of a minute is recorded. Raises ProblemError."""
        excess = self._requests.excess(caller.subject)
        if excess == 1:
            await self._audit.record_refusal(caller)
        if excess:
            seconds = str(self._requests.seconds_left(caller.subject))
            raise ProblemError(
                GatewayCode.TOO_MANY_REQUESTS,
                f"more than {self._requests.limit:,} requests in a minute",
                headers={"Retry-After": seconds},
            )

    async def _authenticate(self, authorization: list[str]) -> Principal:
        if self._tokens is None:
            return ANONYMOUS
        if not authorization:
            raise InvalidTokenError(RejectionReason.MISSING)
        scheme, _, token = authorization[0].partition(" ")
        if len(authorization) > 1 or scheme.lower() != "bearer":
            raise InvalidTokenError(RejectionReason.MALFORMED)
        return principal_of(await self._tokens.verify(token.strip(" ")), time.time(), self._max_age)


def principal_of(claims: Mapping[str, Any], now: float, max_age: float) -> Principal:
    """Return whom the claims of an access token name.

    `now` in seconds since 1970; `max_age`: seconds after which a token is refused, however long its issuer trusts it.
    Raises InvalidTokenError.
    """
    issued = claims.get("iat")
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        raise InvalidTokenError(RejectionReason.CLAIMS)
    if now - issued > max_age + LEEWAY_SECONDS:
        raise InvalidTokenError(RejectionReason.TOO_OLD)
    if "cnf" in claims:
        raise InvalidTokenError(RejectionReason.SENDER_CONSTRAINED)
    if str(claims.get("typ", ACCESS_TOKEN_TYPES[0])).lower() not in ACCESS_TOKEN_TYPES:
        raise InvalidTokenError(RejectionReason.TYPE)
    return Principal(_subject(claims), _scopes(claims))


def _subject(claims: Mapping[str, Any]) -> str:
    name = claims.get("sub") or claims.get("client_id")
    if not isinstance(name, str) or not SUBJECT_PATTERN.fullmatch(name):
        raise InvalidTokenError(RejectionReason.CLAIMS)
    return name


def _scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    """Return the scopes: a text with spaces between (RFC 9068), or a list, as some providers write it."""
    scope = claims.get("scope", claims.get("scp", ""))
    words = scope.split(" ") if isinstance(scope, str) else scope
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise InvalidTokenError(RejectionReason.CLAIMS)
    return frozenset(words)


def _unauthenticated(reason: RejectionReason) -> ProblemError:
    """Return the 401 of RFC 6750: without an error code where there was no token at all."""
    if reason is RejectionReason.MISSING:
        challenge, detail = CHALLENGE, "missing bearer token"
    else:
        challenge = f'{CHALLENGE}, error="invalid_token", error_description="{reason}"'
        detail = f"invalid token ({reason})"
    return ProblemError(GatewayCode.UNAUTHENTICATED, detail, headers={"WWW-Authenticate": challenge})


def _forbidden(scopes: tuple[TokenScope, ...]) -> ProblemError:
    challenge = f'{CHALLENGE}, error="insufficient_scope", scope="{" ".join(scopes)}"'
    detail = f"insufficient scope; requires {' or '.join(scopes)}"
    return ProblemError(GatewayCode.FORBIDDEN, detail, headers={"WWW-Authenticate": challenge})
