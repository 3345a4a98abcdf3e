"""The issuer's keys: found through its discovery document, kept, and fetched again when it signs with a new one."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping

from joserfc.jwk import Key

from contract import oidc
from contract.oidc import ProviderAway
from producers.gateway.tokens import Fault, TokenRefused, algorithms_of

log = logging.getLogger(__name__)

FRESH_SECONDS = 600.0
"""A key that the issuer withdraws is taken for so long at most, while it can be asked."""

STALE_SECONDS = 3_600.0
"""For so long the known keys are taken while the issuer cannot be asked: it may be restarted, and tokens live on."""

REFETCH_SECONDS = 10.0
"""Least pause between two fetches: anyone can send a token with a key's name that nobody knows."""


class IssuerKeys:
    """The public keys of one issuer by their ids. For one event loop."""

    def __init__(self, issuer: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._clock = clock
        self._keys: Mapping[str, Key] = {}
        self._fetched = self._tried = -float("inf")
        self._fetching = asyncio.Lock()

    async def key(self, kid: str) -> Key:
        """Return a key. Raises TokenRefused when the issuer has none of this id, ProviderAway when nobody can tell."""
        if self._must_fetch(kid):
            async with self._fetching:
                if self._must_fetch(kid):  # unless another request did while this one waited
                    await self._fetch()
        if self._clock() - self._fetched > STALE_SECONDS:
            raise ProviderAway("its keys have not been fetched for too long")
        if kid not in self._keys:
            raise TokenRefused(Fault.UNKNOWN_KEY)
        return self._keys[kid]

    def _must_fetch(self, kid: str) -> bool:
        now = self._clock()
        wanted = kid not in self._keys or now - self._fetched > FRESH_SECONDS
        return wanted and now - self._tried > REFETCH_SECONDS

    async def _fetch(self) -> None:
        self._tried = self._clock()
        try:
            self._keys = await fetch_keys(self._issuer)
            self._fetched = self._clock()
        except ProviderAway as error:
            log.warning("the issuer's keys cannot be fetched: %s", error)


async def fetch_keys(issuer: str) -> dict[str, Key]:
    """Return the issuer's keys that a token may be signed with, by their ids. Others, such as for encryption, are no
    fault of the issuer. Raises ProviderAway.
    """
    keys = await oidc.fetch_keys(await oidc.discover(issuer))
    return {key.kid: key for key in keys if key.kid and algorithms_of(key)}
