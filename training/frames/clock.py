"""When something was trained from Python: beside `service.clock`, the one place that reads it."""

from __future__ import annotations

import time


def now() -> int:
    """The present instant by the machine's clock, in microseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1_000  # noqa: TID251 - here it is read
