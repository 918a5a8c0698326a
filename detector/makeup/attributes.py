"""The attributes of a complaint, each as one of a few parts.

An attribute whose column a history lacks is absent. Each has a part for what is missing or was
never seen, so that nothing drops out: an emptied column is a change like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US, HOUR_US
from detector.expectation.panel import categories_in, column_of_each
from detector.history.history import UNKNOWN, Complaints, History, Outcome

Codes = NDArray[np.int64]

HOUR: Final = "(hour of day)"
DELAY: Final = "(delay)"
EVIDENCE: Final = "(pieces of evidence)"
OUTCOME: Final = "(outcome)"
GAP: Final = "(time between complaints)"
CATEGORY: Final = "(mix of categories)"
# In brackets, as columns across categories are.

HOURS: Final = 3
"""Hours of the day that make one part."""
DELAY_DAYS: Final = (1, 3, 6, 9, 13, 19, 30)
"""Delays from an order that part one part from the next."""
GAP_PERCENT: Final = (2, 10, 30, 100, 200)
"""Times since the seller's complaint before that part one part from the next, in hundredths of the
mean time between its complaints: more complaints are no change of how they come."""
PERIOD_DAYS: Final = 28
"""Days over which that mean is taken."""
PIECES: Final = 3
"""So many pieces of evidence, and more, are one part."""
NO_ORDER, NO_HOUR, NO_PIECES = "no order", "no hour", "unknown"
RARER, NEW = "(rarer)", "(new)"
UNDECIDED_PART: Final = -1
"""A complaint that is not decided says nothing of outcomes."""


def parts_of(attribute: str, columns: Sequence[str]) -> tuple[str, ...]:
    """Names of an attribute's parts; of categories, those that `columns` count one by one."""
    if attribute == HOUR:
        return (*(f"{h}-{h + HOURS}" for h in range(0, 24, HOURS)), NO_HOUR)
    if attribute == DELAY:
        return (*_ranges(DELAY_DAYS), NO_ORDER)
    if attribute == EVIDENCE:
        return (*map(str, range(PIECES)), f"{PIECES}-", NO_PIECES)
    if attribute == OUTCOME:
        return ("upheld", "rejected", "unfounded")
    if attribute == GAP:
        return _ranges(GAP_PERCENT)
    return (*categories_in(columns), RARER, NEW)


def _ranges(edges: Sequence[int]) -> tuple[str, ...]:
    return tuple(f"{a}-{b}" for a, b in zip((0, *edges), (*edges, ""), strict=True))


def codes_in(history: History, columns: Sequence[str], in_period: Codes) -> dict[str, Codes]:
    """(n,) the part of each complaint, by attribute; -1 where it says nothing of it.

    `in_period` (n,) is how many its seller has in the same `PERIOD_DAYS`.
    """
    complaints = history.complaints
    found = {
        HOUR: _hours(complaints),
        DELAY: _delays(complaints),
        EVIDENCE: _pieces(complaints),
        OUTCOME: _outcomes(complaints),
        GAP: _gaps(complaints, in_period),
        CATEGORY: part_of_each(history.categories, columns)[complaints.category],
    }
    return {name: codes for name, codes in found.items() if codes is not None}


def attributes_in(complaints: Complaints) -> tuple[str, ...]:
    """The attributes whose columns complaints have."""
    absent = {
        DELAY: complaints.delay_days is None,
        EVIDENCE: complaints.evidence is None,
        OUTCOME: complaints.outcome is None,
    }
    return tuple(name for name in ATTRIBUTES if not absent.get(name, False))


ATTRIBUTES: Final = (HOUR, DELAY, EVIDENCE, OUTCOME, GAP, CATEGORY)
"""All of them, in the order of the forest's columns."""


def _hours(complaints: Complaints) -> Codes:
    clock = complaints.filed_at % DAY_US
    # A midnight to the microsecond knows only its day.
    return np.where(clock == 0, 24 // HOURS, clock // (HOURS * HOUR_US))


def _delays(complaints: Complaints) -> Codes | None:
    days = complaints.delay_days
    if days is None:
        return None
    part = np.searchsorted(np.array(DELAY_DAYS, dtype=np.float32), days, side="right")
    return np.where(np.isnan(days), len(DELAY_DAYS) + 1, part)


def _pieces(complaints: Complaints) -> Codes | None:
    if complaints.evidence is None:
        return None
    pieces = complaints.evidence.astype(np.int64)
    return np.where(pieces == UNKNOWN, PIECES + 1, np.minimum(pieces, PIECES))


def _outcomes(complaints: Complaints) -> Codes | None:
    if complaints.outcome is None:
        return None
    outcome = complaints.outcome.astype(np.int64)
    return np.where(outcome == Outcome.PENDING, UNDECIDED_PART, outcome - 1)


def _gaps(complaints: Complaints, in_period: Codes) -> Codes:
    filed_at, seller = complaints.filed_at, complaints.seller
    percent = np.full(len(seller), GAP_PERCENT[-1], dtype=np.float64)
    same = np.flatnonzero(seller[1:] == seller[:-1]) + 1
    mean = PERIOD_DAYS * DAY_US / in_period[same]
    percent[same] = 100.0 * (filed_at[same] - filed_at[same - 1]) / mean
    # Few edges: to compare with each is several times faster than to search among them.
    part = np.zeros(len(percent), dtype=np.uint8)
    for edge in GAP_PERCENT:
        part += percent >= edge
    return part.astype(np.int64)


def part_of_each(categories: Sequence[str], columns: Sequence[str]) -> Codes:
    """The part of each category among the parts of categories."""
    column = column_of_each(categories, columns)
    # Column 0 counts all; those of single categories follow, then the rest where there is one.
    return np.where(column > 0, column - 1, len(categories_in(columns)) + 1)


def words_for(attribute: str, part: str) -> str:
    """What is true of the complaints of a part, with `{were}` for the verb."""
    low, _, high = part.partition("-")
    if attribute == HOUR and part != NO_HOUR:
        return f"{{were}} filed between {low} and {high} o’clock (UTC)"
    if attribute == DELAY and part != NO_ORDER:
        return f"came {_span(low, high, 'days')} after the order"
    if attribute == GAP and high:
        share = f"{low} to {high} %" if int(low) else f"sooner than {high} %"
        return f"came {share} of the mean time after the one before"
    if attribute == EVIDENCE and part.rstrip("-").isdigit():
        pieces = "piece" if part == "1" else "pieces"
        return f"came with {low}{' or more' * part.endswith('-')} {pieces} of evidence"
    if attribute == OUTCOME:
        return f"{{were}} decided as {part}"
    name = part.replace("{", "{{").replace("}", "}}")
    return _WORDS.get((attribute, part), f"{{were}} about “{name}”")


_WORDS: Final = {
    (HOUR, NO_HOUR): "did not say at which hour",
    (DELAY, NO_ORDER): "named no order",
    (EVIDENCE, NO_PIECES): "did not say what evidence there is",
    (GAP, f"{GAP_PERCENT[-1]}-"): f"came later than {GAP_PERCENT[-1]} % of the mean time",
    (CATEGORY, RARER): "{were} about rarer categories",
    (CATEGORY, NEW): "{were} about a category that was not known before",
}


def _span(low: str, high: str, unit: str) -> str:
    return f"{low} {unit} or more" if not high else f"{low} to {high} {unit}"
