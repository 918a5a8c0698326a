"""Durations in microseconds, the unit of every instant and duration in this project."""

from __future__ import annotations

from typing import Final

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US
DAY_US: Final = 24 * HOUR_US
FIRST_MONDAY: Final = 4
"""Days from 1970-01-01, which was a Thursday, to the Monday after it."""
