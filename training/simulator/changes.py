"""Changes of what complaints are made of, planted into a history: their number stays the same.

Spikes are more complaints. Here are others: the same complaints at another hour, of another delay,
from people who complain everywhere; or none at all while orders go on. `joint` changes four things
a little. Habits change as much and harm nobody: complaints filed in batches, bills at the start of
the month, waves of people who complain as a hobby.

What is planted moves complaints, or changes what they hold. It never adds one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.history.building import sorted_complaints
from detector.history.history import UNKNOWN, Complaints, History, Outcome

Rows = NDArray[np.int64]
_Number = TypeVar("_Number", bound=np.generic)

NEVER_SEEN: Final = "zz_never_seen_{seed}"
"""The category of `new_category`, another one whenever changes are planted."""
COMPLAINTS_MIN: Final = 6
"""Fewer complaints show no change of what they are made of."""
SPAN_DAYS: Final = (14, 42)
_APART_DAYS: Final = 42
"""Days between two episodes of one seller, so that each is judged alone."""
_WEAK: Final = 0.35
"""Share of complaints that a weak change touches; a strong one touches about twice as many."""
_HOUR_US: Final = 3_600_000_000
_RING: Final = 40
"""People who complain about many sellers."""


@dataclass(frozen=True, slots=True)
class Change:
    """One planted change; days count from 1970."""

    seller: int
    """Index into the history's sellers."""
    kind: str
    start: int
    end: int
    """The day after the last."""
    complaints: int
    """Complaints that were there before."""


class _Draft:
    """The columns of a history, to be changed in place; columns that it lacks stay away."""

    def __init__(self, history: History, seed: int) -> None:
        complaints = history.complaints
        self.filed_at = complaints.filed_at.copy()
        self.category = complaints.category.copy()
        self.kept = np.ones(len(complaints), dtype=bool)
        self.new_category = len(history.categories)
        self._name = NEVER_SEEN.format(seed=seed)
        self.evidence = _copied(complaints.evidence)
        self.delay = _copied(complaints.delay_days)
        self.outcome = _copied(complaints.outcome)
        self.buyer = _copied(complaints.buyer)
        self.frequent = _frequent_buyers(complaints)
        self._history = history

    def history(self) -> History:
        """The history with what was changed."""
        old = self._history
        names = old.categories
        if (self.category == self.new_category).any():
            names = (*names, self._name)
        decided = old.complaints.decided_at
        if decided is not None:  # nothing is decided before it was filed
            decided = np.maximum(decided, self.filed_at + 1)
        complaints = replace(
            old.complaints,
            filed_at=self.filed_at,
            category=self.category,
            evidence=self.evidence,
            delay_days=self.delay,
            outcome=self.outcome,
            buyer=self.buyer,
            decided_at=decided,
        ).take(self.kept)
        return replace(old, categories=names, complaints=sorted_complaints(complaints))


Changer = Callable[[_Draft, Rows, float, np.random.Generator], None]
"""Changes a share of some rows."""


def _hours(draft: _Draft, rows: Rows, share: float, rng: np.random.Generator) -> None:
    """Filed within two hours of the day, by a script or by agreement."""
    begin = rng.integers(0, 22) * _HOUR_US
    some = _some(rows, share, rng)
    day = draft.filed_at[some] // DAY_US * DAY_US
    draft.filed_at[some] = day + begin + rng.integers(0, 2 * _HOUR_US, len(some))


def _delays(draft: _Draft, rows: Rows, share: float, rng: np.random.Generator) -> None:
    """Goods that never come are missed late; a complaint on the day of the order is made up."""
    if draft.delay is None:
        return
    some = _some(rows, share, rng)
    if rng.random() < 0.5:
        draft.delay[some] *= rng.uniform(2.0, 4.0, len(some)).astype(np.float32)
    else:
        draft.delay[some] = rng.uniform(0.0, 1.5, len(some)).astype(np.float32)


def _ring(draft: _Draft, rows: Rows, share: float, rng: np.random.Generator) -> None:
    """Filed by people who complain about other sellers as well."""
    if draft.buyer is not None and len(draft.frequent):
        some = _some(rows, share, rng)
        draft.buyer[some] = rng.choice(draft.frequent, len(some))


def _verdicts(draft: _Draft, rows: Rows, share: float, rng: np.random.Generator) -> None:
    """Upheld where they used to be rejected."""
    if draft.outcome is not None:
        decided = rows[draft.outcome[rows] != Outcome.PENDING]
        draft.outcome[_some(decided, share, rng)] = Outcome.UPHELD


def _evidence(draft: _Draft, rows: Rows, share: float, rng: np.random.Generator) -> None:
    """Without any evidence, or with a file of it."""
    if draft.evidence is not None:
        draft.evidence[_some(rows, share, rng)] = rng.choice([0, 4])


def _silence(draft: _Draft, rows: Rows, share: float, rng: np.random.Generator) -> None:
    """Complaints stop while orders go on."""
    draft.kept[_some(rows, share + 0.2, rng)] = False


def _new_category(draft: _Draft, rows: Rows, share: float, rng: np.random.Generator) -> None:
    """About something that nobody has complained about before."""
    draft.category[_some(rows, share, rng)] = draft.new_category


def _joint(draft: _Draft, rows: Rows, share: float, rng: np.random.Generator) -> None:
    """Four changes at once, each too weak to be seen alone."""
    for change in (_hours, _delays, _evidence, _ring):
        change(draft, rows, share * _WEAK / 0.7, rng)


CHANGES: Final[Mapping[str, Changer]] = {
    "hours": _hours,
    "delays": _delays,
    "ring": _ring,
    "verdicts": _verdicts,
    "evidence": _evidence,
    "silence": _silence,
    "new_category": _new_category,
    "joint": _joint,
}
"""The kinds of change, each at constant volume but `silence`."""
SHARE: Final = (0.6, 0.8)
"""Share of a seller's complaints that a change touches."""


def plant_changes(
    history: History,
    kinds: Mapping[str, int],
    *,
    start: int,
    last: int,
    taken: Iterable[tuple[int, float, float]],
    seed: int,
) -> tuple[History, tuple[Change, ...]]:
    """Plant so many changes of each kind between two days (since 1970), fewer where none fit.

    `taken` are the sellers, starts and ends (days) of what is planted already: within six weeks of
    one, nothing is planted.
    """
    rng = np.random.default_rng([seed, 5])
    draft = _Draft(history, seed)
    spans: dict[int, list[tuple[float, float]]] = {}
    for seller, first, end in taken:
        spans.setdefault(int(seller), []).append((first, end))
    planted: list[Change] = []
    for kind in [kind for kind, number in kinds.items() for _ in range(number)]:
        found = _place(history, spans, start, last, rng)
        if found is None:
            continue
        seller, first, end, rows = found
        CHANGES[kind](draft, rows, rng.uniform(*SHARE), rng)
        spans.setdefault(seller, []).append((first, end))
        planted.append(Change(seller, kind, first, end, len(rows)))
    return draft.history(), tuple(planted)


def _place(
    history: History,
    spans: Mapping[int, list[tuple[float, float]]],
    start: int,
    last: int,
    rng: np.random.Generator,
) -> tuple[int, int, int, Rows] | None:
    """A seller with enough complaints in a span of days, that span and its complaints."""
    complaints = history.complaints
    for _ in range(2_000):
        days = int(rng.integers(*SPAN_DAYS, endpoint=True))
        if last - days <= start:
            continue
        first = int(rng.integers(start, last - days))
        seller = int(rng.integers(len(history.sellers)))
        low, high = np.searchsorted(complaints.seller, [seller, seller + 1])
        mine = complaints.filed_at[low:high]
        begin, end = np.searchsorted(mine, [first * DAY_US, (first + days) * DAY_US])
        near = any(
            first < e + _APART_DAYS and s < first + days + _APART_DAYS
            for s, e in spans.get(seller, ())
        )
        if end - begin >= COMPLAINTS_MIN and not near:
            return seller, first, first + days, np.arange(low + begin, low + end)
    return None


def with_habits(history: History, *, share: float = 0.1, seed: int) -> History:
    """Habits that harm nobody: a share of sellers has the first, and half as many each other.

    Some file in batches: for weeks on end, what comes in a day is filed within an hour. Some bill
    monthly: a third of their complaints gather on the first days of the month. About some, people
    who complain as a hobby complain for weeks.
    """
    rng = np.random.default_rng([seed, 6])
    draft = _Draft(history, seed)
    habits = rng.choice(4, len(history.sellers), p=[1.0 - 2.0 * share, share, share / 2, share / 2])
    edges = np.searchsorted(history.complaints.seller, np.arange(len(habits) + 1))
    for seller in np.flatnonzero(habits).tolist():
        rows = np.arange(edges[seller], edges[seller + 1])
        (_batches, _bills, _hobby)[habits[seller] - 1](draft, rows, rng)
    return draft.history()


def _batches(draft: _Draft, rows: Rows, rng: np.random.Generator) -> None:
    for mine in _stretches(draft, rows, 0.4, rng):
        days, which = np.unique(draft.filed_at[mine] // DAY_US, return_inverse=True)
        begins = days * DAY_US + rng.integers(6, 20, len(days)) * _HOUR_US
        draft.filed_at[mine] = begins[which] + rng.integers(0, _HOUR_US, len(mine))


def _bills(draft: _Draft, rows: Rows, rng: np.random.Generator) -> None:
    some = _some(rows, 1.0 / 3.0, rng)
    months = draft.filed_at[some].astype("datetime64[us]").astype("datetime64[M]")
    first = months.astype("datetime64[us]").astype(np.int64)
    spread = rng.integers(0, 3 * DAY_US, len(some))
    draft.filed_at[some] = np.minimum(first + spread, draft.filed_at[some])


def _hobby(draft: _Draft, rows: Rows, rng: np.random.Generator) -> None:
    for mine in _stretches(draft, rows, 0.3, rng):
        _ring(draft, mine, 0.5, rng)


def _stretches(draft: _Draft, rows: Rows, share: float, rng: np.random.Generator) -> Iterator[Rows]:
    """The rows of a share of the stretches of four weeks."""
    stretch = draft.filed_at[rows] // (28 * DAY_US)
    for number in np.unique(stretch):
        if rng.random() < share:
            yield rows[stretch == number]


def _some(rows: Rows, share: float, rng: np.random.Generator) -> Rows:
    return rows[rng.random(len(rows)) < share]


def _copied(column: NDArray[_Number] | None) -> NDArray[_Number] | None:
    return None if column is None else column.copy()


def _frequent_buyers(complaints: Complaints) -> NDArray[np.int32]:
    """People who complain most, who may make a ring."""
    if complaints.buyer is None:
        return np.zeros(0, dtype=np.int32)
    buyers, times = np.unique(complaints.buyer[complaints.buyer != UNKNOWN], return_counts=True)
    return np.asarray(buyers[np.argsort(-times, kind="stable")[:_RING]])
