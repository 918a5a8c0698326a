"""What changed between two versions of a policy: its parts, as the page of the rules shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from detector.rules.policy.policy import MAIN, Policy, Tier, Violation
from service.console.languages.speaking import gettext, marked
from service.console.pages.words import word

Part = TypeVar("Part")

WHOLE: Final = {
    "unit": marked("What a unit of points is worth"),
    "track": marked("Points"),
    "judged_by": marked("Judged by"),
    "scope": marked("Counted for"),
    "display": marked("Shown to people"),
    "tz": marked("Calendar"),
    "answer": marked("The seller's answer"),
    "appeals": marked("Appeals"),
    "credits": marked("Points earned back"),
    "complainants": marked("Complainants"),
    "reasons": marked("A reason is asked for"),
    "notice": marked("Notice"),
    "title": marked("Title"),
    "sources": marked("Sources"),
    "assumptions": marked("Assumptions"),
}
"""What the rules' page calls the parts of a policy."""
VIOLATION: Final[Mapping[str, tuple[str, Callable[[Violation], Any]]]] = {
    "costs": (marked("Points"), lambda v: v.points),
    "evidence": (marked("Evidence asked"), lambda v: v.evidence),
    "lasting": (marked("How long"), lambda v: (v.clock, v.expires, v.reset, v.blocked_if)),
    "counting": (
        marked("How often"),
        lambda v: (v.once_per, v.count_as, v.merge, v.cap, v.limitation),
    ),
    "found_in": (marked("Categories"), lambda v: v.categories),
    "counted_on": (marked("Points of"), lambda v: v.track),
}
"""What it calls the parts of a violation, and what each is made of."""
TIER: Final[Mapping[str, tuple[str, Callable[[Tier], Any]]]] = {
    "fires": (
        marked("When"),
        lambda t: (t.kind, t.threshold, t.rate, t.lookback, t.ladder_in_order, t.notice_before),
    ),
    "follows": (marked("Then"), lambda t: t.steps),
    "tier_on": (marked("Points of"), lambda t: t.track),
}
"""The same of a tier."""


class Change(NamedTuple):
    """A part that is otherwise in one of two versions; None where a version does not have it."""

    kind: str
    """Which part it is: a name in `WHOLE`, `VIOLATION` or `TIER`, or `violation` or `tier`."""
    name: str
    """Of which violation, tier, track or notice; empty where there is one such part."""
    before: Any
    after: Any

    @property
    def label(self) -> str:
        """What the part is called."""
        named = {**VIOLATION, **TIER}.get(self.kind)
        label = gettext(named[0]) if named else gettext(WHOLE[self.kind]) if self.is_whole else ""
        is_only_one = self.kind == "track" and self.name == MAIN
        return ": ".join(filter(None, ("" if is_only_one else word(self.name), label)))

    @property
    def is_whole(self) -> bool:
        """Whether it is a part of the policy itself."""
        return self.kind in WHOLE


def changes_between(before: Policy, after: Policy) -> list[Change]:
    """All parts that two versions do not have in common, in the order of the page."""
    found = [Change("unit", "", before.unit, after.unit)]
    found += _named("track", before.tracks, after.tracks)
    for kind, read in _SINGLE.items():
        found.append(Change(kind, "", read(before), read(after)))
    tiers = [{tier.id: tier for tier in one.tiers} for one in (before, after)]
    found += _parts("violation", VIOLATION, before.violations, after.violations)
    found += _parts("tier", TIER, *tiers)
    found += _named("notice", before.notices, after.notices)
    return [one for one in found if one.before != one.after]


_SINGLE: Final[Mapping[str, Callable[[Policy], Any]]] = {
    "judged_by": lambda p: p.select_version_by,
    "scope": lambda p: p.scope,
    "display": lambda p: p.display,
    "tz": lambda p: p.tz,
    "answer": lambda p: p.response,
    "appeals": lambda p: p.appeals,
    "credits": lambda p: p.credits,
    "complainants": lambda p: p.complainants,
    "reasons": lambda p: p.reasons_needed,
    "title": lambda p: p.title,
    "sources": lambda p: p.sources,
    "assumptions": lambda p: p.assumptions,
}


def _named(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in {**before, **after}:
        yield Change(kind, name, before.get(name), after.get(name))


def _parts(
    kind: str,
    parts: Mapping[str, tuple[str, Callable[[Part], Any]]],
    before: Mapping[str, Part],
    after: Mapping[str, Part],
) -> Iterator[Change]:
    """The parts of what both have; what one of them has alone, as a whole."""
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            yield Change(kind, name, old, new)
            continue
        for part, (_, read) in parts.items():
            if read(old) != read(new):
                yield Change(part, name, old, new)


def in_one_line(changes: list[Change], most: int = 3) -> str:
    """Which parts differ, in one line."""
    if not changes:
        return gettext("the same rules")
    named = ", ".join(one.label for one in changes[:most])
    more = len(changes) - most
    return gettext("%(parts)s and %(more)s more", parts=named, more=more) if more > 0 else named
