"""Keyed hashes in the access log: of network addresses, and of the clients that a list showed. No I/O.

The log says neither, but whoever has the pseudonym key can ask it: was this client on that list?
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

from contract.settings import Settings

KEY_CHECK_BYTES = 4
"""Of the key's own hash, before the others: tells a list without the client from one hashed under another key."""

SALT_BYTES = 12
"""Of each entry: the same client has another hash in every list, so entries cannot be compared with each other."""

REFERENCE_BYTES = 8
"""Of a reference's hash: among a million lists of ten, the chance of one false match is one in 10^12."""

ADDRESS_DIGITS = 32
"""Of an address's hash: hexadecimal digits, as long as a client reference."""


class OtherKeyError(ValueError):
    """The list was hashed under another key, so nothing can be said about a client."""


class AccessLogHasher:
    """Hashes under a key that is derived from the pseudonym key."""

    def __init__(self, config: Settings) -> None:
        pseudonym_key = config.pseudonym_key.get_secret_value().encode()
        self._key = _hmac(pseudonym_key, b"neoscore access log")
        self._key_check = _hmac(self._key, b"key")[:KEY_CHECK_BYTES]

    def address(self, address: str) -> str:
        """Return the hash of a network address; nothing if there is none."""
        return _hmac(self._key, b"address\0" + address.encode()).hex()[:ADDRESS_DIGITS] if address else ""

    def shown(self, client_refs: Iterable[str]) -> str:
        """Return the hashes of the clients on a list, in base64; nothing for an empty list.

        They are sorted, so that their order says nothing about the clients.
        """
        salt = secrets.token_bytes(SALT_BYTES)
        hashes = sorted(self._reference(salt, client_ref) for client_ref in client_refs)
        return base64.b64encode(b"".join([self._key_check, salt, *hashes])).decode() if hashes else ""

    def was_shown(self, shown: str, client_ref: str) -> bool:
        """Return whether a client was on the list of these hashes. Raises OtherKeyError."""
        if not shown:
            return False
        content = base64.b64decode(shown)
        key_check, salt = content[:KEY_CHECK_BYTES], content[KEY_CHECK_BYTES : KEY_CHECK_BYTES + SALT_BYTES]
        if key_check != self._key_check:
            raise OtherKeyError("the list was hashed under another key")
        wanted, start = self._reference(salt, client_ref), KEY_CHECK_BYTES + SALT_BYTES
        return wanted in {content[i : i + REFERENCE_BYTES] for i in range(start, len(content), REFERENCE_BYTES)}

    def _reference(self, salt: bytes, client_ref: str) -> bytes:
        return _hmac(self._key, b"shown\0" + salt + client_ref.encode())[:REFERENCE_BYTES]


def _hmac(key: bytes, content: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()
