"""The issuer's keys: found through its discovery document, kept, and fetched again when it signs with a new one."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key

from contract.errors import NOT_JSON
from contract.settings.production import is_local
from producers.gateway.tokens import Fault, TokenRefused, algorithms_of

log = logging.getLogger(__name__)

FRESH_SECONDS = 600.0
"""A key that the issuer withdraws is taken for so long at most, while it can be asked."""

STALE_SECONDS = 3_600.0
"""For so long the known keys are taken while the issuer cannot be asked: it may be restarted, and tokens live on."""

REFETCH_SECONDS = 10.0
"""Least pause between two fetches: anyone can send a token with a key's name that nobody knows."""

FETCH_SECONDS = 5.0
"""A provider answers in milliseconds; the caller waits meanwhile."""

MAX_DOCUMENT_BYTES = 256 * 1024
"""A discovery document has five kilobytes, a key set one for each key."""


class IssuerAway(Exception):  # noqa: N818 - names a state
    """The issuer's keys cannot be had; the text says why, for the log."""


class IssuerKeys:
    """The public keys of one issuer by their ids. For one event loop."""

    def __init__(self, issuer: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._clock = clock
        self._keys: Mapping[str, Key] = {}
        self._fetched = self._tried = -float("inf")
        self._fetching = asyncio.Lock()

    async def key(self, kid: str) -> Key:
        """Return a key. Raises TokenRefused when the issuer has none of this id, IssuerAway when nobody can tell."""
        if self._must_fetch(kid):
            async with self._fetching:
                if self._must_fetch(kid):  # unless another request did while this one waited
                    await self._fetch()
        if self._clock() - self._fetched > STALE_SECONDS:
            raise IssuerAway("its keys have not been fetched for too long")
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
        except IssuerAway as error:
            log.warning("the issuer's keys cannot be fetched: %s", error)


async def fetch_keys(issuer: str) -> dict[str, Key]:
    """Ask an issuer for its keys (OpenID Connect Discovery). Raises IssuerAway."""
    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        document = await _get(session, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if document.get("issuer") != issuer:
            raise IssuerAway("its discovery document names another issuer")
        keys = (await _get(session, str(document.get("jwks_uri")))).get("keys")
    return _usable(keys if isinstance(keys, list) else [])


async def _get(session: aiohttp.ClientSession, address: str) -> dict[str, Any]:
    """Fetch a JSON object. No redirect is followed: it could lead to plain HTTP, or anywhere."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local(parts.hostname or "")):
        raise IssuerAway("an address of it is not HTTPS")
    try:
        async with session.get(address, allow_redirects=False) as response:
            if response.status != 200:
                raise IssuerAway(f"it answers {response.status}")
            body = await response.content.read(MAX_DOCUMENT_BYTES + 1)
            while len(body) <= MAX_DOCUMENT_BYTES and (more := await response.content.read(MAX_DOCUMENT_BYTES)):
                body += more
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise IssuerAway(type(error).__name__) from None
    try:
        if len(body) > MAX_DOCUMENT_BYTES:
            raise IssuerAway("a document of it is too large")
        return msgspec.json.decode(body, type=dict[str, Any])
    except NOT_JSON:
        raise IssuerAway("a document of it is not a JSON object") from None


def _usable(entries: list[Any]) -> dict[str, Key]:
    """Return the keys that a token may be signed with. Others, such as for encryption, are no fault of the issuer."""
    keys: dict[str, Key] = {}
    for entry in entries:
        try:
            key = import_key(entry)
            if key.kid and algorithms_of(key):
                keys[key.kid] = key
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
    return keys
