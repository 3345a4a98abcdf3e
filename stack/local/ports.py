"""Ports on 127.0.0.1."""

import socket

HOST = "127.0.0.1"
"""Nothing of the local stack listens on any other address."""


def choose_port(usual: int = 0) -> int:
    """Return the usual port when nothing listens there, else a free one that the system picks."""
    for candidate in (usual, 0):
        with socket.socket() as probe:
            # A port whose last connections are still winding down counts as free, as it does for servers.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


def answers(port: int) -> bool:
    """Return whether something accepts connections on the port."""
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False
