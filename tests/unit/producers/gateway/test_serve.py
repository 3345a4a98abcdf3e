"""The gateway's door."""

import socket

from producers.gateway.serve import listen


def test_no_piece_of_an_answer_waits_for_the_one_before_to_be_confirmed():
    with listen("127.0.0.1", 0) as door, socket.create_connection(door.getsockname()), door.accept()[0] as accepted:
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
