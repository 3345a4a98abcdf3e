"""Asking an OpenID Connect provider: its discovery document and its keys. Nothing plain, nothing large, no detour."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key

from contract.errors import NOT_JSON, ContractError
from contract.settings.production import is_local

FETCH_SECONDS = 5.0
"""A provider answers in milliseconds, and somebody waits."""

MAX_DOCUMENT_BYTES = 256 * 1024
"""A discovery document has five kilobytes, a key set one for each key, a token with hundreds of roles some ten."""


class ProviderAway(ContractError):  # noqa: N818 - names a state
    """The provider does not answer, or not as a provider should; the text says why, for the log."""


async def discover(issuer: str) -> Mapping[str, Any]:
    """Return a provider's discovery document (OpenID Connect Discovery 1.0). Raises ProviderAway."""
    status, document = await ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if status != 200 or document.get("issuer") != issuer:
        raise ProviderAway("its discovery document is missing or names another issuer")
    return document


async def fetch_keys(document: Mapping[str, Any]) -> list[Key]:
    """Return the keys that a discovery document leads to. Kinds that the library does not know are no fault of it.

    Raises ProviderAway.
    """
    status, found = await ask("GET", address_in(document, "jwks_uri"))
    entries = found.get("keys")
    if status != 200:
        raise ProviderAway(f"its keys are not to be had (status {status})")
    keys = []
    for entry in entries if isinstance(entries, list) else []:
        try:
            keys.append(import_key(entry))
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
    return keys


def address_in(document: Mapping[str, Any], name: str) -> str:
    """Return an address of the discovery document. Raises ProviderAway unless it is encrypted, or on this machine."""
    return _encrypted(document.get(name), name)


async def ask(method: str, address: str, **options: Any) -> tuple[int, Mapping[str, Any]]:
    """Ask for a JSON object; return the status too. `options` are aiohttp's.

    No redirect is followed: it could lead to plain HTTP, or anywhere. Raises ProviderAway.
    """
    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.request(method, _encrypted(address, "issuer"), allow_redirects=False, **options) as response,
        ):
            body = b""
            async for part in response.content.iter_any():
                body += part
                if len(body) > MAX_DOCUMENT_BYTES:
                    raise ProviderAway("a document of it is too large")
            return response.status, msgspec.json.decode(body, type=dict[str, Any])
    except NOT_JSON:
        raise ProviderAway("a document of it is not a JSON object") from None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise ProviderAway(type(error).__name__) from None


def _encrypted(address: object, name: str) -> str:
    parts = urlsplit(address if isinstance(address, str) else "")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local(parts.hostname or "")):
        raise ProviderAway(f"its {name} is not an HTTPS address")
    return str(address)
