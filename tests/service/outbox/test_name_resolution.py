"""Names are resolved beside each other, each once, and nobody waits for them at the end."""

import asyncio
import socket
import threading
import time

import pytest

from service.outbox.name_resolution import ResolvingLoop


def run(coroutine):
    with asyncio.Runner(loop_factory=ResolvingLoop) as runner:
        return runner.run(coroutine)


def test_it_says_what_the_system_says():
    async def asked():
        return await asyncio.get_running_loop().getaddrinfo(
            "127.0.0.1", 80, type=socket.SOCK_STREAM
        )

    assert run(asked()) == socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)


def test_names_that_hang_delay_no_other_and_not_the_end(monkeypatch):
    real, asked, threads = socket.getaddrinfo, [], []

    def resolve(host, *rest):
        asked.append(host)
        threads.append(threading.current_thread())
        if host.startswith("slow"):
            time.sleep(60)
        return real("127.0.0.1", *rest[0:1])

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    async def many():
        loop = asyncio.get_running_loop()
        names = [f"slow{n}.example" for n in range(50)]
        slow = [asyncio.ensure_future(loop.getaddrinfo(name, 80)) for name in names * 2]
        await asyncio.sleep(0)
        return await asyncio.wait_for(loop.getaddrinfo("quick.example", 80), 30), slow

    begun = time.monotonic()
    found, slow = run(many())
    assert found
    assert time.monotonic() - begun < 50
    assert all(one.cancelled() for one in slow)
    assert len(asked) == len(set(asked)) == 51
    assert all(thread.daemon for thread in threads)


def test_a_failure_is_raised_where_the_name_was_asked_for(monkeypatch):
    def unknown(*_):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    async def asked():
        await asyncio.get_running_loop().getaddrinfo("no.example", 80)

    with pytest.raises(socket.gaierror, match="not known"):
        run(asked())
