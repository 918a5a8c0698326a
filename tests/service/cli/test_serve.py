"""How the service listens."""

import socket

from service.cli.serve import listen


def test_answers_do_not_wait_for_an_acknowledgement_as_asyncio_sees_that_it_is_tcp():
    listening = listen("127.0.0.1", 0)
    try:
        assert listening.proto == socket.IPPROTO_TCP
    finally:
        listening.close()
