"""How many requests a key may make: a bucket that refills steadily, for each key."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final

from service.refusals import TooManyRequests

BURST_S: Final = 4.0
"""Seconds' worth of requests that may come at once after a quiet while."""
KEYS_MAX: Final = 10_000
"""Buckets kept; when there are more, all start full again."""


@dataclass
class RateLimiter:
    """Buckets of one process; several processes allow a key several times as much."""

    per_second: float
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def check(self, key_id: str) -> None:
        """Count one request; TooManyRequests when the key's bucket is empty."""
        now, most = time.monotonic(), self.per_second * BURST_S
        left, since = self._left.get(key_id, (most, now))
        left = min(most, left + (now - since) * self.per_second)
        if left < 1.0:
            self._left[key_id] = (left, now)
            raise TooManyRequests(f"this key may make {self.per_second:g} requests a second")
        if len(self._left) > KEYS_MAX:
            self._left.clear()
        self._left[key_id] = (left - 1.0, now)
