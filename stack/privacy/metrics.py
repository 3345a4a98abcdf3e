"""Searching what workers tell of themselves."""

from collections.abc import Mapping, Sequence
from http.client import HTTPException

from stack.errors import CheckNotPossibleError
from stack.probes import fetch

PAGES = ("/healthz", "/readyz", "/metrics")


def workers_exposing(needles: Sequence[bytes], addresses: Mapping[str, str]) -> list[str]:
    """Return the workers whose pages hold one of the needles. Raises CheckNotPossibleError when one does not answer.

    `addresses`: worker → where it serves its pages.
    """
    found = []
    for worker, address in addresses.items():
        try:
            text = "".join(fetch(address, page)[1] for page in PAGES)
        except (OSError, HTTPException) as error:
            raise CheckNotPossibleError(f"{worker} does not answer at {address} ({type(error).__name__})") from error
        if any(needle in text.encode() for needle in needles):
            found.append(worker)
    return found
