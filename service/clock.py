"""The only place that reads the time; everything else gets it as an argument.

Clocks step back, jump ahead, and differ between hosts. So an instant that is stored to say "not
before" or "held until" is looked at by `is_ahead` alone: it has still to come only where it lies no
further ahead than a right clock would have put it. Whatever lies beyond was put there by a clock
that was wrong, and holds nothing up.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, NamedTuple

Clock = Callable[[], int]
"""Gives the present instant in microseconds since 1970-01-01 UTC."""
SKEW_US: Final = 300_000_000
"""How far apart the clocks of clients and hosts may be, unless the installation says otherwise."""
LEASE_US: Final = 900_000_000
"""How long a claimed case is held, unless the installation says otherwise."""


class Reach(NamedTuple):
    """How far ahead of now something may lie that is right; both in microseconds."""

    skew_us: int = SKEW_US
    """What another host may have recorded just now."""
    lease_us: int = LEASE_US
    """How long a case is held."""

    def of(self, term_us: int) -> int:
        """How far ahead of us a term may end that another host let begin just now."""
        return term_us + self.skew_us


def system_clock() -> int:
    """The present instant by the machine's clock, in microseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1_000  # noqa: TID251 - here it is read


def is_ahead(instant: int, now: int, at_most: int) -> bool:
    """Whether a stored instant has still to come, `at_most` microseconds from now.

    One that lies further ahead was stored by a clock that was wrong, and counts as past.
    `service.database.instants.is_ahead` is the same in SQL.
    """
    return now < instant <= now + at_most
