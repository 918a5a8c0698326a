"""Ways into the queue: *certainty* is a flag, *capacity* is time that moderators have left.

A flag bounds the share of false alarms, and is always looked at. Whatever time is left goes to the
sellers that come next. Each says how likely it is to be a false alarm. While a challenger is on
trial, *exploration* takes a bounded share of that time: a lot among sellers whom it alone names.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol

CERTAINTY: Final = "certainty"
CAPACITY: Final = "capacity"
EXPLORATION: Final = "exploration"
LEVEL: Final = "level"
"""A seller bad by level, see `detector.levels`: one case until its level tells more."""

QUIET_DAYS: Final = 28
"""As many days as the longest window has: for so long after a case was closed, complaints that it
was about are still counted. Only a flag with news of its own opens another."""


class Ranked(Protocol):
    """What is known of a seller when it is decided whether it comes into the queue."""

    @property
    def p_value(self) -> float: ...  # noqa: D102
    @property
    def flagged(self) -> bool: ...  # noqa: D102
    @property
    def reasons(self) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many cases moderators can look at, and the least evidence that is worth a look."""

    cases_a_day: float = 5.0
    """Below 1, a case every so many days; 0 leaves certainty alone."""
    p_max: float = 0.01
    """Floor of evidence: chance brings as much to one seller of a hundred on any day."""

    @property
    def days(self) -> float:
        """Over how many days cases are counted: until there is room for one; 1 to 365."""
        return min(max(1.0, 1.0 / self.cases_a_day), 365.0) if self.cases_a_day else 1.0

    def room(self, opened: int) -> int:
        """How many more cases may be opened, after so many in the last `days`."""
        return max(int(self.cases_a_day * self.days + 1e-9) - opened, 0)

    def is_enough(self, seller: Ranked) -> bool:
        """Whether there is evidence worth a look: above the floor, with a reason to show."""
        return seller.p_value <= self.p_max and bool(seller.reasons)

    def ways_in(self, sellers: Sequence[Ranked]) -> list[str]:
        """For each of a day's sellers, best first, which way it comes into the queue; "" if none.

        Flagged sellers take of the room first.
        """
        room = self.room(sum(seller.flagged for seller in sellers))
        ways = []
        for seller in sellers:
            way = CERTAINTY if seller.flagged else ""
            if not way and room and self.is_enough(seller):
                way, room = CAPACITY, room - 1
            ways.append(way)
        return ways


def by_lot(sellers: Collection[str], room: int, *, seed: int) -> tuple[list[str], float]:
    """At most `room` of the sellers, each as likely as any other, and how likely each was: above 0.

    Nobody is drawn from none, or into no room. The same seed draws the same, whatever the order.
    """
    if room < 1 or not sellers:
        return [], 1.0
    lots = sorted(set(sellers), key=lambda id_: sha256(f"{seed} {id_}".encode()).digest())
    return lots[:room], min(room / len(lots), 1.0)
