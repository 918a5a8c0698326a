"""Pairs of names that are likely one seller: found in a history, for a person to accept.

Chance pairs an ending with a beginning somewhere in every market in which sellers come and go. So
each pair is weighed: how well the beginning goes on where the ending left off, against how many
beginnings there are anyway. What chance finds in this very history is seen by moving all its
beginnings by weeks, where no pair can be right: the threshold leaves it less than one a year.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.expectation.negative_binomial import log_probability
from detector.history.history import History
from detector.rekeying.links import links_of
from detector.rekeying.lives import NEVER, Lives, Seen, lives_of, seen_between
from detector.rekeying.matching import chances_of
from detector.rekeying.sameness import WINDOW_DAYS, Sameness, sameness_of

Array = NDArray[np.float64]
Places = NDArray[np.intp]

GAP_DAYS: Final = 45
"""Days without either name, at most."""
SILENT: Final = 4.0
"""Active days that must have been due after an end, and before a beginning: else it may be none."""
COMPLAINTS_MIN: Final = 3
"""Complaints of each name below which nothing is said."""
EARLY_DAYS: Final = 21
"""Days after a beginning that tell whether complaints were there before its orders could bring
them; as many after the last order tell whether they stopped at once."""
USUAL_SHARE: Final = 0.1
"""Share of the endings that are re-keyed ones, before anything is known."""
CHANCE_MIN: Final = 0.55
CERTAIN: Final = 0.9
"""Chance from which on a pair says nothing of what chance finds."""
FALSE_A_YEAR: Final = 0.4
"""Pairs that chance alone may bring in a year of days."""
MOVED_DAYS: Final = tuple(sign * (GAP_DAYS + 8 * k) for k in range(2, 12) for sign in (1, -1))
"""How far beginnings are moved to see what chance finds."""
_YEAR: Final = 365.25
_PAIRS_MAX: Final = 2_000_000
"""Pairs weighed in all moved histories together; fewer are moved where there are more."""
_AT_A_TIME: Final = 20_000
_NEAREST: Final = 400
"""Beginnings that are weighed beside an ending: those whose activity is most alike."""
_SAME_DAY: Final = 0.3
"""Chance that both names have the day of the change, where the seller was active on it."""
_AT_ONCE: Final = 0.05
"""Days, or a share, that stand for at once."""
_CROWD: Final = 6.0
"""Standard deviations of what ends or begins in a day, from which on a day is a mass's."""
_RATIO_MIN: Final = 10
"""Endings or beginnings that tell what is usual of them."""
_RECENT_DAYS: Final = 56


@dataclass(frozen=True, slots=True)
class Rekeying:
    """A name that ended, and one that is likely the same seller's."""

    old: str
    new: str
    since: int
    """Microseconds UTC from which on the new name stands: a midnight where one lies between."""
    chance: float
    """Probability that they are one seller."""
    complaints: int
    """Of the old name, in the year before it ended."""
    complaints_since: int
    """Of the new one, in the year since."""


@dataclass(frozen=True, slots=True)
class _Side:
    """k names that ended, or that began."""

    sellers: Places
    day: NDArray[np.int64]
    """(k,) their last day, or their first."""
    seen: Seen
    abrupt: Array
    """(k,) logarithm of the factor by which complaints stopped, or began, at once with orders."""

    def take(self, rows: Places) -> _Side:
        return _Side(self.sellers[rows], self.day[rows], self.seen.take(rows), self.abrupt[rows])


def rekeyings_in(
    history: History, until: int, *, pairs_max: int | None = None
) -> tuple[Rekeying, ...]:
    """The pairs to propose in what had happened by `until` (microseconds UTC), by day and name.

    The pairs that are weighed grow with the square of the sellers, and then with their number: some
    ten million at 400,000 sellers. With `pairs_max` they stay about as many, and fewer beginnings
    are weighed beside each ending, so that some re-keyed sellers are missed.
    """
    lives = lives_of(history, until)
    if lives is None:
        return ()
    ended, begun = _endings(lives), _beginnings(lives)
    if not len(ended.sellers) or not len(begun.sellers):
        return ()
    lasting = np.flatnonzero(lives.last - lives.first >= _RECENT_DAYS)
    same = sameness_of(lives, lasting, begun.seen)
    if same.orders is not None:
        ended = replace(ended, abrupt=_stopped(lives, ended, same))
        begun = replace(begun, abrupt=_started(lives, begun, same))
    nearest = _NEAREST
    if pairs_max is not None:
        nearest = min(nearest, max(pairs_max // len(ended.sellers), 1))
    search = _Search(lives, ended, begun, same, nearest)
    pairs, chance = search.found(0)
    best = _best(pairs, chance)
    if not len(best):
        return ()
    least = search.threshold(pairs[best[chance[best] >= CERTAIN]])
    found = (
        _named(lives, ended, begun, pairs[row, 0], pairs[row, 1], float(chance[row]))
        for row in best[chance[best] >= least]
    )
    return tuple(sorted(found, key=lambda one: (one.since, one.old)))


class _Search:
    """Weighs pairs in one history, with its beginnings where they are or moved."""

    def __init__(
        self, lives: Lives, ended: _Side, begun: _Side, same: Sameness, nearest: int
    ) -> None:
        self._lives, self._ended, self._begun, self._same = lives, ended, begun, same
        self._nearest = nearest
        self._links = links_of(lives)
        self._begin = _usual_a_day(np.bincount(begun.day, minlength=lives.days))
        self._pairs = 0

    def found(self, moved: int) -> tuple[NDArray[np.intp], Array]:
        """(k, 2) places of an ending and a beginning, and the chance of each pair."""
        pairs = self._candidates(moved)
        self._pairs = len(pairs)
        gain = np.zeros(len(pairs))
        for low in range(0, len(pairs), _AT_A_TIME):
            part = pairs[low : low + _AT_A_TIME]
            old, new = self._ended.take(part[:, 0]), self._begun.take(part[:, 1])
            gain[low : low + _AT_A_TIME] = self._gain(old, new, moved)
        first = min(0, moved)
        chance = chances_of(
            gain, pairs[:, 0], pairs[:, 1], self._ended.day - first,
            self._begun.day + moved - first, USUAL_SHARE, self._begin,
        )  # fmt: skip
        return pairs, chance

    def threshold(self, certain: NDArray[np.intp]) -> float:
        """The least chance at which moved beginnings give fewer false pairs a year than allowed.

        The sides of `certain` pairs (k, 2) are left out: they are no chance's.
        """
        self._ended = self._ended.take(_others(len(self._ended.sellers), certain[:, 0]))
        self._begun = self._begun.take(_others(len(self._begun.sellers), certain[:, 1]))
        times = max(min(_PAIRS_MAX // max(self._pairs, 1), len(MOVED_DAYS)), 2)
        false: list[Array] = []
        for moved in MOVED_DAYS[:times]:
            pairs, chance = self.found(moved)
            false.append(chance[_best(pairs, chance)])
        by_chance = np.sort(np.concatenate(false))[::-1]
        allowed = int(FALSE_A_YEAR * self._lives.days / _YEAR * times)
        return float(by_chance[allowed]) + 1e-9 if len(by_chance) > allowed else CHANCE_MIN

    def _candidates(self, moved: int) -> NDArray[np.intp]:
        begun_at = self._begun.day + moved
        order = np.argsort(begun_at, kind="stable")
        sorted_days = begun_at[order]
        low = np.searchsorted(sorted_days, self._ended.day)
        high = np.searchsorted(sorted_days, self._ended.day + GAP_DAYS + 1, side="right")
        level = np.log(self._begun.seen.active / self._begun.seen.days)
        own = np.log(self._ended.seen.active / self._ended.seen.days)
        found = []
        for row in range(len(low)):
            near = order[low[row] : high[row]]
            if len(near) > self._nearest:
                apart = np.abs(level[near] - own[row])
                near = near[np.argpartition(apart, self._nearest)[: self._nearest]]
            found.append(np.column_stack([np.full(len(near), row), near]))
        pairs = np.concatenate([np.zeros((0, 2)), *found]).astype(np.intp)
        old, new = self._ended.sellers[pairs[:, 0]], self._begun.sellers[pairs[:, 1]]
        fits = old != new
        if not moved:
            fits &= self._lives.last_complaint[old] < self._lives.first_complaint[new]
        return np.asarray(pairs[fits])

    def _gain(self, old: _Side, new: _Side, moved: int) -> Array:
        gap = np.maximum(new.day + moved - old.day - 1, -1).astype(np.float64)
        pace = (old.seen.active + new.seen.active) / (old.seen.days + new.seen.days)
        pace = np.clip(pace, 1e-6, 1.0 - 1e-6)
        waiting = np.log(np.maximum(gap, 0) + 1.0) + 2.0 * np.log(pace) + gap * np.log1p(-pace)
        timing = np.where(
            gap < 0, np.log(_SAME_DAY) + np.log(pace), np.log(1.0 - _SAME_DAY) + waiting
        )
        alike = self._same.gain(old.seen, new.seen) + self._links.gain(old.sellers, new.sellers)
        return np.asarray(alike + timing + old.abrupt + new.abrupt)


def _endings(lives: Lives) -> _Side:
    """Sellers of which nothing came for long after their last day."""
    rows = np.flatnonzero((lives.last >= 0) & (lives.first_complaint < NEVER))
    first, last = lives.first[rows], lives.last[rows]
    recent = seen_between(lives, rows, np.maximum(first, last - _RECENT_DAYS + 1), last)
    silent = (lives.days - 1 - last) * recent.active / recent.days >= SILENT
    seen = seen_between(lives, rows, np.maximum(first, last - WINDOW_DAYS + 1), last)
    chosen = np.flatnonzero(silent & (seen.complaints >= COMPLAINTS_MIN))
    return _Side(rows[chosen], last[chosen], seen.take(chosen), np.zeros(len(chosen)))


def _beginnings(lives: Lives) -> _Side:
    """Sellers of which nothing came for long before their first day."""
    rows = np.flatnonzero((lives.last >= 0) & (lives.first_complaint < NEVER))
    first, last = lives.first[rows], lives.last[rows]
    end = np.where(last < lives.days - GAP_DAYS, last, lives.days - 1)
    recent = seen_between(lives, rows, first, np.minimum(end, first + _RECENT_DAYS - 1))
    silent = first * recent.active / recent.days >= SILENT
    seen = seen_between(lives, rows, first, np.minimum(end, first + WINDOW_DAYS - 1))
    chosen = np.flatnonzero(silent & (seen.complaints >= COMPLAINTS_MIN))
    return _Side(rows[chosen], first[chosen], seen.take(chosen), np.zeros(len(chosen)))


def _stopped(lives: Lives, side: _Side, same: Sameness) -> Array:
    """(k,) gain where complaints stopped with the orders: usually they come for weeks after.

    How long these weeks are is learnt from the endings themselves.
    """
    last = lives.last_order[side.sellers]
    late = seen_between(lives, side.sellers, last + 1, np.full(len(last), lives.days))
    seen = side.seen
    rate, late_complaints = seen.complaints / seen.days, np.where(last < 0, 0.0, late.complaints)
    usual = _ratio(late_complaints, rate, side.day)
    open_days = np.minimum(np.maximum(side.day - last, 0) + _AT_ONCE, usual)
    shape = same.complaints.shape_of(seen.complaints, seen.days, np.full(len(rate), usual))
    at_once = log_probability(late_complaints, rate * open_days, shape)
    gain = at_once - log_probability(late_complaints, rate * usual, shape)
    return np.where((last < 0) | (usual <= _AT_ONCE), 0.0, gain)


def _started(lives: Lives, side: _Side, same: Sameness) -> Array:
    """(k,) gain where complaints were there from the first day: usually orders take weeks to."""
    early = seen_between(lives, side.sellers, side.day, side.day + EARLY_DAYS - 1)
    later, days = side.seen.complaints - early.complaints, side.seen.days - early.days
    enough = days >= EARLY_DAYS
    days = np.maximum(days, 1.0)
    due = (later + 0.5) / days * early.days
    left = min(_ratio(early.complaints[enough], due[enough], side.day[enough]), 1.0)
    shape = same.complaints.shape_of(later + 0.5, days, early.days)
    as_ever = log_probability(early.complaints, due, shape)
    gain = as_ever - log_probability(early.complaints, due * max(left, _AT_ONCE), shape)
    return np.where(enough, gain, 0.0)


def _ratio(counts: Array, due: Array, day: NDArray[np.int64]) -> float:
    """Counts over what is due, of days on which not unusually many sellers ended or began."""
    a_day = np.bincount(day, minlength=1)
    usual = _usual_a_day(a_day)
    rows = a_day[day] <= usual + _CROWD * np.sqrt(usual) + 3.0
    if rows.sum() < _RATIO_MIN:
        return _AT_ONCE
    return max(float(counts[rows].sum() / max(due[rows].sum(), 1e-9)), _AT_ONCE)


def _usual_a_day(counts: NDArray[np.int64]) -> float:
    """Mean of all days but those with most."""
    few = np.sort(counts)[: max(int(0.95 * len(counts)), 1)]
    return max(float(few.mean()), 1.0 / len(counts))


def _others(count: int, places: Places) -> Places:
    return np.setdiff1d(np.arange(count), places)


def _best(pairs: NDArray[np.intp], chance: Array) -> Places:
    """Pairs that are likely enough, the likeliest first, each name once on each side."""
    rows = np.flatnonzero(chance >= CHANCE_MIN)
    rows = rows[np.argsort(-chance[rows], kind="stable")]
    _, first = np.unique(pairs[rows, 0], return_index=True)
    rows = rows[np.sort(first)]
    _, first = np.unique(pairs[rows, 1], return_index=True)
    return rows[np.sort(first)]


def _named(
    lives: Lives, ended: _Side, begun: _Side, end: np.intp, begin: np.intp, chance: float
) -> Rekeying:
    old, new = ended.sellers[end], begun.sellers[begin]
    since = (int(begun.day[begin]) + lives.start) * DAY_US
    if ended.day[end] >= begun.day[begin]:
        # Both have that day: the first complaint in it parts them, or else its end.
        since = min(int(lives.first_complaint[new]), since + DAY_US - 1)
    return Rekeying(
        old=lives.history.sellers[old],
        new=lives.history.sellers[new],
        since=since,
        chance=chance,
        complaints=int(ended.seen.complaints[end]),
        complaints_since=int(begun.seen.complaints[begin]),
    )
