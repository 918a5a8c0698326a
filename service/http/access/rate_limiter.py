"""How many requests a key may make, and how much they may cost: buckets that refill steadily.

A request costs one. One that makes the service fold a long log costs its events besides, from a
bucket of their own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from service.refusals import TooManyRequests

BURST_S: Final = 4.0
"""The same where nothing else is said."""
KEYS_MAX: Final = 10_000
"""Buckets kept; when there are more, all start full again."""


@dataclass
class RateLimiter:
    """Buckets of one process; several processes allow a key several times as much."""

    per_second: float
    noun: str = "requests"
    verb: str = "make"
    who: str = "this key"
    burst_s: float = BURST_S
    """Seconds' worth of requests that may come at once after a quiet while."""
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def check(self, key_id: str, cost: float = 1.0) -> None:
        """Take what a request costs; TooManyRequests when the key's bucket is empty.

        What costs more than is left is done on credit: the next waits until that is paid back.
        """
        now, most = time.monotonic(), self.per_second * self.burst_s
        left, since = self._left.get(key_id, (most, now))
        left = min(most, left + (now - since) * self.per_second)
        if left < 1.0:
            self._left[key_id] = (left, now)
            raise TooManyRequests(
                f"{self.who} may {self.verb} {self.per_second:g} {self.noun} a second",
                retry_after_s=(1.0 - left) / self.per_second,
            )
        if len(self._left) > KEYS_MAX:
            self._left.clear()
        self._left[key_id] = (left - cost, now)


_SPEND: Final[ContextVar[Callable[[int], None] | None]] = ContextVar("spend_events", default=None)


@contextmanager
def spending(limiter: RateLimiter, key_id: str) -> Iterator[None]:
    """Let a key pay for the events that are read meanwhile, in this task or its threads."""
    token = _SPEND.set(lambda count: limiter.check(key_id, count))
    try:
        yield
    finally:
        _SPEND.reset(token)


def spend_events(count: int) -> None:
    """Take the events of a long log that are folded now from the caller's bucket.

    Nobody pays where no request is under way, as in a worker. Raises TooManyRequests.
    """
    spend = _SPEND.get()
    if spend is not None:
        spend(count)
