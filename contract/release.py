"""Signatures of model bundles: Ed25519 (RFC 8032) by a release key, over the manifest, which holds all digests.

`SIGNATURE.json` lies beside the manifest. It verifies wherever the files of a bundle come from.
"""

import base64
import binascii
import os
from collections.abc import Collection
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from msgspec import Struct

from contract.errors import JSON_DECODE_ERRORS, ReleaseKeyError, SignatureError
from contract.regular_files import IrregularFileError, read_regular_file

SIGNATURE = "SIGNATURE.json"

CONTEXT = b"neoscore model bundle, manifest:\n"
"""Precedes what is signed: a signature made for something else with the same key is none of a bundle."""

MAX_KEY_BYTES = 64 * 1024
"""A PEM file of one key has 120."""

PUBLIC_KEY_BYTES = 32


class _Signature(Struct, frozen=True, forbid_unknown_fields=True):
    """`SIGNATURE.json`."""

    algorithm: Literal["Ed25519"]
    public_key: str
    signature: str


def sign_manifest(manifest: bytes, key: Ed25519PrivateKey) -> bytes:
    """Return the content of `SIGNATURE.json` for a manifest; the same each time."""
    signature = base64.b64encode(key.sign(CONTEXT + manifest)).decode()
    written = _Signature("Ed25519", public_key_text(key), signature)
    return msgspec.json.format(msgspec.json.encode(written), indent=2) + b"\n"


def verify_manifest(manifest: bytes, signature: bytes | None, trusted: Collection[str]) -> None:
    """Check that one of the trusted public keys signed a manifest; without any, nothing has to be signed.

    Raises SignatureError.
    """
    if not trusted:
        return
    if signature is None:
        raise SignatureError("is not signed, and NEOSCORE_RELEASE_KEY is set: sign it with `neoscore model sign`")
    try:
        found = msgspec.json.decode(signature, type=_Signature)
        if found.public_key not in trusted:
            raise SignatureError("is signed by a key that is not one of NEOSCORE_RELEASE_KEY")
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(found.public_key, validate=True))
        key.verify(base64.b64decode(found.signature, validate=True), CONTEXT + manifest)
    except InvalidSignature:
        raise SignatureError("was altered after it was signed") from None
    except (ValueError, *JSON_DECODE_ERRORS):
        raise SignatureError(f"has a {SIGNATURE} that cannot be read") from None


def parse_public_keys(text: str) -> tuple[str, ...]:
    """Return the public keys of a comma-separated list, in their one spelling. Raises ValueError."""
    keys = []
    for part in text.split(","):
        try:
            key = base64.b64decode(part.strip(), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != PUBLIC_KEY_BYTES:
            raise ValueError(
                "expected public keys of Ed25519 in Base64, 44 characters each, separated by commas, as "
                "`neoscore model sign` prints them"
            )
        keys.append(base64.b64encode(key).decode())
    return tuple(dict.fromkeys(keys))


def public_key_text(key: Ed25519PrivateKey) -> str:
    """Return the public key of a private one as `NEOSCORE_RELEASE_KEY` has it."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """Read a PEM file (PKCS #8, without a passphrase). Raises ReleaseKeyError."""
    try:
        key = load_pem_private_key(read_regular_file(path, MAX_KEY_BYTES), password=None)
    except OSError as error:
        raise ReleaseKeyError(f"{path}: {error.strerror}") from None
    except IrregularFileError as problem:
        raise ReleaseKeyError(f"{path} {problem}") from None
    except TypeError:
        raise ReleaseKeyError(f"{path}: the key has a passphrase; decrypt it for the time of signing") from None
    except Exception:  # what cryptography raises differs with what it finds
        raise ReleaseKeyError(f"{path}: no private key in PEM; {MAKE_KEY}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ReleaseKeyError(f"{path}: a private key, but not of Ed25519; {MAKE_KEY}")
    return key


MAKE_KEY = "make one with `openssl genpkey -algorithm ed25519 -out FILE`"


def write_private_key(path: Path) -> Ed25519PrivateKey:
    """Make a private key in a new file that only its owner can read, and return it. Raises ReleaseKeyError."""
    key = Ed25519PrivateKey.generate()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(file, "wb") as opened:
            opened.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    except OSError as error:
        raise ReleaseKeyError(f"{path}: {error.strerror}") from None
    return key
