"""Announcements on `score.sealing-keys`: a worker's public key, to seal requests for it, and until when it is valid."""

import base64
import hmac
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from contract.codes import Kem
from contract.errors import JSON_DECODE_ERRORS
from contract.seal.errors import InvalidSealError
from contract.seal.kem import PUBLIC_KEY_BYTES
from contract.seal.keys import SealKey

ANNOUNCEMENT_TYPE = "neoscore.seal.key.v1"

KEY_ID_BYTES = 8
"""64 random bits tell the few keys of two minutes apart."""


class KeyAnnouncement(Struct, frozen=True):
    """One public key of one worker. Nothing in it is secret."""

    worker_id: Annotated[str, Meta(description="random name of the worker process; only its newest key counts")]
    key_id: Annotated[bytes, Meta(description=f"{KEY_ID_BYTES} random bytes, base64")]
    kem: Annotated[Kem, Meta(description="how session keys are encrypted for this key, by HPKE (RFC 9180)")]
    public_key: Annotated[
        bytes,
        Meta(
            description="base64; `x25519`: 32 bytes (RFC 7748); `x25519-mlkem768`: the ML-KEM-768 key (FIPS 203), "
            "1,184 bytes, then the X25519 key"
        ),
    ]
    not_after: Annotated[datetime, Meta(tz=True, description="requests are sealed under this key until then")]
    mac: Annotated[
        bytes, Meta(description="HMAC-SHA256 over the other fields, under a key derived from the seal key, base64")
    ] = b""

    def mac_input(self) -> bytes:
        """Return what the proof is made over: each field as text, one a line."""
        keys = (base64.b64encode(self.key_id).decode(), self.kem, base64.b64encode(self.public_key).decode())
        return "\n".join([self.worker_id, *keys, self.not_after.isoformat()]).encode()


def encode_announcement(announcement: KeyAnnouncement, seal_key: SealKey) -> bytes:
    """Return the announcement as JSON, with its proof."""
    mac = seal_key.announcement_mac(announcement.mac_input())
    return msgspec.json.encode(msgspec.structs.replace(announcement, mac=mac))


_decoder = msgspec.json.Decoder(KeyAnnouncement)


def decode_announcement(value: bytes, seal_key: SealKey) -> KeyAnnouncement:
    """Read an announcement. Raises InvalidSealError when it is none, or nobody with the seal key made it."""
    try:
        announcement = _decoder.decode(value)
    except JSON_DECODE_ERRORS:
        raise InvalidSealError("the value is no announcement of a key") from None
    lengths = (len(announcement.key_id), len(announcement.public_key))
    if lengths != (KEY_ID_BYTES, PUBLIC_KEY_BYTES[announcement.kem]):
        raise InvalidSealError("the announced key has a wrong length")
    if not hmac.compare_digest(seal_key.announcement_mac(announcement.mac_input()), announcement.mac):
        raise InvalidSealError("the announcement was not made with this seal key")
    return announcement
