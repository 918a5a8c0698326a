"""What follows from faults of a feed: what is not learnt from, and which flags are held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from detector.assess import Assessments
from detector.durations import DAY_US
from detector.feed.faults import (
    COPIED,
    FaultKind,
    FeedFault,
    FeedReport,
    faults_in,
    without_copies,
)
from detector.feed.sentences import days_of
from detector.history.history import History

LEARNT_DAYS: Final = 56
"""Days before the end of a training in which a fault stops it; older ones were seen before."""
HELD_DAYS: Final = 7
"""Days after a fault for which flags are held: the windows that show a spike first."""
HOLDING: Final[frozenset[FaultKind]] = frozenset(
    {"twins", "echoes", "repeats", "renamed_category", "new_sellers"}
)
"""Faults that look like spikes of single sellers. Lost rows and moved hours flag nobody: what
moves all sellers alike is the market's, not a seller's."""
SPOILT: Final[frozenset[FaultKind]] = frozenset(
    {"renamed_category", "new_sellers", "backlog", "category_missing", "complaints_missing"}
)
"""Faults on whose days complaints stand where they do not belong. On days without orders, or with
other hours, complaints themselves are as they were."""


def stopping(report: FeedReport, until: int) -> tuple[FeedFault, ...]:
    """Certain faults of the last weeks before `until` (microseconds UTC), which stop a training."""
    return report.since(until - LEARNT_DAYS * DAY_US).certain


def holding(report: FeedReport, as_of: int) -> tuple[FeedFault, ...]:
    """Certain faults that may have made the flags of an instant (microseconds UTC).

    The report may reach beyond the instant: what was seen later holds nothing.
    """
    today = as_of // DAY_US
    return tuple(
        fault
        for fault in report.since(as_of - HELD_DAYS * DAY_US).certain
        if fault.kind in HOLDING and fault.seen_day < today
    )


def why_held(report: FeedReport, as_of: int) -> str | None:
    """Why nobody is flagged at an instant, as a sentence beside other reasons; None: they are."""
    faults = holding(report, as_of)
    if not faults:
        return None
    days = ", ".join(dict.fromkeys(days_of(fault) for fault in faults))
    return f"Not flagged: the feed was faulty ({days}), which may be all there is to it."


def flags_held(found: Assessments, report: FeedReport) -> Assessments:
    """The assessments, without their flags where a fault of the feed may have made them."""
    why = why_held(report, found.as_of)
    return found if why is None else found.held(why)


def without_faults(
    history: History, faults: Sequence[FeedFault], until: int
) -> tuple[History, tuple[FeedFault, ...]]:
    """The history without what `faults` brought, and all faults that were left out.

    `faults` are those that stop a training until then (microseconds UTC). Copies that go on after
    four weeks are told as four weeks of them. With these left out the others show, and must go too:
    else the last weeks would have twice as many complaints as those before.
    """
    found: list[FeedFault] = []
    while copies := [fault for fault in faults if fault.kind in COPIED]:
        fewer = without_copies(history, copies)
        if found and len(fewer.complaints) == len(history.complaints):
            break
        found += copies
        history = fewer
        faults = stopping(faults_in(history, until), until)
    rest = [fault for fault in faults if fault.kind not in COPIED]
    ordered = sorted([*_joined(found), *rest], key=lambda fault: (fault.first_day, fault.kind))
    return without_spoilt_days(history, rest), tuple(ordered)


def _joined(faults: Sequence[FeedFault]) -> list[FeedFault]:
    """Faults of one kind, each of which begins as another ends, as one."""
    found: list[FeedFault] = []
    for fault in sorted(faults, key=lambda one: (one.kind, one.lag, one.first_day)):
        last = found[-1] if found else fault
        if (last.kind, last.lag, last.last_day + 1) == (fault.kind, fault.lag, fault.first_day):
            value = max(last.value, fault.value)
            found[-1] = replace(last, last_day=fault.last_day, value=value)
        else:
            found.append(fault)
    return found


def without_spoilt_days(history: History, faults: Sequence[FeedFault]) -> History:
    """The history without all complaints of the days that faults spoilt.

    A day without complaints raises nobody's expectation; the market's factor takes it up.
    """
    complaints = history.complaints
    day = complaints.filed_at // DAY_US
    left_out = np.zeros(len(complaints), dtype=bool)
    for fault in faults:
        if fault.kind in SPOILT:
            left_out |= (day >= fault.first_day) & (day <= fault.last_day)
    return replace(history, complaints=complaints.take(~left_out))
