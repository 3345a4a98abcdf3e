"""A link between a client and a server on this machine that a test cuts, holds up and mends."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self

from stack.local.ports import HOST, choose_port

CHUNK = 64 * 1024


class FaultyLink:
    """Listens before a server, on a port that is known before the server's is."""

    def __init__(self) -> None:
        self.port = choose_port()
        self._server_port: int | None = None
        self._open: set[socket.socket] = set()
        self._passes = threading.Event()
        self._passes.set()
        self._refuses = False
        self._closed = False
        self._listener = socket.create_server((HOST, self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def lead_to(self, port: int) -> None:
        """Connect to the server at this port from now on."""
        self._server_port = port

    def cut(self) -> None:
        """End every connection, and end new ones at once."""
        self._refuses = True
        self._close_all()

    def hold(self) -> None:
        """Let nothing through; nobody is told."""
        self._passes.clear()

    def mend(self) -> None:
        """Let everything through, also what was held."""
        self._refuses = False
        self._passes.set()

    def close(self) -> None:
        """End everything."""
        self._closed = True
        self._listener.close()
        self._passes.set()
        self._close_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _close_all(self) -> None:
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._closed:
            with suppress(OSError):
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            if self._refuses or self._server_port is None:
                return
            with socket.create_connection((HOST, self._server_port)) as server, self._registered(client, server):
                back = threading.Thread(target=self._pass_on, args=(server, client), daemon=True)
                back.start()
                self._pass_on(client, server)
                back.join()

    @contextmanager
    def _registered(self, *sockets: socket.socket) -> Iterator[None]:
        self._open.update(sockets)
        yield
        self._open.difference_update(sockets)

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                self._passes.wait()
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)
