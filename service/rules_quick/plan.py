"""Which rows of a log count, whose they are, and which sellers need the pure fold."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from detector.rules import Event, Refused, refusals
from detector.rules.events import Appeal, AppealDecided, Override, body_of
from service.rules_quick import book as b
from service.rules_quick import fields as f
from service.rules_quick.columns import Columns
from service.rules_quick.fields import Ints, Places
from service.rules_quick.intern import (
    find,
    find_owners,
    intern,
    same_lines,
    sort_keys,
    texts_longest,
)

SORTED_MAX: Final = 64
"""Bytes of an id up to which ids are sorted as columns of bytes; longer ones take more memory."""


class Plan(NamedTuple):
    """A log sorted out.

    `events` are the rows to fold, in the order recorded; their owner is a place in `sellers`, which
    has a row of each in order of id. `is_hard` marks the sellers of whom the compiled fold does not
    know enough. `latest` is the latest recorded time, None without one.
    """

    events: Ints
    sellers: Ints
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
    sellers, by_name = _own(columns, np.concatenate([events, machines]))
    is_hard = np.zeros(len(sellers), dtype=np.int64)
    _refer(columns, events, slots, by_name, is_hard)
    _harden(columns, events, is_hard)
    is_lost = (rows[events, b.OWNER] < 0) & (rows[events, f.KIND] != f.WITHDRAWN)
    _refuse_strays(columns, events[is_lost], refused)
    latest = int(rows[events[-1], f.RECORDED]) if len(events) else None
    return Plan(events, sellers, is_hard, refused, latest)


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


def _own(columns: Columns, events: Ints) -> tuple[Ints, Places]:
    """Number the sellers in order of id; return a row of each, and where to look them up."""
    rows = columns.rows
    named = events[rows[events, f.SELLER_ID] != 0]
    first, by_name = np.empty(len(rows), dtype=np.int32), _slots(len(named))
    intern(columns.log, rows, f.SELLER_ID, named, first, by_name)
    sellers = named[first[named] == named]
    sellers = sellers[_in_order_of_id(columns, sellers)]
    rank = np.empty(len(rows), dtype=np.int32)
    rank[sellers] = np.arange(len(sellers))
    rows[named, b.OWNER] = rank[first[named]]
    return sellers, by_name


def _in_order_of_id(columns: Columns, sellers: Ints) -> Ints:
    longest = texts_longest(columns.rows, sellers, f.SELLER_ID)
    if longest > SORTED_MAX:
        texts = [columns.text(row, f.SELLER_ID) for row in sellers.tolist()]
        return np.array(sorted(range(len(texts)), key=texts.__getitem__), dtype=np.int64)
    keys = np.zeros((len(sellers), max(1, longest)), dtype=np.uint8)
    sort_keys(columns.log, columns.rows, sellers, f.SELLER_ID, keys)
    order: Ints = np.argsort(keys.view(f"S{keys.shape[1]}").ravel(), kind="stable")
    return order


def _refer(columns: Columns, events: Ints, by_id: Places, by_name: Places, is_hard: Ints) -> None:
    """Find what events name; they belong to the seller of that."""
    rows = columns.rows
    kinds = rows[events, f.KIND]
    forgiving = [row for row, one in columns.odd.items() if _is_forgiving(one)]
    for which, named in (
        (events[kinds == f.APPEAL], f.VERDICT),
        (events[kinds == f.DECIDED], f.APPEAL),
        (np.array(forgiving, dtype=np.int64), f.VERDICT),
    ):
        found = np.empty(len(which), dtype=np.int64)
        find(columns.log, rows, which, by_id, found)
        found[rows[found, f.KIND] != named] = -1
        rows[which, b.TARGET] = found
        rows[which[found >= 0], b.OWNER] = rows[found[found >= 0], b.OWNER]
    of_sanctions = events[(kinds >= f.DONE) & (rows[events, b.OWNER] < 0)]
    find_owners(columns.log, rows, of_sanctions, by_name, is_hard)


def _is_forgiving(event: Event) -> bool:
    return isinstance(event, Override) and event.action == "forgive"


def _harden(columns: Columns, events: Ints, is_hard: Ints) -> None:
    """Mark the sellers that need the pure fold: of odd events, or with a complaint in common."""
    rows = columns.rows
    verdicts = events[rows[events, f.KIND] == f.VERDICT]
    first = np.empty(len(rows), dtype=np.int32)
    intern(columns.log, rows, f.COMPLAINT, verdicts, first, _slots(len(verdicts)))
    rows[verdicts, b.CASE] = first[verdicts]
    owner, other = rows[verdicts, b.OWNER], rows[first[verdicts], b.OWNER]
    is_hard[owner[owner != other]] = is_hard[other[owner != other]] = 1
    of_odd = rows[list(columns.odd), b.OWNER]  # a detector's verdicts too: they name a seller
    is_hard[of_odd[of_odd >= 0]] = 1


def _refuse_strays(columns: Columns, stray: Ints, refused: list[Refused]) -> None:
    """Refuse what names nothing that any event in the log is about."""
    for row in stray.tolist():
        event = columns.event(row)
        if isinstance(event, Appeal):
            why = refusals.names_no_verdict(event)
        elif isinstance(event, AppealDecided):
            why = refusals.names_no_appeal(event)
        else:
            why = refusals.names_nothing(columns.text(row, f.REFERENCE))
        refused.append(Refused(row + 1, why))
