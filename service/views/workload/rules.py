"""How long work takes, and how often the machine was right: pure sums over what is on file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, quantiles
from typing import Final, NamedTuple

from detector.durations import HOUR_US, MINUTE_US

BOUNDS: Final = (0.01, 0.1, 0.5)
"""Chances of a false alarm between bands."""
CASES_MIN: Final = 20
"""Cases below which a share tells next to nothing: its interval is wider than 40 points."""
WORKING_DAY_US: Final = 8 * HOUR_US
WAITS_MIN: Final = 5
"""Waits below which a median is chance."""


class ClosedCase(NamedTuple):
    """A case that somebody looked at; instants in microseconds UTC."""

    seller_id: str
    opened_at: int
    closed_at: int
    false_chance: float
    """What the machine gave as the chance of a false alarm."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long something took, in microseconds; None where too few are known."""

    count: int
    median: int | None
    most: int | None
    """Nine of ten took at most so long."""


@dataclass(frozen=True, slots=True)
class Band:
    """Cases whose chance of a false alarm lay in a band, and how many of them were upheld."""

    over: float
    up_to: float
    cases: int
    upheld: int
    promised: float | None
    """The share that the machine's chances promise."""
    share: float | None
    low: float | None
    """The bounds of E. B. Wilson's 95 % interval (1927, JASA 22:209)."""
    high: float | None


def minutes_a_case(spans: Sequence[int]) -> float | None:
    """The median time from a case's first claim to its end; None below `CASES_MIN` cases.

    One that took longer than a working day waited for something, and nobody looked at it meanwhile.
    """
    looked = [span for span in spans if span <= WORKING_DAY_US]
    return median(looked) / MINUTE_US if len(looked) >= CASES_MIN else None


def waits_of(spans: Sequence[int]) -> Waits:
    """Sum up how long something took."""
    if len(spans) < WAITS_MIN:
        return Waits(len(spans), None, None)
    tenths = quantiles(spans, n=10, method="inclusive")
    return Waits(len(spans), round(tenths[4]), round(tenths[8]))


def bands_of(cases: Iterable[ClosedCase], upheld: Iterable[tuple[str, int]]) -> list[Band]:
    """Share out cases by their chance of a false alarm; the least first.

    `upheld` are sellers and instants of verdicts that stand. A case was upheld if one of its
    seller was given while it was open, or as it closed.
    """
    verdicts = defaultdict(list)
    for seller_id, decided_at in upheld:
        verdicts[seller_id].append(decided_at)
    edges = (0.0, *BOUNDS, 1.0)
    found: list[list[tuple[bool, float]]] = [[] for _ in edges[1:]]
    for case in cases:
        is_upheld = any(case.opened_at <= t <= case.closed_at for t in verdicts[case.seller_id])
        place = sum(case.false_chance > bound for bound in BOUNDS)
        found[place].append((is_upheld, case.false_chance))
    return [_band(*ends, each) for ends, each in zip(pairwise(edges), found, strict=True)]


def _band(over: float, up_to: float, cases: list[tuple[bool, float]]) -> Band:
    count, upheld = len(cases), sum(is_upheld for is_upheld, _ in cases)
    if count < CASES_MIN:
        return Band(over, up_to, count, upheld, None, None, None, None)
    from scipy.stats import binomtest  # only this needs it, and it takes half a second

    bounds = binomtest(upheld, count).proportion_ci(method="wilson")
    promised = 1 - sum(chance for _, chance in cases) / count
    low, high = float(bounds.low), float(bounds.high)
    return Band(over, up_to, count, upheld, promised, upheld / count, low, high)
