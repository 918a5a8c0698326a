"""Spikes put into a real background, so that the truth about them is known.

Real sellers get extra complaints, made from their own by drawing with replacement: the category,
the time of day and what else a row holds are the seller's own. Complainants of a surge are new
people, those of a brigade a few new people without evidence. What else happened to the sellers is
unknown, so an alert on a real spike counts as false: precision is a lower bound here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.errors import BadInput
from detector.history.building import concatenate_complaints, sorted_complaints
from detector.history.history import LASTING, UNDECIDED, Complaints, History, Outcome
from training.backtest.episodes import Episodes

KINDS: Final = ("category_surge", "general_surge", "slow_ramp", "brigade")
_SPAN_DAYS: Final = {
    "category_surge": (4, 21),
    "general_surge": (4, 21),
    "slow_ramp": (21, 35),
    "brigade": (1, 7),
}
EXCESS_SDS: Final = (3.0, 12.0)
"""Excess complaints, in standard deviations of the seller's own windows of the same length."""
EXCESS_MIN: Final = 4
_HISTORY_DAYS_MIN: Final = 60
"""A seller known for less has no windows to size a spike by."""
_BRIGADE_BUYERS: Final = (2, 5)
_TRIES: Final = 40


@dataclass(frozen=True, slots=True)
class _Spike:
    """One episode to be planted."""

    seller: int
    kind: str
    start: int
    end: int
    rows: NDArray[np.int64]
    """Complaints that are copied, one for each complaint added."""
    days: NDArray[np.int64]
    """Day of each complaint added, days since 1970."""


def inject(
    history: History, number: int, *, start: int, last: int, seed: int
) -> tuple[History, Episodes]:
    """Plant `number` spikes between two days (since 1970), at most one a seller.

    Raises BadInput where fewer sellers than that have enough history to size a spike by.
    """
    planted, episodes = plant(history, number, start=start, last=last, seed=seed)
    if len(episodes) < number:
        raise BadInput(
            f"--inject {number}: only {len(episodes)} sellers have {_HISTORY_DAYS_MIN} days of "
            "complaints before a spike could start; ask for fewer"
        )
    return planted, episodes


def plant(
    history: History, number: int, *, start: int, last: int, seed: int
) -> tuple[History, Episodes]:
    """`inject`, with fewer spikes where fewer sellers have enough history."""
    rng = np.random.default_rng([seed, 2])
    spikes: list[_Spike] = []
    for seller in rng.permutation(len(history.sellers)):
        if len(spikes) == number:
            break
        spike = _spike_for(history, int(seller), start, last, rng)
        if spike is not None:
            spikes.append(spike)
    spikes.sort(key=lambda spike: (spike.seller, spike.start))
    return _planted(history, spikes, rng), Episodes(
        episode_id=tuple(f"injected-{n}" for n in range(len(spikes))),
        seller=np.array([spike.seller for spike in spikes], dtype=np.int64),
        kind=tuple(spike.kind for spike in spikes),
        start=np.array([spike.start for spike in spikes], dtype=np.float64),
        end=np.array([spike.end for spike in spikes], dtype=np.float64),
    )


def _spike_for(
    history: History, seller: int, start: int, last: int, rng: np.random.Generator
) -> _Spike | None:
    """A spike of one seller, or None where no span with enough history before it was drawn."""
    low, high = np.searchsorted(history.complaints.seller, [seller, seller + 1])
    day = history.complaints.filed_at[low:high] // DAY_US
    for _ in range(_TRIES):
        kind = str(rng.choice(KINDS))
        days = int(rng.integers(*_SPAN_DAYS[kind], endpoint=True))
        if last - days < start:
            continue
        first = int(rng.integers(start, last - days, endpoint=True))
        past = low + np.flatnonzero(day < first)
        if len(past) and first - day[0] >= _HISTORY_DAYS_MIN:
            return _sized(history, seller, kind, (first, first + days), past, rng)
    return None


def _sized(
    history: History,
    seller: int,
    kind: str,
    span: tuple[int, int],
    past: NDArray[np.int64],
    rng: np.random.Generator,
) -> _Spike:
    complaints = history.complaints
    rows = past
    if kind in ("category_surge", "brigade"):
        category = rng.choice(np.unique(complaints.category[past]))
        rows = past[complaints.category[past] == category]
    deviation = _window_sd(
        complaints.filed_at[rows] // DAY_US, complaints.filed_at[past[0]] // DAY_US, span
    )
    excess = max(EXCESS_MIN, int(rng.poisson(rng.uniform(*EXCESS_SDS) * deviation)))
    offset = np.arange(span[1] - span[0])
    weight = _weekday_weights(history, span[0])[(span[0] + offset) % 7]
    weight = weight * (offset + 1.0 if kind == "slow_ramp" else 1.0)
    days = span[0] + rng.choice(offset, size=excess, p=weight / weight.sum())
    return _Spike(seller, kind, span[0], span[1], rng.choice(rows, size=excess), days)


def _window_sd(day: NDArray[np.int64], first: np.int64, span: tuple[int, int]) -> float:
    """Standard deviation of the counts of past windows as long as the span; at least Poisson's."""
    counts = np.bincount(day - first, minlength=span[0] - first)[: span[0] - first]
    until = np.concatenate([[0], np.cumsum(counts)])
    length = min(span[1] - span[0], len(counts))
    windows = until[length:] - until[:-length]
    return float(np.sqrt(max(windows.var(), windows.mean(), 0.25)))


def _weekday_weights(history: History, before: int) -> NDArray[np.float64]:
    """(7,) the market's complaints by day modulo 7 before a day: offices close at weekends."""
    day = history.complaints.filed_at // DAY_US
    return np.asarray(np.bincount(day[day < before] % 7, minlength=7) + 0.01)


def _planted(history: History, spikes: list[_Spike], rng: np.random.Generator) -> History:
    complaints = history.complaints
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *(spike.rows for spike in spikes)])
    days = np.concatenate([np.zeros(0, dtype=np.int64), *(spike.days for spike in spikes)])
    added = complaints.take(rows)
    owner = np.repeat(np.arange(len(spikes)), [len(spike.rows) for spike in spikes])
    brigade = np.array([spike.kind == "brigade" for spike in spikes], dtype=bool)[owner]
    filed_at = days * DAY_US + added.filed_at % DAY_US
    added = replace(
        added,
        filed_at=filed_at,
        buyer=_new_buyers(complaints, owner, brigade, rng),
        evidence=None if added.evidence is None else np.where(brigade, 0, added.evidence),
        outcome=None if added.outcome is None else np.full_like(added.outcome, Outcome.PENDING),
        decided_at=None if added.decided_at is None else np.full(len(rows), UNDECIDED),
        withdrawn_at=None if added.withdrawn_at is None else np.full(len(rows), LASTING),
        evidence_at=None if added.evidence_at is None else filed_at,
        recorded_at=None if added.recorded_at is None else filed_at,
    )
    return replace(history, complaints=sorted_complaints(concatenate_complaints(complaints, added)))


def _new_buyers(
    complaints: Complaints,
    owner: NDArray[np.int64],
    brigade: NDArray[np.bool_],
    rng: np.random.Generator,
) -> NDArray[np.int32] | None:
    if complaints.buyer is None:
        return None
    unused = int(complaints.buyer.max(initial=-1)) + 1
    people = unused + np.arange(len(owner))
    size = rng.integers(*_BRIGADE_BUYERS, size=int(owner.max(initial=-1)) + 1, endpoint=True)
    member = rng.integers(0, size[owner])
    shared = unused + len(owner) + owner * _BRIGADE_BUYERS[1] + member
    return np.where(brigade, shared, people).astype(np.int32)
