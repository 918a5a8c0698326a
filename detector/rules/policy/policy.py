"""A deduction policy as frozen values: what is charged, for how long, and what follows.

Points are whole numbers in the policy's `unit`; times and durations are microseconds.
`docs/reference/policy.md` says for every field what it is for, why its default is what it is, and
what moves with it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

MAIN: Final = "main"
ACTIONS: Final = ("warn", "restrict", "suspend", "remove")
"""What the service, its events and its statements have words for."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The gate before a verdict "upheld" is accepted: kinds of evidence, and only by a person."""

    min_items: int = 0
    any_of: tuple[frozenset[str], ...] = ()
    quorum: int = 1

    def missing(self, kinds: tuple[str, ...], people: int = 1) -> str | None:
        """Say what evidence decided on by so many people lacks, or None when the gate is met."""
        given = frozenset(kinds)
        if people < self.quorum:
            return f"{self.quorum} people must decide it together and {people} did"
        if len(given) < self.min_items:
            return f"{self.min_items} kinds of evidence are needed and {len(given)} are given"
        if self.any_of and not any(group <= given for group in self.any_of):
            wanted = " or ".join(" with ".join(sorted(group)) for group in self.any_of)
            return f"the evidence must hold {wanted}"
        return None


@dataclass(frozen=True, slots=True)
class Points:
    """What one upheld verdict costs, in units."""

    default: int = 0
    first: int | None = None
    severities: Mapping[str, int] = field(default_factory=dict)
    multipliers: Mapping[str, int] = field(default_factory=dict)
    resolutions: Mapping[str, int] = field(default_factory=dict)
    bands: tuple[tuple[int | None, int], ...] = ()
    low: int | None = None
    high: int | None = None
    is_flat: bool = field(init=False)

    def __post_init__(self) -> None:
        varied = self.severities or self.multipliers or self.resolutions or self.bands
        is_flat = not varied and self.first is None and self.low is None
        object.__setattr__(self, "is_flat", is_flat)

    def of(self, severity: str | None, resolution: str | None, chosen: int | None, nth: int) -> int:
        """Return the units for the `nth` offence (1 is the first), not counting `first`."""
        if self.low is not None and self.high is not None:
            return min(max(self.low if chosen is None else chosen, self.low), self.high)
        if resolution is not None and resolution in self.resolutions:
            return self.resolutions[resolution]
        if severity is not None and severity in self.severities:
            return self.severities[severity]
        return self._of_band(nth) * self.multipliers.get(severity or "", 1)

    def _of_band(self, nth: int) -> int:
        for up_to, points in self.bands:
            if up_to is None or nth <= up_to:
                return points
        return self.default


@dataclass(frozen=True, slots=True)
class Merge:
    """Upheld verdicts of one key inside a window, which an anchor starts, join one entry."""

    key: tuple[str, ...]
    window: int


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `points` units count for one bucket: a calendar period in the policy's time zone."""

    points: int
    per: str


@dataclass(frozen=True, slots=True)
class Violation:
    """How one kind of violation is charged.

    `is_plain`: a flat charge from the decision, once per order, for a fixed time: the usual case.
    """

    name: str
    track: str
    points: Points
    clock: str
    expires: int | None
    reset: str | None
    once_per: tuple[str, ...]
    count_as: str
    merge: Merge | None
    cap: Cap | None
    limitation: int | None
    blocked_if: str | None
    evidence: Evidence
    categories: tuple[str, ...] = ()
    """Categories of complaints in which it may be found, besides the one of its own name."""
    legal_ground: str | None = None
    """The law that it breaks, where it breaks more than the marketplace's terms."""
    is_plain: bool = field(init=False)

    def __post_init__(self) -> None:
        is_flat = self.points.is_flat and self.clock == "decided" and self.expires is not None
        is_plain = is_flat and self.once_per == ("order",) and not (self.merge or self.cap)
        object.__setattr__(self, "is_plain", is_plain)


TWO_PERSON: Final = frozenset({"suspend", "remove"})
"""Steps that a second person approves unless the policy says otherwise: they stop trade."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one firing of a tier does."""

    action: str
    effects: tuple[str, ...]
    duration: int | None
    on_served: str
    set_to: int
    irreversible: bool
    stay_on_appeal: bool
    stay_to: str | None
    two_person: bool
    needs_incident_after_previous: bool


@dataclass(frozen=True, slots=True)
class Rate:
    """Defects by different buyers as a share of transactions, in a window chosen by volume."""

    id: str
    share: float
    count_min: int
    buyers_min: int
    windows: tuple[tuple[str, int, int], ...]
    evaluation_day: int | None


@dataclass(frozen=True, slots=True)
class Tier:
    """A threshold of a track and the ladder of steps that its firings climb."""

    id: str
    track: str
    kind: str
    threshold: int
    rate: Rate | None
    lookback: int | None
    steps: tuple[Step, ...]
    ladder_in_order: bool
    notice_before: int | None


@dataclass(frozen=True, slots=True)
class Appeals:
    """Who may appeal until when, and what winning gives back."""

    window: int | None
    max_per_decision: int | None
    restores_points: bool
    no_worse_off: bool
    external: str | None


@dataclass(frozen=True, slots=True)
class Credits:
    """How points are earned back."""

    kinds: tuple[str, ...]
    points_max: int | None
    cooldown: int | None
    ceiling: int | None
    precondition: str | None
    bank: bool


@dataclass(frozen=True, slots=True)
class Response:
    """The seller's time to answer before a verdict, what silence means, what holds until then."""

    window: int | None
    silence: str
    interim: str | None


@dataclass(frozen=True, slots=True)
class Complainants:
    """How a complainant's record weighs in priority, never in points."""

    window: int
    unfounded_share: float
    warn_after: int
    mute_after: int
    mute_for: int
    prior_upheld: float
    prior_unfounded: float


REASONS: Final = ("verdict", "rejection", "approval", "appeal")
"""Decisions that a policy may ask a reason for: any verdict, one that does not uphold the
complaint, approving a sanction, deciding an appeal."""


@dataclass(frozen=True, slots=True)
class Track:
    """One independent ledger: balance = start - level, between floor and ceiling."""

    name: str
    ceiling: int
    floor: int
    start: int


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a policy."""

    id: str
    version: int
    effective_from: int
    tz: str
    unit: float
    select_version_by: str
    scope: str
    display: str
    title: str
    sources: tuple[str, ...]
    assumptions: tuple[str, ...]
    tracks: Mapping[str, Track]
    violations: Mapping[str, Violation]
    tiers: tuple[Tier, ...]
    appeals: Appeals
    credits: Credits
    response: Response
    complainants: Complainants
    notices: Mapping[str, str]
    reasons_needed: frozenset[str] = frozenset(REASONS)
    """Decisions that are refused without a reason, of `REASONS`."""
    label: str = field(init=False)
    _violations_in: Mapping[str, tuple[str, ...]] = field(init=False, repr=False)
    _tiers_by_track: Mapping[str, tuple[Tier, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", f"{self.id} v{self.version}")
        by_track = {
            track: tuple(tier for tier in self.tiers if tier.track == track)
            for track in self.tracks
        }
        object.__setattr__(self, "_tiers_by_track", by_track)
        found = {name: (name,) for name in self.violations}
        for name, one in self.violations.items():
            for category in one.categories:
                found[category] = (*found.get(category, ()), name)
        object.__setattr__(self, "_violations_in", found)

    def tiers_of(self, track: str) -> tuple[Tier, ...]:
        """Return the tiers of a track in the order written."""
        return self._tiers_by_track.get(track, ())

    @property
    def categories(self) -> tuple[str, ...]:
        """Return the categories of complaints that the policy charges for, in order."""
        return tuple(sorted(self._violations_in))

    def violations_in(self, category: str) -> tuple[str, ...]:
        """Return the violations that may be found in a category, the one of its name first."""
        return self._violations_in.get(category, ())

    def violation_in(self, category: str) -> Violation | None:
        """Return what an upheld complaint of a category is, where its verdict names nothing.

        None where the policy charges nothing for the category, or where several may be meant.
        """
        names = self.violations_in(category)
        if category not in self.violations and len(names) != 1:
            return None
        return self.violations[names[0]]


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the question after the known name that an unknown one is closest to, if any is."""
    folded = {one.casefold(): one for one in sorted(known)}
    close = difflib.get_close_matches(name.casefold(), folded, 1)
    return f" (did you mean {folded[close[0]]!r}?)" if close else ""


@dataclass(frozen=True, slots=True)
class Policies:
    """All versions of one policy, oldest first."""

    versions: tuple[Policy, ...]

    @property
    def id(self) -> str:
        """Return the policy's name."""
        return self.versions[-1].id

    @property
    def joins_sellers(self) -> bool:
        """Tell whether sellers of one entity share a ledger; all versions say the same."""
        return self.versions[0].scope != "seller"

    def unknown(self, violations: Iterable[str]) -> list[str]:
        """Return the violations that no version charges, each with a hint at what may be meant.

        One that is a category of complaints is charged under the names of its violations.
        """
        known = {name for version in self.versions for name in version.violations}
        hints = []
        for name in sorted(set(violations) - known):
            found = [one.violations_in(name) for one in self.versions if one.violations_in(name)]
            meant = " or ".join(map(repr, found[-1])) if found else ""
            hint = (
                f" (a category: a verdict finds {meant} in it)" if meant else nearest(name, known)
            )
            hints.append(f"{name!r}{hint}")
        return hints

    def unknown_actions(self) -> list[str]:
        """Return the actions of all steps that have no effect, each with the nearest that has."""
        steps = (step for one in self.versions for tier in one.tiers for step in tier.steps)
        strange = sorted({step.action for step in steps} - {*ACTIONS})
        return [f"{name!r}{nearest(name, ACTIONS)}" for name in strange]

    def at(self, instant: int) -> Policy:
        """Return the version in force at an instant.

        The first version also covers what came before it: history can be replayed under a policy
        that did not exist yet.
        """
        chosen = self.versions[0]
        for version in self.versions[1:]:
            if version.effective_from <= instant:
                chosen = version
        return chosen
