"""Identifiers: request ids that sort by time, and pseudonyms for customers."""

import hashlib
import hmac

from uuid_utils import uuid7

UUID_PATTERN = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"


def new_request_id() -> str:
    """Return a fresh UUIDv7 (RFC 9562) as its 36-character text."""
    return str(uuid7())


def pseudonym(customer_number: str, key: bytes) -> str:
    """Return the `client_ref` of a customer: HMAC-SHA256 of the customer number under `key`, 32 hex digits.

    Half of the digest is kept: 128 bits make a collision among a bank's clients practically impossible, and the
    reference stays short enough to read out. Raises ValueError when the key is shorter than 16 bytes.
    """
    if len(key) < 16:
        raise ValueError("the pseudonym key must have at least 16 bytes")
    return hmac.new(key, customer_number.encode(), hashlib.sha256).hexdigest()[:32]
