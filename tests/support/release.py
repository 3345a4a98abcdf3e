"""A release key for tests, and bundles signed by it."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.bundle import Bundle
from contract.release import public_key_text
from stack.models import sign_bundle

RELEASE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

PUBLIC_KEY = public_key_text(RELEASE_KEY)
"""What services trust that are to serve such a bundle: NEOSCORE_RELEASE_KEY."""


def signed(bundle: Bundle) -> Bundle:
    """Sign a bundle where it lies, and return it."""
    return sign_bundle(bundle.path, RELEASE_KEY)
