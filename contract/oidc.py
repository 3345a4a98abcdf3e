"""Asking an OpenID Connect provider: its discovery document and its keys. Nothing plain, nothing large, no detour."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key

from contract.errors import JSON_DECODE_ERRORS, ContractError
from contract.hosts import is_loopback

REQUEST_TIMEOUT_SECONDS = 5.0
"""A provider answers in milliseconds, and somebody waits."""

MAX_RESPONSE_BYTES = 256 * 1024
"""A discovery document has five kilobytes, a key set one for each key, a token with hundreds of roles some ten."""


class ProviderUnavailableError(ContractError):
    """The provider does not answer, or not as a provider should; the text says why, for the log."""


async def fetch_discovery_document(issuer: str) -> Mapping[str, Any]:
    """Return a provider's discovery document (OpenID Connect Discovery 1.0). Raises ProviderUnavailableError."""
    status, document = await request_json("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if status != 200 or document.get("issuer") != issuer:
        raise ProviderUnavailableError("its discovery document is missing or names another issuer")
    return document


async def fetch_jwks(document: Mapping[str, Any]) -> list[Key]:
    """Return the keys that a discovery document leads to. Kinds that the library does not know are no fault of it.

    Raises ProviderUnavailableError.
    """
    status, found = await request_json("GET", endpoint_url(document, "jwks_uri"))
    entries = found.get("keys")
    if status != 200:
        raise ProviderUnavailableError(f"its keys are not to be had (status {status})")
    keys = []
    for entry in entries if isinstance(entries, list) else []:
        try:
            keys.append(import_key(entry))
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
    return keys


def endpoint_url(document: Mapping[str, Any], name: str) -> str:
    """Return an address of the discovery document.

    Raises ProviderUnavailableError unless it is encrypted, or on this machine.
    """
    return _require_https(document.get(name), name)


async def request_json(method: str, address: str, **options: Any) -> tuple[int, Mapping[str, Any]]:
    """Ask for a JSON object; return the status too. `options` are aiohttp's.

    No redirect is followed: it could lead to plain HTTP, or anywhere. Raises ProviderUnavailableError.
    """
    timeout = aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.request(method, _require_https(address, "issuer"), allow_redirects=False, **options) as response,
        ):
            body = b""
            async for part in response.content.iter_any():
                body += part
                if len(body) > MAX_RESPONSE_BYTES:
                    raise ProviderUnavailableError("a document of it is too large")
            return response.status, msgspec.json.decode(body, type=dict[str, Any])
    except JSON_DECODE_ERRORS:
        raise ProviderUnavailableError("a document of it is not a JSON object") from None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise ProviderUnavailableError(type(error).__name__) from None


def _require_https(address: object, name: str) -> str:
    parts = urlsplit(address if isinstance(address, str) else "")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ProviderUnavailableError(f"its {name} is not an HTTPS address")
    return str(address)
