"""Clients over kept connections, several of them at once."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable


class Caller:
    """One persistent connection."""

    def __init__(self, port: int, key: str, *, timeout_s: float = 60) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def __call__(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        self._connection.request(method, path, body, self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()


def at_once(callers: list[Caller], act: Callable[[Caller], None]) -> None:
    threads = [threading.Thread(target=act, args=(caller,)) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
