"""Verifying the tokens of one issuer with its public keys, which are fetched by discovery and cached."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from joserfc.jwk import Key

from contract import oidc
from contract.oidc import ProviderUnavailableError
from contract.tokens import (
    TOKEN_TYPES,
    InvalidTokenError,
    RejectionReason,
    allowed_algorithms,
    unverified_key_id,
    verify_claims,
)

log = logging.getLogger(__name__)

MAX_AGE_SECONDS = 600.0
"""A key that the issuer withdraws is accepted for at most this long, while the issuer is available."""

MAX_STALE_SECONDS = 3_600.0
"""The cached keys are used for this long while the issuer is unavailable, such as during a restart."""

MIN_REFETCH_SECONDS = 10.0
"""Shortest time between two fetches: anyone can send a token with the id of an unknown key."""


class TokenVerifier:
    """Verifies tokens of one issuer for one audience. For one event loop."""

    def __init__(self, issuer: str, audience: str) -> None:
        self._issuer, self._audience = issuer, audience
        self._keys = JwksCache(issuer)

    async def verify(
        self, token: str, required: tuple[str, ...] = (), types: Sequence[str] = TOKEN_TYPES
    ) -> Mapping[str, Any]:
        """Return the claims of a valid token.

        `required`: claims that it must have beside those of every token; `types`: what `typ` of its header may be.
        Raises InvalidTokenError or ProviderUnavailableError.
        """
        kid = unverified_key_id(token, types)
        try:
            return self._claims(token, await self._keys.get(kid), required)
        except InvalidTokenError as error:
            if error.reason is not RejectionReason.SIGNATURE:
                raise
        # The issuer may have replaced a key under the same id.
        return self._claims(token, await self._keys.get(kid, max_age=MIN_REFETCH_SECONDS), required)

    def _claims(self, token: str, key: Key, required: tuple[str, ...]) -> Mapping[str, Any]:
        return verify_claims(token, key, self._issuer, self._audience, time.time(), required)


class JwksCache:
    """The public keys of one issuer by their ids. For one event loop."""

    def __init__(self, issuer: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._clock = clock
        self._keys: Mapping[str | None, Key] = {}
        self._fetched_at = self._attempted_at = -float("inf")
        self._fetching = asyncio.Lock()

    async def get(self, kid: str | None, max_age: float = MAX_AGE_SECONDS) -> Key:
        """Return a key; without an id the issuer's only one.

        Raises InvalidTokenError when the issuer has no such key, ProviderUnavailableError without recent keys.
        """
        if self._needs_refresh(kid, max_age) or self._fetching.locked():
            async with self._fetching:  # a request that arrives during a fetch waits for it
                if self._needs_refresh(kid, max_age):
                    await self._fetch()
        if self._clock() - self._fetched_at > MAX_STALE_SECONDS:
            raise ProviderUnavailableError("the cached signing keys are too old")
        if kid not in self._keys:
            raise InvalidTokenError(RejectionReason.UNKNOWN_KEY)
        return self._keys[kid]

    def _needs_refresh(self, kid: str | None, max_age: float) -> bool:
        now = self._clock()
        outdated = kid not in self._keys or now - self._fetched_at > max_age
        return outdated and now - self._attempted_at > MIN_REFETCH_SECONDS

    async def _fetch(self) -> None:
        self._attempted_at = self._clock()
        try:
            self._keys = await _fetch_signing_keys(self._issuer)
            self._fetched_at = self._clock()
        except ProviderUnavailableError as error:
            log.warning("could not fetch the issuer's signing keys: %s", error)


async def _fetch_signing_keys(issuer: str) -> dict[str | None, Key]:
    """Return the issuer's keys that may sign tokens, by id, and a single one also without. Others are ignored.

    Raises ProviderUnavailableError.
    """
    found = await oidc.fetch_jwks(await oidc.fetch_discovery_document(issuer))
    keys = [key for key in found if allowed_algorithms(key)]
    by_id: dict[str | None, Key] = {key.kid: key for key in keys if key.kid}
    if len(keys) == 1:
        by_id[None] = keys[0]
    return by_id
