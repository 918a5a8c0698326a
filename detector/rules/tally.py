"""The level of one track of one account: a running sum for now, and the same sum for any instant.

`level` is kept up to date event by event; `units_at` recomputes from the entries and is what the
review of sanctions, the ledger and the tests use. Both must agree: that is a test.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date
from heapq import heappop, heappush

from msgspec import Struct

from detector.rules.entry import NONE, Entry

Group = tuple[str, date] | int


class Allowance(Struct, eq=False):
    """Points given back: at most `points` off the groups that counted when it was granted.

    With `leave`, everything above `leave` is taken off instead (a served step that sets the level).
    `pinned` None is a banked credit: it counts against everything, also later charges.
    """

    granted_at: int
    points: int
    pinned: frozenset[Group] | None
    why: str
    leave: int | None = None


def group_of(entry: Entry) -> Group:
    """Return what a credit is pinned to: the bucket of a capped entry, else the entry itself."""
    return entry.bucket or id(entry)


class Tally(Struct, eq=False):
    """Entries, credits and the running level of one track.

    `live` holds the entries with points that count at the instant it was advanced to, `raw` is what
    they sum up to after caps, `buckets` what they do before caps.
    """

    entries: list[Entry] = []
    allowances: list[Allowance] = []
    live: dict[int, Entry] = {}
    raw: int = 0
    timers: list[tuple[int, int, Entry]] = []
    buckets: dict[tuple[str, date], int] = {}

    def add(self, entry: Entry, now: int) -> None:
        """Add a new entry; it counts at once unless its time is already over."""
        self.entries.append(entry)
        if now < entry.ends_at:
            self.recount(entry, now)
            self.watch(entry)

    def watch(self, entry: Entry) -> None:
        """Remember when an entry ends; ends that moved since are skipped when they come up."""
        heappush(self.timers, (entry.ends_at, id(entry), entry))

    def advance(self, now: int) -> None:
        """Let everything end that ends at or before now."""
        timers = self.timers
        while timers and timers[0][0] <= now:
            self.recount(heappop(timers)[2], now)

    def recount(self, entry: Entry, now: int) -> None:
        """Bring the running level up to date after an entry changed."""
        points = entry.points if entry.opened_at <= now < entry.ends_at else 0
        delta = points - entry.counted
        if not delta:
            return
        entry.counted = points
        if points:
            self.live[id(entry)] = entry
        else:
            del self.live[id(entry)]
        bucket, cap = entry.bucket, entry.violation.cap
        if bucket is None or cap is None:
            self.raw += delta
            return
        before = self.buckets.get(bucket, 0)
        self.buckets[bucket] = before + delta
        self.raw += min(cap.points, before + delta) - min(cap.points, before)

    @property
    def has_caps(self) -> bool:
        """Tell whether an entry was ever under a cap."""
        return bool(self.buckets)

    def level(self, now: int) -> int:
        """Return the level at the instant that the tally was advanced to."""
        return self.level_at(now) if self.allowances else self.raw

    def level_at(self, instant: int, without: AbstractSet[str] = NONE) -> int:
        """Return the level at any instant, as known now; never below 0."""
        return self._level(instant, without, instant)

    def peak_at(self, instant: int, without: AbstractSet[str] = NONE) -> int:
        """Return the level at an instant before any credit of that very instant."""
        return self._level(instant, without, instant - 1)

    def _level(self, instant: int, without: AbstractSet[str], granted_by: int) -> int:
        if without or self.buckets or self.allowances:
            owed = sum(units for _, units in self.units_at(instant, without, granted_by))
            return max(0, owed - self.banked_at(granted_by))
        return self.owed_at(instant)

    def owed_at(self, instant: int) -> int:
        """Return the level without its bound at 0: negative where more was banked than charged."""
        if self.buckets or self.allowances:
            return sum(units for _, units in self.units_at(instant)) - self.banked_at(instant)
        entries = self.entries
        return sum([one.points for one in entries if one.opened_at <= instant < one.ends_at])

    def count_at(
        self, instant: int, without: AbstractSet[str] = NONE, since: int | None = None
    ) -> int:
        """Return how many entries with points count at an instant (opened after `since`)."""
        return sum(
            since is None or entry.opened_at > since for entry in self.active_at(instant, without)
        )

    def active_at(self, instant: int, without: AbstractSet[str] = NONE) -> list[Entry]:
        """Return the entries with points that count at an instant."""
        active = [
            one for one in self.entries if one.points and one.opened_at <= instant < one.ends_at
        ]
        return [one for one in active if one.points_without(without)] if without else active

    def banked_at(self, instant: int) -> int:
        """Return the banked credits at an instant."""
        return sum(
            one.points
            for one in self.allowances
            if one.pinned is None and one.granted_at <= instant
        )

    def units_at(
        self, instant: int, without: AbstractSet[str] = NONE, granted_by: int | None = None
    ) -> list[tuple[Entry, int]]:
        """Return what counts at an instant, each entry with its units after caps and credits.

        `granted_by` leaves out the credits after it; by default those after the instant.
        """
        pairs = self.capped_at(instant, without)
        if not self.allowances:
            return pairs
        latest = instant if granted_by is None else granted_by
        active = [entry for entry, _ in pairs]
        units = [points for _, points in pairs]
        for one in self.allowances:
            if one.granted_at <= latest:
                _deduct(one, active, units)
        return list(zip(active, units, strict=True))

    def deducted_at(self, instant: int) -> list[tuple[Allowance, int]]:
        """Return the credits granted by an instant, each with what it deducts from the level."""
        pairs = self.capped_at(instant)
        active = [entry for entry, _ in pairs]
        units = [points for _, points in pairs]
        granted = [one for one in self.allowances if one.granted_at <= instant]
        return [(one, _deduct(one, active, units)) for one in granted]

    def capped_at(self, instant: int, without: AbstractSet[str] = NONE) -> list[tuple[Entry, int]]:
        """Return the entries that count at an instant, each with its units after caps only."""
        active = self.active_at(instant, without)
        room: dict[tuple[str, date], int] = {}
        pairs = []
        for entry in active:
            points = entry.points_without(without) if without else entry.points
            cap = entry.violation.cap
            if cap is not None and entry.bucket is not None:
                left = room.setdefault(entry.bucket, cap.points)
                points = min(points, left)
                room[entry.bucket] = left - points
            pairs.append((entry, points))
        return pairs


def _deduct(allowance: Allowance, active: list[Entry], units: list[int]) -> int:
    """Deduct a pinned allowance, oldest entry first; return how much that was."""
    pinned = allowance.pinned
    if pinned is None:
        return 0
    places = [n for n, entry in enumerate(active) if group_of(entry) in pinned]
    left = allowance.points
    if allowance.leave is not None:
        left = max(0, sum(units[n] for n in places) - allowance.leave)
    granted = left
    for place in places:
        deducted = min(units[place], left)
        units[place] -= deducted
        left -= deducted
    return granted - left
