"""An event loop in which a host name that does not resolve delays nobody else."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from typing import Any

Question = tuple[bytes | str | None, bytes | str | int | None, int, int, int, int]


class ResolvingLoop(asyncio.SelectorEventLoop):
    """Resolves each host name in a daemon thread of its own.

    The system's resolver cannot be interrupted. asyncio runs it in a small pool of threads, which
    a few slow names fill, and which the end of the process waits for. A second request
    for a name that is being resolved waits for the same answer: a name never has two threads.
    """

    def __init__(self) -> None:
        super().__init__()
        self._pending: dict[Question, asyncio.Future[list[Any]]] = {}

    async def getaddrinfo(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002 - asyncio's own names
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        """Addresses of a host, as `socket.getaddrinfo` gives them."""
        question = (host, port, family, type, proto, flags)
        answer = self._pending.get(question)
        if answer is None:
            answer = self._pending[question] = self.create_future()
            # A failure that nobody waits for is no error of the loop.
            answer.add_done_callback(lambda done: done.cancelled() or done.exception())
            threading.Thread(
                target=self._resolve, args=(question, answer), name="resolver", daemon=True
            ).start()
        return await asyncio.shield(answer)

    def _resolve(self, question: Question, answer: asyncio.Future[list[Any]]) -> None:
        found: list[Any] | Exception
        try:
            found = socket.getaddrinfo(*question)
        except Exception as error:  # noqa: BLE001 - it is raised where the name was asked for
            found = error
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self.call_soon_threadsafe(self._answer, question, answer, found)

    def _answer(
        self,
        question: Question,
        answer: asyncio.Future[list[Any]],
        found: list[Any] | Exception,
    ) -> None:
        self._pending.pop(question, None)
        if answer.done():
            return
        if isinstance(found, Exception):
            answer.set_exception(found)
        else:
            answer.set_result(found)
