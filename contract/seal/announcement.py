"""Announcements on `score.sealing-keys`: a worker's public key, to seal requests for it, and until when it is valid."""

import base64
import hmac
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from contract.errors import JSON_DECODE_ERRORS
from contract.seal.errors import InvalidSealError
from contract.seal.keys import KEY_BYTES, SealKey

ANNOUNCEMENT_TYPE = "neoscore.seal.key.v1"

KEY_ID_BYTES = 8
"""64 random bits tell the few keys of two minutes apart."""


class KeyAnnouncement(Struct, frozen=True):
    """One public key of one worker. Nothing in it is secret."""

    worker_id: Annotated[str, Meta(description="random name of the worker process; only its newest key counts")]
    key_id: Annotated[bytes, Meta(description=f"{KEY_ID_BYTES} random bytes, base64")]
    public_key: Annotated[bytes, Meta(description="X25519 (RFC 7748), 32 bytes, base64")]
    not_after: Annotated[datetime, Meta(tz=True, description="requests are sealed under this key until then")]
    mac: Annotated[bytes, Meta(description="HMAC-SHA256 over the other fields, under the seal key, base64")] = b""

    def mac_input(self) -> bytes:
        """Return what the proof is made over: each field as text, one a line."""
        keys = (base64.b64encode(self.key_id).decode(), base64.b64encode(self.public_key).decode())
        return "\n".join([self.worker_id, *keys, self.not_after.isoformat()]).encode()


def encode_announcement(announcement: KeyAnnouncement, seal_key: SealKey) -> bytes:
    """Return the announcement as JSON, with its proof."""
    return msgspec.json.encode(msgspec.structs.replace(announcement, mac=seal_key.mac(announcement.mac_input())))


_decoder = msgspec.json.Decoder(KeyAnnouncement)


def decode_announcement(value: bytes, seal_key: SealKey) -> KeyAnnouncement:
    """Read an announcement. Raises InvalidSealError when it is none, or nobody with the seal key made it."""
    try:
        announcement = _decoder.decode(value)
    except JSON_DECODE_ERRORS:
        raise InvalidSealError("the value is no announcement of a key") from None
    if len(announcement.key_id) != KEY_ID_BYTES or len(announcement.public_key) != KEY_BYTES:
        raise InvalidSealError("the announced key has a wrong length")
    if not hmac.compare_digest(seal_key.mac(announcement.mac_input()), announcement.mac):
        raise InvalidSealError("the announcement was not made with this seal key")
    return announcement
