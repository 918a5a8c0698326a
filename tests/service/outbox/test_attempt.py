"""One attempt at a receiver that means ill, or is none: it ends in time, and in a sentence."""

import asyncio
import gzip
import socket
import time
import tracemalloc

import httpx
import pytest

from service.outbox.actions import Due
from service.outbox.attempt import attempt
from service.outbox.name_resolution import ResolvingLoop
from tests.service.local_server import RawServer, drip, hang

DEADLINE_S = 0.5


def attempted(url, *, body="{}", secret="whsec", deadline_s=DEADLINE_S):
    due = Due(1, "ev_1", 7, "points.deducted", body, url, secret, 1)
    tls = httpx.create_ssl_context()
    with asyncio.Runner(loop_factory=ResolvingLoop) as runner:
        return runner.run(attempt(due, at_seconds=0, tls=tls, deadline_s=deadline_s))


def answering(*parts):
    def answer(connection):
        connection.recv(65_536)
        for part in parts:
            connection.sendall(part)
        hang(connection)

    return answer


@pytest.fixture
def served():
    servers = []

    def serve(answer):
        servers.append(RawServer(answer))
        return servers[-1].url

    yield serve
    for server in servers:
        server.close()


@pytest.mark.parametrize("behave", [hang, drip], ids=["hangs", "drips"])
def test_the_deadline_is_that_of_the_whole_attempt(served, behave):
    url, begun = served(behave), time.monotonic()
    assert attempted(url) == "no answer within 0.5 seconds"
    assert time.monotonic() - begun < 60


def test_a_name_that_never_resolves_ends_at_the_deadline(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: time.sleep(60))
    begun = time.monotonic()
    assert attempted("http://slow.example/hook") == "no answer within 0.5 seconds"
    assert time.monotonic() - begun < 30


def test_a_name_that_does_not_exist_is_a_sentence(monkeypatch):
    def unknown(*_):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert "Name or service not known" in attempted("http://no.such.example/hook")


@pytest.mark.parametrize("status", [b"200 OK", b"204 No Content", b"202 Accepted"])
def test_an_answer_that_never_ends_counts_by_its_status(served, status):
    head = b"HTTP/1.1 %b\r\nContent-Length: 1000000\r\n\r\nthe rest never comes"
    assert attempted(served(answering(head % status)), deadline_s=30) is None


def test_an_answer_is_never_unpacked(served):
    bomb = gzip.compress(bytes(50_000_000))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    url = served(answering(head + bomb))
    tracemalloc.start()
    try:
        assert attempted(url, deadline_s=30) is None
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n", "answered 302"),
        (b"HTTP/1.1 500 No\r\n\r\n", "answered 500"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 No\r\n\r\n", "answered 404"),
        (b"\x00\xff no HTTP at all\r\n\r\n", "RemoteProtocolError"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000, "RemoteProtocolError"),
    ],
)
def test_any_other_answer_is_a_sentence_that_every_store_can_hold(served, answer, expected):
    reason = attempted(served(answering(answer)), deadline_s=30)
    assert expected in reason
    assert reason.isprintable()
    assert len(reason) <= 500


@pytest.mark.parametrize(
    "url", ["http://a..b/", "http://[::zz]/", "http://" + "x" * 70 + ".example/", "nonsense", ""]
)
def test_an_address_that_is_none_is_a_sentence(url):
    assert attempted(url, deadline_s=30)


def test_an_event_that_cannot_even_be_encoded_is_a_sentence():
    assert "UnicodeEncodeError" in attempted("http://127.0.0.1:9/", body="\ud800")
