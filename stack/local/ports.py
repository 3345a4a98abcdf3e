"""Ports on 127.0.0.1."""

import socket
from random import SystemRandom

HOST = "127.0.0.1"
"""Nothing of the local stack listens on any other address."""


PORT_RANGE = range(20_000, 32_000)
"""Where a port is picked when the usual one is taken. Systems give others to outgoing connections, Linux those from
32768: one of them could take a port in the seconds until its server listens."""

MAX_ATTEMPTS = 100
"""More than enough where hardly any of them is taken."""


def choose_port(preferred: int = 0) -> int:
    """Return the usual port when nothing listens there, else any that is free. Raises OSError when none was found."""
    for candidate in [*([preferred] if preferred else []), *SystemRandom().sample(PORT_RANGE, MAX_ATTEMPTS)]:
        with socket.socket() as probe:
            # A port whose last connections are still winding down counts as free, as it does for servers.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, candidate))
            except OSError:
                continue
            return candidate
    raise OSError("no free port on 127.0.0.1")


def is_listening(port: int) -> bool:
    """Return whether something accepts connections on the port."""
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False
