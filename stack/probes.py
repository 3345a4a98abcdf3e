"""Asking a worker for its pages: `/healthz`, `/readyz`, `/metrics`."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

ASK_SECONDS = 2.0
"""A worker answers within milliseconds, between two micro-batches; one that does not is told as silent."""


def fetch(address: str, path: str) -> tuple[int, str]:
    """Return status and text of a page. Raises OSError or http.client.HTTPException."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=ASK_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()
