"""Which days of a feed arrived otherwise than they happened, and how one can tell.

A sale, a recall or a carrier's strike changes how much is filed. A faulty feed changes how it is
made up: rows come twice, one category dies as another is born, hours move, sellers have new names.
So all checks but two look at structure; those two take a hole for a fault only where the days on
both sides of it are as usual, since the end of a long disruption looks like a hole's beginning.
Holes of several days are `lapses`.
Each day is compared with days before it that were not faulty themselves. What has lasted for four
weeks is taken for how the feed is now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, groupby
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.feed.copies import is_echo, is_second, is_twin
from detector.feed.daily import NEW_DAYS, DailyCounts, daily_counts_of
from detector.feed.lapses import WEEK, Lapse, lapses_in, levels_of
from detector.feed.robust import CHANCE, sd_of
from detector.feed.spread import Spread, spread_of
from detector.history.history import History

FaultKind = Literal[
    "twins",
    "echoes",
    "repeats",
    "renamed_category",
    "new_sellers",
    "moved_hours",
    "backlog",
    "category_missing",
    "complaints_missing",
    "orders_missing",
]

COPIED: Final[tuple[FaultKind, ...]] = ("twins", "echoes", "repeats")
"""Complaints that came twice; a day has only the first of these that it has."""
PAST_DAYS: Final = 56
"""Days before a day that tell what is usual of it: eight of each weekday."""
PAST_DAYS_MIN: Final = 28
"""Days that were not faulty among them, below which one cannot tell."""
TWINS_SHARE: Final = 0.20
BIRTH_SHARE: Final = 0.02
"""A category with less of the past is new."""
BORN_OF_DUE: Final = 0.40
"""What new categories have, as a share of what was due of those that died."""
DUE_DAYS: Final = 14
"""Days that tell how many complaints of a category are due now: a disruption may have ended."""
LEFT_OF_DUE: Final = 0.10
"""A category with less of what was due has died, and a day with less of it is missing."""
DUE_MIN: Final = 15.0
"""Complaints that must have been due before their absence tells anything."""
NEW_SELLERS_SHARE: Final = 0.10
NEW_SELLERS_SDS: Final = 6.0
ROWS_MIN: Final = 50
"""Complaints of a day, or of three, below which their shares tell nothing."""
COPIES_MIN: Final = 10
"""Sellers of a day below which their copies tell nothing, where chance hardly brings any. Below
`ROWS_MIN` a larger share must be copies, as it scatters more."""
COPIES_SDS: Final = 5.0
HOURS_DAYS: Final = 2
HOURS_PAST_DAYS: Final = 28
HOURS_ROWS_MIN: Final = 150
HOURS_GAIN: Final = 10.0
"""Natural logarithms by which moved hours fit better than hours as they are. They must also explain
more than they leave beyond chance, and more than a backlog in one hour would."""
SUMMER_TIME: Final = 1
"""Hours that a clock moves twice a year, without any fault."""
BACKLOG_SHARE: Final = 0.50
BACKLOG_USUAL_MAX: Final = 0.25
HOLE_SDS: Final = 4.0
COMPLAINTS_LEFT: Final = 0.65
ORDERS_LEFT: Final = 0.50
OTHER_LEFT: Final = 0.80
"""Share of what is usual from which on the other table has no hole on that day."""
SIDES_APART: Final = 0.30
"""Logarithm by which the days on both sides of a hole may differ."""
CALM: Final = 0.15
"""The same, from what is usual, for the days before the last one."""
BESIDE_DAYS: Final = 4
"""Days on each side of a hole: few, as seasons begin and end."""
NOISE_MIN: Final = 0.03
"""Least standard deviation of a day's logarithm: no market is more regular."""
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FeedFault:
    """A run of days on which the feed was faulty in one way."""

    kind: FaultKind
    first_day: int
    """Days since 1970 UTC."""
    last_day: int
    """The same; itself faulty."""
    value: float
    """The largest found: a share of the complaints, of what was due, or hours moved."""
    usual: float
    """What was usual of it before."""
    names: tuple[str, ...] = ()
    """Categories that died, and then those that were born."""
    seen_day: int = 0
    """The first day by whose end it can be seen; days since 1970 UTC."""
    is_certain: bool = True
    """Whether nothing but a fault looks like it; a holiday may, and a clock's hour."""
    spread: Spread | None = None
    """Whom days of missing complaints concern; None where a day alone is missing."""
    lag: int = 0
    """Seconds after which echoes follow."""


@dataclass(frozen=True, slots=True)
class FeedReport:
    """What was found in the days of a history."""

    faults: tuple[FeedFault, ...]
    """By first day."""
    days: int
    """Days that were looked at."""
    unknown: tuple[FaultKind, ...]
    """Kinds that the history cannot tell about on its last day, since it holds too little."""

    def since(self, instant: int) -> FeedReport:
        """Only faults that reach into the time from an instant (microseconds UTC) on."""
        day = instant // DAY_US
        kept = tuple(fault for fault in self.faults if fault.last_day >= day)
        return FeedReport(kept, self.days, self.unknown)

    @property
    def certain(self) -> tuple[FeedFault, ...]:
        """Faults that nothing else looks like."""
        return tuple(fault for fault in self.faults if fault.is_certain)


class _Found(NamedTuple):
    value: float
    usual: float
    is_fault: bool
    names: tuple[str, ...] = ()
    is_certain: bool = True
    days: int = 1
    """Days that end with this one and are faulty."""
    seen: int = 0
    """Place of the day on which it was seen."""
    spread: Spread | None = None
    lag: int = 0


_Check = Callable[[DailyCounts, int, NDArray[np.intp]], "_Found | None"]
"""Judges the day at a place by the places of usual days before it; None: it cannot tell."""


def faults_in(history: History, until: int) -> FeedReport:
    """Look at each whole day that ends by `until` (microseconds UTC), by the days around it.

    All that was filed counts, also what was withdrawn later: it is the feed that is looked at.
    """
    counts = daily_counts_of(history, until)
    ways = _copies(counts)
    judged = {kind: _judged(_copied(kind, ways.get(kind)), counts) for kind in COPIED}
    for kind, copies in ways.items():
        _add_days_beside(judged[kind][0], copies)
    for kind, weaker in combinations(COPIED, 2):
        for day in judged[kind][0]:
            judged[weaker][0].pop(day, None)
    twice = _faults_of(judged, counts.first_day)
    if twice:
        # Else days would be compared with twice as many, and hours with those of copies.
        history = without_copies(history, twice)
        counts = daily_counts_of(history, until)
    for kind, check in _checks(history.categories).items():
        judged[kind] = _judged(check, counts)
    filed = _levels(counts.complaints)
    orders = None if counts.orders is None else _levels(counts.orders)
    judged["complaints_missing"] = _holes(filed, COMPLAINTS_LEFT, orders)
    judged["orders_missing"] = ({}, False) if orders is None else _holes(orders, ORDERS_LEFT, filed)
    for kind, lapsed in _lapses(history, counts).items():
        judged[kind][0].update(lapsed)
    # What a category alone lacks is told as that, and not of all complaints as well.
    for day in judged["category_missing"][0]:
        judged["complaints_missing"][0].pop(day, None)
    ordered = sorted(
        twice + _faults_of({k: judged[k] for k in judged if k not in COPIED}, counts.first_day),
        key=lambda fault: (fault.first_day, fault.kind),
    )
    unknown = tuple(kind for kind, (_, can_tell) in judged.items() if not can_tell)
    return FeedReport(tuple(ordered), len(counts), unknown)


def without_copies(history: History, faults: Iterable[FeedFault]) -> History:
    """The history without the copies of faults that brought complaints twice."""
    complaints = history.complaints
    day = complaints.filed_at // DAY_US
    left_out = np.zeros(len(complaints), dtype=bool)
    for fault in faults:
        if fault.kind not in COPIED:
            continue
        if fault.kind == "twins":
            copies = is_twin(complaints)
        elif fault.kind == "echoes":
            copies = is_echo(complaints, fault.lag)
        else:
            copies = is_second(complaints)
        left_out |= copies & (day >= fault.first_day) & (day <= fault.last_day)
    return replace(history, complaints=complaints.take(~left_out))


def _faults_of(
    judged: Mapping[FaultKind, tuple[dict[int, _Found], bool]], first_day: int
) -> list[FeedFault]:
    return [one for kind, (found, _) in judged.items() for one in _runs(kind, found, first_day)]


def _checks(names: tuple[str, ...]) -> dict[FaultKind, _Check]:
    def renamed(counts: DailyCounts, day: int, past: NDArray[np.intp]) -> _Found | None:
        return _renamed(counts, day, past, names)

    def without(counts: DailyCounts, day: int, past: NDArray[np.intp]) -> _Found | None:
        return _category_missing(counts, day, past, names)

    return {
        "renamed_category": renamed,
        "new_sellers": _new_sellers,
        "moved_hours": _moved_hours,
        "backlog": _backlog,
        "category_missing": without,
    }


def _judged(check: _Check, counts: DailyCounts) -> tuple[dict[int, _Found], bool]:
    """Faulty days by place, and whether the last day could be judged."""
    found: dict[int, _Found] = {}
    is_usual = np.ones(len(counts), dtype=bool)
    can_tell = False
    for day in range(len(counts)):
        first = max(day - PAST_DAYS, 0)
        past = first + np.flatnonzero(is_usual[first:day])
        if len(past) < PAST_DAYS_MIN:
            past = np.arange(first, day)
        seen = check(counts, day, past) if len(past) >= PAST_DAYS_MIN else None
        can_tell = seen is not None
        if seen is not None and seen.is_fault:
            for one in range(day - seen.days + 1, day + 1):
                found.setdefault(one, seen._replace(seen=day))
                is_usual[one] = False
    return found, can_tell


class _Copies(NamedTuple):
    """By days, the weight of complaints that came twice in one way, and of all that may have."""

    part: Array
    of: Array
    least: float
    """Share that chance may have."""

    def share(self, day: int) -> float:
        return float(min(self.part[day] / self.of[day], 1.0)) if self.of[day] > 0 else 0.0

    def is_beyond(self, day: int, usual: float, times: float = 1.0) -> bool:
        """Whether so many times too much came twice; a share of few scatters more."""
        few = max(ROWS_MIN / max(float(self.of[day]), 1.0), 1.0)
        too_much = TWINS_SHARE * float(np.sqrt(few))
        return self.share(day) > max(usual, self.least) + times * too_much


def _copies(counts: DailyCounts) -> dict[FaultKind, _Copies]:
    found: dict[FaultKind, _Copies] = {}
    # Most buyers are known, or else numbers tell: by chance half of them are even.
    if counts.unnamed.sum() < counts.sellers.sum() / 2:
        found["repeats"] = _Copies(counts.repeats, counts.sellers - counts.unnamed, 0.0)
    else:
        found["repeats"] = _Copies(counts.pairs, counts.unnamed, 0.5)
    if not counts.is_dated_only:
        found["twins"] = _Copies(counts.twins, counts.sellers, 0.0)
        found["echoes"] = _Copies(counts.echoes, counts.sellers, 0.0)
    return found


def _copied(kind: FaultKind, copies: _Copies | None) -> _Check:
    def check(counts: DailyCounts, day: int, past: NDArray[np.intp]) -> _Found | None:
        if copies is None or copies.of[day] < (COPIES_MIN if copies.least == 0.0 else ROWS_MIN):
            return None
        shares = np.minimum(_shares(copies.part[past], copies.of[past]), 1.0)
        usual, share = _median(shares), copies.share(day)
        # Where buyers often file twice, many of few complaints are alike by chance.
        scattered = usual + COPIES_SDS * sd_of(shares)
        is_fault = share > scattered and copies.is_beyond(day, usual)
        lag = int(counts.lag[day]) if kind == "echoes" else 0
        return _Found(share, usual, is_fault, lag=lag)

    return check


def _add_days_beside(found: dict[int, _Found], copies: _Copies) -> None:
    """Days beside faulty ones that have half of what is too much, also where complaints are few.

    What has lasted for four weeks is usual, unless it has ended since: then all of it was faulty.
    """
    for run in _in_a_row(found):
        one = found[run[0]]
        first, last = run[0], run[-1]
        while first > 0 and copies.is_beyond(first - 1, one.usual, 0.5):
            first -= 1
        while last + 1 < len(copies.of) and copies.is_beyond(last + 1, one.usual, 0.5):
            last += 1
        if last + 1 == len(copies.of) and last - first >= PAST_DAYS_MIN:
            last = run[-1]
        for day in range(first, last + 1):
            found.setdefault(day, one._replace(value=copies.share(day)))


class _Turn(NamedTuple):
    """What was due of each category in three days, what is there, and which died and were born."""

    due: Array
    now: Array
    died: NDArray[np.bool_]
    born: NDArray[np.bool_]

    def born_of_died(self) -> float:
        """What new categories have, as a share of what was due of those that died."""
        if not self.died.any():
            return 0.0
        return float(self.now[self.born].sum() / self.due[self.died].sum())


def _turn(counts: DailyCounts, day: int, past: NDArray[np.intp]) -> _Turn | None:
    before = past[past <= day - NEW_DAYS]
    if len(before) < PAST_DAYS_MIN - NEW_DAYS:
        return None
    was = counts.by_category[before].sum(axis=0)
    due = counts.by_category[before[-DUE_DAYS:]].mean(axis=0) * NEW_DAYS
    if due.sum() < DUE_MIN:
        return None
    now = counts.by_category[day - NEW_DAYS + 1 : day + 1].sum(axis=0)
    died = (due >= DUE_MIN) & (now < LEFT_OF_DUE * due)
    born = (was < BIRTH_SHARE * was.sum()) & (now > 2 * due) & (now > 0)
    return _Turn(due, now, died, born)


def _renamed(
    counts: DailyCounts, day: int, past: NDArray[np.intp], names: tuple[str, ...]
) -> _Found | None:
    turn = _turn(counts, day, past)
    if turn is None:
        return None
    value = turn.born_of_died()
    called = tuple(names[i] for i in (*np.flatnonzero(turn.died), *np.flatnonzero(turn.born)))
    return _Found(value, 0.0, value >= BORN_OF_DUE, called, days=NEW_DAYS)


def _category_missing(
    counts: DailyCounts, day: int, past: NDArray[np.intp], names: tuple[str, ...]
) -> _Found | None:
    """Categories that died beside weaker that live on. Those that live again were missing."""
    turn = _turn(counts, day, past)
    if turn is None:
        return None
    due, now, died = turn.due, turn.now, turn.died
    is_alone = now[~died].sum() > COMPLAINTS_LEFT * due[~died].sum() > 0
    later = counts.by_category[day + 1 : day + 1 + PAST_DAYS_MIN][:, died]
    again = (later > LEFT_OF_DUE * due[died] / NEW_DAYS).sum(axis=0) >= NEW_DAYS
    return _Found(
        float(now[died].sum() / max(due[died].sum(), 1.0)),
        1.0,
        bool(died.any() and is_alone and turn.born_of_died() < BORN_OF_DUE),
        tuple(names[i] for i in np.flatnonzero(died)),
        is_certain=bool(again.all()),
        days=NEW_DAYS,
    )


def _new_sellers(counts: DailyCounts, day: int, past: NDArray[np.intp]) -> _Found | None:
    """New names are certain where as many known ones are missing; else sellers may have joined."""
    # Days of the first weeks cannot tell: in a young history everybody is new.
    before = past[past >= PAST_DAYS_MIN]
    seen, new = _sums(counts.sellers), _sums(counts.new)
    if len(before) < PAST_DAYS_MIN or min(seen[day], np.median(seen[before])) < ROWS_MIN:
        return None
    shares = new / np.maximum(seen, 1.0)
    usual, share = float(np.median(shares[before])), float(shares[day])
    is_fault = share > usual + max(NEW_SELLERS_SDS * sd_of(shares[before]), NEW_SELLERS_SHARE)
    known = (seen - new)[before[(day - before) % WEEK == 0]]
    is_certain = len(known) > 0 and bool(
        seen[day] - new[day] < (1 - (share - usual) / 2) * np.median(known)
    )
    return _Found(share, usual, is_fault, is_certain=is_certain)


def _moved_hours(counts: DailyCounts, day: int, past: NDArray[np.intp]) -> _Found | None:
    is_even = counts.by_hour[past].max(axis=1) <= BACKLOG_SHARE * counts.sellers[past]
    before = past[(past <= day - HOURS_DAYS) & is_even][-HOURS_PAST_DAYS:]
    now = counts.by_hour[day - HOURS_DAYS + 1 : day + 1].sum(axis=0)
    if counts.is_dated_only or now.sum() < HOURS_ROWS_MIN or len(before) < HOURS_PAST_DAYS // 2:
        return None
    was = counts.by_hour[before].sum(axis=0) + 0.5
    log_share = np.log(was / was.sum())
    fits = np.array([now @ np.roll(log_share, hours) for hours in range(len(now))])
    best = int(fits.argmax())
    hours = best if best <= len(now) // 2 else best - len(now)
    gain, left = fits[best] - fits[0], _fit(now, now) - fits[best]
    # A backlog, or copies at midnight, fit no hours, and some only less badly than weaker.
    is_moved = gain > left - (len(now) - 1) / 2 and fits[best] > _fit_of_backlog(now, was)
    is_fault = bool(gain > HOURS_GAIN and is_moved)
    return _Found(float(hours), 0.0, is_fault, is_certain=abs(hours) > SUMMER_TIME, days=HOURS_DAYS)


def _fit(now: Array, weights: Array) -> float:
    """Logarithm of the chance of hours whose shares are as the weights."""
    return float(now[now > 0] @ np.log(weights[now > 0] / weights.sum()))


def _fit_of_backlog(now: Array, was: Array) -> float:
    """The same of hours as they were, with a share put into the one that has most more of them."""
    expected = was / was.sum()
    more = (now / now.sum() - expected) / (1 - expected)
    share = float(more.max())
    weights = (1 - share) * expected
    weights[more.argmax()] += share
    return _fit(now, weights)


def _backlog(counts: DailyCounts, day: int, past: NDArray[np.intp]) -> _Found | None:
    n = counts.sellers[day]
    usual = _median(_shares(counts.by_hour[past].max(axis=1), counts.sellers[past]))
    if counts.is_dated_only or n < ROWS_MIN or usual > BACKLOG_USUAL_MAX:
        return None
    share = float(counts.by_hour[day].max() / n)
    return _Found(share, usual, share > BACKLOG_SHARE)


class _Levels(NamedTuple):
    """A table's D days beside what is usual of their weekdays, and beside the days around them."""

    table: Array
    usual: Array
    level: Array
    """Logarithm of a day's share of what is usual. NaN where too little was due, and after the last
    day with anything: a table may end before its history does."""
    before: Array
    """Median level of the days before; NaN where none is known, as in the next."""
    after: Array
    """The same of the days after."""
    depth: Array
    """Level above both sides."""


def _levels(table: Array) -> _Levels:
    days = int(np.flatnonzero(table).max(initial=-1)) + 1
    level, usual = np.full(len(table), np.nan), np.full(len(table), np.nan)
    for day in range(3 * WEEK, days):
        usual[day] = np.median(table[day - WEEK * np.arange(1, 1 + min(6, day // WEEK))])
        if usual[day] >= DUE_MIN:
            level[day] = np.log((table[day] + 0.5) / (usual[day] + 0.5))
    places = range(len(table))
    before = np.array([_middle(level[max(d - BESIDE_DAYS, 0) : d]) for d in places])
    after = np.array([_middle(level[d + 1 : d + 1 + BESIDE_DAYS]) for d in places])
    sides = np.where(np.isnan(after), before, (before + after) / 2)
    return _Levels(table, usual, level, before, after, level - sides)


def _holes(days: _Levels, left: float, other: _Levels | None) -> tuple[dict[int, _Found], bool]:
    """Days far below the days on both sides of them, weekday by weekday.

    On a holiday orders are few as well. So a hole is certain where the `other` table has none, and
    where another is not known, where next to nothing is left of much.
    """
    table, usual, level = days.table, days.usual, days.level
    found: dict[int, _Found] = {}
    for day in np.flatnonzero(~np.isnan(days.depth)).tolist():
        is_empty = table[day] < LEFT_OF_DUE * usual[day]
        if not (is_empty or _is_hole(days, day, left)):
            continue
        is_certain = is_empty and usual[day] >= ROWS_MIN
        if other is not None and not np.isnan(other.depth[day]):
            is_certain = bool(other.depth[day] > np.log(OTHER_LEFT))
        is_over = not np.isnan(days.after[day])
        found[day] = _Found(
            float(table[day] / usual[day]),
            1.0,
            is_fault=True,
            is_certain=is_certain and is_over,
            seen=day,
        )
    return found, len(level) > 0 and not np.isnan(level[-1])


def _is_hole(days: _Levels, day: int, left: float) -> bool:
    """Whether a day lies below both sides of it, which must agree: else the market has moved."""
    before, after = days.before[day], days.after[day]
    # With nothing after it yet, the days before must be as usual.
    apart = abs(before) > CALM if np.isnan(after) else abs(before - after) > SIDES_APART
    past = days.depth[max(day - PAST_DAYS, 0) : max(day - BESIDE_DAYS, 0)]
    past = past[~np.isnan(past)]
    if apart or len(past) < PAST_DAYS_MIN // 2:
        return False
    # Days with few complaints are noisier than the days before tell.
    chance = float(np.sqrt(CHANCE / max(days.usual[day], 1.0)))
    noise = max(sd_of(past), chance, NOISE_MIN)
    return bool(days.depth[day] < min(np.log(left), -HOLE_SDS * noise))


def _lapses(history: History, counts: DailyCounts) -> dict[FaultKind, dict[int, _Found]]:
    """Days in a row on which a part is missing; none where both tables fell, as on holidays.

    Fewer complaints about as many orders are certain once they are back. Fewer orders are not:
    complaints about them come later, and so cannot tell.
    """
    filed, orders = counts.complaints, counts.orders
    missing: dict[int, _Found] = {}
    ordered: dict[int, _Found] = {}
    for lapse in lapses_in(filed, COMPLAINTS_LEFT, orders):
        first, end = counts.first_day + lapse.first, counts.first_day + lapse.end
        spread, beside = spread_of(history, first, end), _left_of(lapse, orders)
        if spread is not None and not beside < OTHER_LEFT:
            missing |= _lapsed(lapse, is_certain=not np.isnan(beside), spread=spread)
    for lapse in [] if orders is None else lapses_in(orders, COMPLAINTS_LEFT, None):
        if not _left_of(lapse, filed) < OTHER_LEFT:
            ordered |= _lapsed(lapse, is_certain=False)
    return {"complaints_missing": missing, "orders_missing": ordered}


def _lapsed(lapse: Lapse, *, is_certain: bool, spread: Spread | None = None) -> dict[int, _Found]:
    found = _Found(
        lapse.left,
        1.0,
        is_fault=True,
        is_certain=lapse.is_over and (is_certain or lapse.left < LEFT_OF_DUE),
        seen=lapse.first + 1,
        spread=spread,
    )
    return dict.fromkeys(range(lapse.first, lapse.end), found)


def _left_of(lapse: Lapse, table: Array | None) -> float:
    """What another table has during a lapse, as a share of the week before it, or of the week after
    where that had less; NaN: not known. After a sale orders are fewer, and do not come back.
    """
    if table is None:
        return float("nan")
    level = levels_of(table)
    sides = [_middle(level[max(lapse.first - WEEK, 0) : lapse.first])]
    if lapse.is_over:
        sides.append(_middle(level[lapse.end : lapse.end + WEEK]))
    return float(np.exp(_middle(level[lapse.first : lapse.end]) - min(sides)))


def _middle(values: Array) -> float:
    """Median of what is known; NaN where nothing is."""
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else float("nan")


def _runs(kind: FaultKind, found: dict[int, _Found], first_day: int) -> list[FeedFault]:
    """Days in a row, as one fault."""
    runs: list[FeedFault] = []
    for days in _in_a_row(found):
        most = max((found[day] for day in days), key=lambda one: abs(one.value - one.usual))
        runs.append(
            FeedFault(
                kind,
                first_day + days[0],
                first_day + days[-1],
                most.value,
                most.usual,
                most.names,
                first_day + min(found[day].seen for day in days),
                any(found[day].is_certain for day in days),
                most.spread,
                most.lag,
            )
        )
    return runs


def _in_a_row(found: Mapping[int, _Found]) -> list[list[int]]:
    groups = groupby(enumerate(sorted(found)), key=lambda pair: pair[1] - pair[0])
    return [[day for _, day in group] for _, group in groups]


def _sums(counts: Array) -> Array:
    """Of each day, the sum over the three days that end with it."""
    until = np.concatenate([np.zeros(NEW_DAYS), np.cumsum(counts)])
    return np.asarray(until[NEW_DAYS:] - until[:-NEW_DAYS])


def _median(shares: Array) -> float:
    return float(np.median(shares)) if len(shares) else 0.0


def _shares(part: Array, of: Array) -> Array:
    """Shares of the days that have any."""
    return np.asarray(part[of > 0] / of[of > 0])
