"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable


def until(is_so: Callable[[], bool], what: str, *, seconds: float = 60) -> None:
    """Wait until it is so; what it means that it never was."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
