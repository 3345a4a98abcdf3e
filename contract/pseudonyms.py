"""Pseudonyms: client references that only the holder of the key can derive from a customer number."""

import hashlib
import hmac
import re
from uuid import uuid4

KEY_ID_PATTERN = r"[a-z0-9]{1,8}"
"""Ids of pseudonym keys: short, for they become part of every reference."""


PSEUDONYM_PATTERN = rf"^({KEY_ID_PATTERN}-)?[0-9a-f]{{32}}$"


_PSEUDONYM = re.compile(PSEUDONYM_PATTERN)


def pseudonymize(customer_number: str, key: bytes, key_id: str = "") -> str:
    """Return the `client_ref` of a customer: HMAC-SHA256 of the customer number under `key`, 32 hex digits.

    A key that has an id puts it before them, with a dash, so that references tell under which key they were made.
    Half of the digest is kept: 128 bits make a collision among a bank's clients practically impossible, and the
    reference stays short enough to read out. Raises ValueError when the key is shorter than 16 bytes.
    """
    if len(key) < 16:
        raise ValueError("the pseudonym key must have at least 16 bytes")
    digest = hmac.new(key, customer_number.encode(), hashlib.sha256).hexdigest()[:32]
    return f"{key_id}-{digest}" if key_id else digest


def random_pseudonym() -> str:
    """Return a reference that is nobody's, in the form of a pseudonym: for requests that name no client."""
    return uuid4().hex


def probe_reference(name: str) -> str:
    """Return a reference that no client has, the same for the same name: for asking whether anybody answers."""
    return pseudonymize(f"readiness-probe-{name}", b"no customer's key")


def is_pseudonym(client_ref: str) -> bool:
    """Return whether a client reference has the form that `pseudonymize` gives it: no customer number has it."""
    return _PSEUDONYM.fullmatch(client_ref) is not None
