"""TLS of the listeners that people and programs come to."""

import ssl

from contract.settings import Settings


def server_context(config: Settings) -> ssl.SSLContext | None:
    """Return how a listener speaks TLS, 1.2 or newer; None for plain HTTP. Raises OSError, also for a bad file."""
    if config.tls_cert is None or config.tls_key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")  # forward secrecy and authenticated encryption only (RFC 9325)
    context.load_cert_chain(config.tls_cert, config.tls_key)
    return context
