"""The gateway's listener."""

import socket

from producers.gateway.listener import bind


def test_no_piece_of_an_answer_waits_for_the_one_before_to_be_confirmed():
    with (
        bind("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
