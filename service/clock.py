"""The only place that reads the time; everything else gets it as an argument."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Gives the present instant in microseconds since 1970-01-01 UTC."""


def system_clock() -> int:
    """The present instant by the machine's clock, in microseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1_000  # noqa: TID251 - here it is read
