"""The issuer's keys: found through its discovery document, kept, and fetched again when it signs with a new one."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping

from joserfc.jwk import Key

from contract import oidc
from contract.oidc import ProviderUnavailableError
from producers.gateway.tokens import InvalidTokenError, RejectionReason, allowed_algorithms

log = logging.getLogger(__name__)

MAX_AGE_SECONDS = 600.0
"""A key that the issuer withdraws is taken for so long at most, while it can be asked."""

MAX_STALE_SECONDS = 3_600.0
"""For so long the known keys are taken while the issuer cannot be asked: it may be restarted, and tokens live on."""

MIN_REFETCH_SECONDS = 10.0
"""Least pause between two fetches: anyone can send a token with a key's name that nobody knows."""


class JwksCache:
    """The public keys of one issuer by their ids. For one event loop."""

    def __init__(self, issuer: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._clock = clock
        self._keys: Mapping[str, Key] = {}
        self._fetched_at = self._attempted_at = -float("inf")
        self._fetching = asyncio.Lock()

    async def get(self, kid: str) -> Key:
        """Return a key.

        Raises InvalidTokenError when the issuer has no such key, ProviderUnavailableError without recent keys.
        """
        if self._needs_refresh(kid) or self._fetching.locked():
            async with self._fetching:  # a request that arrives during a fetch waits for it
                if self._needs_refresh(kid):
                    await self._fetch()
        if self._clock() - self._fetched_at > MAX_STALE_SECONDS:
            raise ProviderUnavailableError("the cached signing keys are too old")
        if kid not in self._keys:
            raise InvalidTokenError(RejectionReason.UNKNOWN_KEY)
        return self._keys[kid]

    def _needs_refresh(self, kid: str) -> bool:
        now = self._clock()
        wanted = kid not in self._keys or now - self._fetched_at > MAX_AGE_SECONDS
        return wanted and now - self._attempted_at > MIN_REFETCH_SECONDS

    async def _fetch(self) -> None:
        self._attempted_at = self._clock()
        try:
            self._keys = await fetch_signing_keys(self._issuer)
            self._fetched_at = self._clock()
        except ProviderUnavailableError as error:
            log.warning("could not fetch the issuer's signing keys: %s", error)


async def fetch_signing_keys(issuer: str) -> dict[str, Key]:
    """Return the issuer's keys that a token may be signed with, by their ids. Others, such as for encryption, are no
    fault of the issuer. Raises ProviderUnavailableError.
    """
    keys = await oidc.fetch_jwks(await oidc.fetch_discovery_document(issuer))
    return {key.kid: key for key in keys if key.kid and allowed_algorithms(key)}
