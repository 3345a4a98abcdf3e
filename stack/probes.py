"""HTTP probes of the stack's services: `/healthz`, `/readyz` and `/metrics`."""

from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

ASK_SECONDS = 2.0
"""A worker answers within milliseconds, between two micro-batches; one that does not is shown as unreachable."""


def fetch(address: str, path: str) -> tuple[int, str]:
    """Return status and text of a page. Raises OSError or http.client.HTTPException."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=ASK_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def is_served(address: str, path: str) -> bool:
    """Return whether a page is served with status 200."""
    try:
        return fetch(address, path)[0] == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
