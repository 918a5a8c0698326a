"""What evidence a complaint still needs to be upheld, by the rules that judge it."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from detector.rules import Policies
from service.intake.evidence.rules import wanted_for
from service.portal.report.words import USUAL


class Needs(NamedTuple):
    """What the rules ask for, and what of it is there."""

    ways: list[list[str]]
    """Sets of kinds of which one has to be complete, as the rules have them."""
    kinds_min: int
    """How many different kinds are needed in all."""
    given: list[str]
    """The kinds that are there."""
    missing: list[list[str]]
    """What is missing of each way, the least first; one of these will do."""
    is_enough: bool
    asks: bool
    """Whether the rules ask for anything."""

    @property
    def more(self) -> int:
        """How many more kinds are needed in all."""
        return max(0, self.kinds_min - len(self.given))

    def beside(self, group: list[str]) -> int:
        """How many more kinds are needed in all beside those that a way is missing."""
        return max(0, self.more - len(group))

    @property
    def offered(self) -> list[str]:
        """The kinds that a buyer is asked for, those of the rules first."""
        known = [kind for way in self.ways for kind in way]
        return list(dict.fromkeys([*known, *USUAL, "other", *self.given]))


def needs_of(category: str, kinds: Collection[str], policies: Policies, *, at: int) -> Needs:
    """What a complaint of a category needs that was filed at an instant, beside what it has."""
    given = sorted(set(kinds))
    wanted = wanted_for(category, policies, at=at, kinds=frozenset(given))
    if wanted is None:
        return Needs([], 0, given, [], is_enough=True, asks=False)
    asks = bool(wanted.any_of) or wanted.kinds_min > 0
    is_met = any(set(way) <= set(given) for way in wanted.any_of)
    missing = [] if is_met else wanted.missing
    # What people there must be to decide it is not for the complainant to bring.
    is_enough = not missing and len(given) >= wanted.kinds_min
    return Needs(wanted.any_of, wanted.kinds_min, given, missing, is_enough=is_enough, asks=asks)
