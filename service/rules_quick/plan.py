"""Which rows of a log count, whose they are, and which sellers need the pure fold."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from detector.rules import Refused, refusals
from detector.rules.events import Appeal, AppealDecided, Override, body_of
from service.rules_quick import book as b
from service.rules_quick import fields as f
from service.rules_quick.columns import OTHER, Columns
from service.rules_quick.fields import Ints, Places
from service.rules_quick.intern import find, intern, same_lines


class Plan(NamedTuple):
    """A log sorted out.

    `events` are the rows to fold, in the order recorded; their owner is a place in `names`, and
    `sellers` has a row of each. `is_hard` marks the sellers of whom the compiled fold does not know
    enough. `latest` is the latest recorded time, None without one.
    """

    events: Ints
    sellers: Ints
    names: list[str]
    is_hard: Ints
    refused: list[Refused]
    latest: int | None


def plan_of(columns: Columns, known_at: int | None) -> Plan:
    """Sort a log out: order, duplicates, machines, owners, references."""
    rows = columns.rows
    counts = rows[:, f.KIND] > 0
    if known_at is not None:
        counts &= rows[:, f.RECORDED] <= known_at
    ordered = np.flatnonzero(counts)
    times = rows[ordered, f.RECORDED]
    if np.any(times[1:] < times[:-1]):
        ordered = ordered[np.argsort(times, kind="stable")]
    is_machine = (rows[ordered, f.KIND] == f.VERDICT) & (rows[ordered, f.ACTOR] == f.MACHINE)
    machines, people = ordered[is_machine], ordered[~is_machine]
    first = np.empty(len(rows), dtype=np.int32)
    refused: list[Refused] = []
    slots = _slots(len(machines))
    intern(columns.log, rows, f.ID, machines, first, slots)
    _refuse_machines(columns, machines, first, refused)
    slots = _slots(len(people))
    intern(columns.log, rows, f.ID, people, first, slots)
    is_again = first[people] != people
    _refuse_conflicts(columns, people[is_again], first, refused)
    events = people[~is_again]
    rows[:, f.COLUMNS :] = -1
    sellers, names = _own(columns, np.concatenate([events, machines]))
    is_hard = np.zeros(len(names), dtype=np.int64)
    _refer(columns, events, slots)
    stray = _harden(columns, events, is_hard, names)
    _refuse_strays(columns, stray, refused)
    latest = int(rows[events[-1], f.RECORDED]) if len(events) else None
    return Plan(events, sellers, names, is_hard, refused, latest)


def _slots(count: int) -> Places:
    return np.full(1 << max(4, int(2 * count).bit_length()), -1, dtype=np.int32)


def _refuse_machines(
    columns: Columns, machines: Ints, first: Places, refused: list[Refused]
) -> None:
    last: dict[int, int] = {}
    for row in machines.tolist():
        known = last.get(int(first[row]))
        if known is not None and body_of(columns.event(known)) == body_of(columns.event(row)):
            continue
        last[int(first[row])] = row
        refused.append(Refused(row + 1, refusals.is_by_a_machine(columns.text(row, f.ID))))


def _refuse_conflicts(columns: Columns, again: Ints, first: Places, refused: list[Refused]) -> None:
    """Refuse what has the id of an earlier event and another body."""
    earlier = first[again].astype(np.int64)
    same = np.zeros(len(again), dtype=np.int64)
    same_lines(columns.log, columns.rows, again, earlier, same)
    for row, other in zip(again[same == 0].tolist(), earlier[same == 0].tolist(), strict=True):
        event = columns.event(row)
        if body_of(event) != body_of(columns.event(other)):
            refused.append(Refused(row + 1, refusals.conflicts(event)))


def _own(columns: Columns, events: Ints) -> tuple[Ints, list[str]]:
    """Number the sellers in order of id; return a row and the name of each."""
    rows = columns.rows
    named = events[rows[events, f.SELLER_ID] != 0]
    first = np.empty(len(rows), dtype=np.int32)
    intern(columns.log, rows, f.SELLER_ID, named, first, _slots(len(named)))
    sellers = named[first[named] == named]
    texts = [columns.text_at(place) for place in rows[sellers, f.SELLER_ID].tolist()]
    order = sorted(range(len(texts)), key=texts.__getitem__)
    rank = np.empty(len(rows), dtype=np.int32)
    rank[sellers[order]] = np.arange(len(sellers))
    rows[named, b.OWNER] = rank[first[named]]
    return sellers[order], [texts[n] for n in order]


def _refer(columns: Columns, events: Ints, slots: Places) -> None:
    """Find what appeals and their decisions name; they belong to the seller of that."""
    rows = columns.rows
    for kind, named in ((f.APPEAL, f.VERDICT), (f.DECIDED, f.APPEAL), (OTHER, f.VERDICT)):
        which = events[rows[events, f.KIND] == kind]
        found = np.empty(len(which), dtype=np.int64)
        find(columns.log, rows, which, slots, found)
        found[rows[found, f.KIND] != named] = -1
        rows[which, b.TARGET] = found
        rows[which[found >= 0], b.OWNER] = rows[found[found >= 0], b.OWNER]


def _harden(columns: Columns, events: Ints, is_hard: Ints, names: list[str]) -> Ints:
    """Mark the sellers that need the pure fold; return the rows that belong to nobody."""
    rows = columns.rows
    kinds = rows[events, f.KIND]
    verdicts = events[kinds == f.VERDICT]
    first = np.empty(len(rows), dtype=np.int32)
    intern(columns.log, rows, f.COMPLAINT, verdicts, first, _slots(len(verdicts)))
    rows[verdicts, b.CASE] = first[verdicts]
    owner, other = rows[verdicts, b.OWNER], rows[first[verdicts], b.OWNER]
    is_hard[owner[owner != other]] = is_hard[other[owner != other]] = 1
    of_odd = rows[list(columns.odd), b.OWNER]  # a detector's verdicts too: they name a seller
    is_hard[of_odd[of_odd >= 0]] = 1
    place = {name: n for n, name in enumerate(names)} if np.any(kinds >= f.DONE) else {}
    for row in events[kinds >= f.DONE].tolist():
        owners = _owners(columns, row, place)
        for one in owners:
            is_hard[one] |= len(owners) > 1 or row in columns.odd
            rows[row, b.OWNER] = one
    lost = (rows[events, b.OWNER] < 0) & (kinds != f.WITHDRAWN)
    stray: Ints = events[lost]
    return stray


def _owners(columns: Columns, row: int, place: dict[str, int]) -> list[int]:
    """Return the sellers that a report, notice, override or volume may be about."""
    owner = int(columns.rows[row, b.OWNER])
    if owner >= 0:
        return [owner]
    parts = _target_of(columns, row).split("/")
    found = ["/".join(parts[:end]) for end in range(1, len(parts))]
    return [place[name] for name in found if name in place]


def _target_of(columns: Columns, row: int) -> str:
    """Return the id of the sanction or entry that a row names."""
    if row not in columns.odd:
        return columns.text(row, f.REFERENCE)
    event: Any = columns.odd[row]
    return str(event.target_id if isinstance(event, Override) else event.sanction_id)


def _refuse_strays(columns: Columns, stray: Ints, refused: list[Refused]) -> None:
    """Refuse what names nothing that any event in the log is about."""
    for row in stray.tolist():
        event = columns.event(row)
        if isinstance(event, Appeal):
            why = refusals.names_no_verdict(event)
        elif isinstance(event, AppealDecided):
            why = refusals.names_no_appeal(event)
        else:
            why = refusals.names_nothing(_target_of(columns, row))
        refused.append(Refused(row + 1, why))
