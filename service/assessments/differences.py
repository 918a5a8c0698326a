"""What people found at sellers whom only one of challenger and version in use would name.

Cases are opened for what the version in use names, so verdicts of all cases would favour it. Both
are judged by what they do not share: cases that a lot opened for the challenger, beside those of
the version in use that the challenger would not have had opened.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, Literal, NamedTuple

from pydantic import Field
from sqlalchemy import Connection, Row

from detector.two_shares import Difference, difference
from service.assessments import exploration_store
from service.http.fields import ResponseBody

JUDGED_MIN: Final = 10
"""Judged cases of each of the two below which nothing is said."""
Better = Literal["challenger", "champion", "cannot_tell"]


class SideShown(ResponseBody):
    """Cases of sellers whom one of the two versions alone would have people look at."""

    cases: int
    upheld: int = Field(description="Closed as a problem.")
    not_upheld: int = Field(description="Closed as a false alarm.")
    unclear: int = Field(description="Closed as unclear, or without a label: in no share.")
    pending: int = Field(description="Still open.")


class DifferenceShown(ResponseBody):
    """What people found where the two versions differ."""

    only_challenger: SideShown = Field(
        description="Drawn by lot, of the sellers whom only the challenger named."
    )
    only_champion: SideShown = Field(
        description="Opened for the version in use, of sellers whom the challenger did not name "
        "in the first run after that."
    )
    difference: float | None = Field(
        description="Share upheld of the challenger's judged cases less that of the others; null "
        "below 10 judged cases of either."
    )
    low: float | None = Field(description="Lower bound of its exact 95 % interval.")
    high: float | None = Field(description="Upper bound.")
    better: Better = Field(description="Whose share is higher, where the interval tells.")
    in_words: str


class Case(NamedTuple):
    """One case, by what became of it."""

    case_id: str
    seller_id: str
    opened_at: int
    state: Literal["upheld", "not_upheld", "unclear", "pending"]


def compared(
    connection: Connection, runs: Sequence[Row[Any]], challenger: str, *, kept: Collection[str]
) -> DifferenceShown:
    """What people found, by a challenger's whole runs, the last first.

    What became of the cases of sellers that are `kept` from the reader counts as pending.
    """
    first, last = (runs[-1].as_of, runs[0].as_of) if runs else (0, -1)
    drawn = exploration_store.cases_drawn(connection, challenger, since=first)
    by_run = [(run.as_of, frozenset(json.loads(run.only_champion))) for run in reversed(runs)]
    named = frozenset[str]().union(*(sellers for _, sellers in by_run))
    sellers = named.union(drawn.values())
    rows = exploration_store.cases_of(connection, sellers, since=first)
    ours, theirs = [], []
    for case in _as_one(rows, kept):
        if case.case_id in drawn:
            ours.append(case)
        elif case.opened_at < last and case.seller_id in _after(by_run, case.opened_at):
            theirs.append(case)
    return _shown(_side(ours), _side(theirs))


def _as_one(rows: Iterable[Row[Any]], kept: Collection[str]) -> list[Case]:
    """Cases, the first first; one that an appeal opened again is one with that of before."""
    found: dict[tuple[str, str], Case] = {}
    for row in rows:
        state = _state(row.status, row.label) if row.seller_id not in kept else "pending"
        before = found.get((row.seller_id, row.opening))
        begun = before or Case(row.case_id, row.seller_id, row.opened_at, state)
        found[row.seller_id, row.opening] = begun._replace(state=state)
    return list(found.values())


def _state(status: str, label: str | None) -> Literal["upheld", "not_upheld", "unclear", "pending"]:
    if status == "open":
        return "pending"
    if label == "problem":
        return "upheld"
    return "not_upheld" if label == "false_alarm" else "unclear"


def _after(by_run: Sequence[tuple[int, frozenset[str]]], opened_at: int) -> frozenset[str]:
    """Whom only the version in use named in the first run after an instant."""
    return by_run[bisect_right(by_run, opened_at, key=lambda run: run[0])][1]


def _side(cases: Sequence[Case]) -> SideShown:
    counts = Counter(case.state for case in cases)
    return SideShown(
        cases=len(cases),
        upheld=counts["upheld"],
        not_upheld=counts["not_upheld"],
        unclear=counts["unclear"],
        pending=counts["pending"],
    )


def _shown(ours: SideShown, theirs: SideShown) -> DifferenceShown:
    judged = [side.upheld + side.not_upheld for side in (ours, theirs)]
    found = None
    if min(judged) >= JUDGED_MIN:
        found = difference(ours.upheld, judged[0], theirs.upheld, judged[1])
    better: Better = "cannot_tell"
    if found is not None and found.low > 0.0:
        better = "challenger"
    elif found is not None and found.high < 0.0:
        better = "champion"
    return DifferenceShown(
        only_challenger=ours,
        only_champion=theirs,
        difference=None if found is None else found.value,
        low=None if found is None else found.low,
        high=None if found is None else found.high,
        better=better,
        in_words=_in_words(ours, theirs, found, better),
    )


_SAID: Final[dict[Better, str]] = {
    "challenger": "More of its cases are upheld.",
    "champion": "More of the cases of the version in use are upheld.",
    "cannot_tell": "Cannot tell which of them is right more often.",
}


def _in_words(ours: SideShown, theirs: SideShown, found: Difference | None, better: Better) -> str:
    said = (
        f"Upheld where only it looks: {_counted(ours)}; where only the version in use looks: "
        f"{_counted(theirs)}."
    )
    if found is None:
        return f"{said} Cannot tell: {JUDGED_MIN} judged cases of each are needed."
    points = [f"{round(100 * value):+d}" for value in (found.value, found.low, found.high)]
    return f"{said} Difference: {points[0]} points ({points[1]} to {points[2]}). {_SAID[better]}"


def _counted(side: SideShown) -> str:
    judged = side.upheld + side.not_upheld
    return f"{side.upheld:,} of {judged:,}, {side.unclear:,} unclear, {side.pending:,} pending"
