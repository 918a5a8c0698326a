"""`detector rules replay --json` for long logs: compiled where it can be, pure where it must be.

The answer is that of the pure fold, to the byte.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import numpy as np

from detector.compiled import CORES
from detector.rules import Policies, Refused, bundled, refusals
from detector.rules.account import Account
from detector.rules.fold import Fold
from detector.rules.ledger import seller_ledger
from service.ledger_text import framed, seller_text
from service.rules_quick import book as b
from service.rules_quick import fields as f
from service.rules_quick.book import Tables, book_for, tables_of
from service.rules_quick.columns import Columns, at_once, columns_of
from service.rules_quick.fields import Bytes, Ints
from service.rules_quick.intern import grouped, texts_longest
from service.rules_quick.plan import Plan, plan_of
from service.rules_quick.text import tell

SHARE_MAX: Final = 0.5
"""With more events than this for the pure fold, it may as well have them all, in many processes."""

_NOON: Final = "2026-02-01T12:00:00Z"
_SMALL_LOG: Final = (
    {
        **dict.fromkeys(("decided_at", "reported_at", "incident_at", "recorded_at"), _NOON),
        **dict.fromkeys(("id", "seller_id", "complaint_id", "order_id", "buyer_id"), "a"),
        "violation": "counterfeit",
        "moderator": "m",
        "event": "verdict",
        "outcome": "upheld",
        "evidence": ["authenticity_document"],
        "actor": "person",
    },
    {"event": "withdrawn", "id": "b", "recorded_at": _NOON, "complaint_id": "a", "note": "odd"},
)


class Told(NamedTuple):
    """What the compiled fold says of some sellers: their texts end to end."""

    sellers: Ints
    text: Bytes
    ends: Ints


def replay_quickly(
    path: Path,
    policies: Policies,
    *,
    as_of: int | None,
    known_at: int | None,
    share_max: float = SHARE_MAX,
) -> Iterator[bytes | memoryview] | None:
    """Fold a log and yield the pieces of the JSON; None where the pure fold is the better way.

    It is that where more than `share_max` of the log is beyond the compiled fold. Raises OSError
    when the file cannot be read.
    """
    tables = tables_of(policies)
    if tables is None:
        return None
    columns = columns_of(path, tuple(tables.policy.violations), tables.kinds, share_max)
    if columns is None:
        return None
    plan = plan_of(columns, known_at)
    if as_of is None:
        as_of = known_at if known_at is not None else plan.latest
    as_of = 0 if as_of is None else as_of
    is_told = columns.rows[plan.events, f.KIND] != f.WITHDRAWN
    owner = columns.rows[plan.events, b.OWNER]
    is_lean = is_told & (owner >= 0)
    is_lean[is_lean] = plan.is_hard[owner[is_lean]] == 0
    if np.count_nonzero(~is_lean) > share_max * len(is_lean):
        return None
    told = _told(columns, plan, tables, plan.events[is_lean], as_of)
    for one in told:
        plan.is_hard[one.sellers[one.ends < 0]] = 1
    refused = [*columns.refused, *plan.refused, *_refusals(columns, plan, tables)]
    hard = _hard(columns, plan, policies, as_of, refused)
    return _joined(told, hard, refused)


def warm_up() -> None:
    """Compile what a replay needs, where that was never done, by one of a small log."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "log.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in _SMALL_LOG))
        pieces = replay_quickly(path, bundled("standard"), as_of=None, known_at=None, share_max=1.0)
        if pieces is not None:
            list(pieces)


def _told(columns: Columns, plan: Plan, tables: Tables, events: Ints, as_of: int) -> list[Told]:
    """Let the compiled fold tell the sellers that it knows enough of, in a thread a core."""
    count = len(plan.sellers)
    begins = np.empty(count + 1, dtype=np.int64)
    by_seller = grouped(events, columns.rows, count, begins)
    lean = np.flatnonzero(plan.is_hard == 0)
    longest = int(np.max(begins[1:] - begins[:-1], initial=0))
    accounts = columns.rows[plan.sellers, f.SELLER_ID]
    width = len(tables.names) + max(
        texts_longest(columns.rows, plan.sellers, f.SELLER_ID),
        texts_longest(columns.rows, events, f.ID),
    )

    def told(sellers: Ints) -> Told:
        book = book_for(tables, longest, as_of)
        ends = np.empty(len(sellers), dtype=np.int64)
        text = tell(
            *(columns.log, columns.rows, book, by_seller, begins, sellers, accounts),
            *(tables.names, width, ends),
        )
        return Told(sellers, text, ends)

    return at_once([partial(told, part) for part in np.array_split(lean, CORES)])


def _hard(
    columns: Columns, plan: Plan, policies: Policies, as_of: int, refused: list[Refused]
) -> dict[int, bytes]:
    """Let the pure fold tell the other sellers."""
    owner = columns.rows[plan.events, b.OWNER]
    rows = plan.events[owner >= 0]
    rows = rows[plan.is_hard[owner[owner >= 0]] == 1]
    state = Fold(policies)
    state.run([columns.event(row) for row in rows.tolist()])
    refused += state.refused
    policy, told = policies.at(as_of), {}
    for place in np.flatnonzero(plan.is_hard).tolist():
        name = plan.names[place]
        account = state.account_of.get(name) or Account(name, policies.versions[0])
        told[place] = (", " + seller_text(seller_ledger(name, account, policy, as_of))).encode()
    return told


def _joined(
    told: list[Told], hard: dict[int, bytes], refused: list[Refused]
) -> Iterator[bytes | memoryview]:
    pieces = list(framed([""], sorted(refused, key=lambda one: one.line or 0)))
    begin, end = pieces[0], pieces[-1]
    yield begin.encode()
    skip = 2  # the comma before the first
    places = sorted(hard)
    for one in told:
        text = memoryview(one.text)  # type: ignore[arg-type]
        at = 0
        last = int(one.sellers[-1]) if len(one.sellers) else -1
        while places and places[0] < last:
            place = places.pop(0)
            number = int(np.searchsorted(one.sellers, place)) - 1
            stop = at if number < 0 else int(one.ends[number])
            if stop < 0:
                stop = -stop - 1
            if stop > at:
                yield text[at + skip : stop]
                at, skip = stop, 0
            yield hard[place][skip:]
            skip = 0
        if len(text) > at:
            yield text[at + skip :]
            skip = 0
    for place in places:
        yield hard[place][skip:]
        skip = 0
    yield end.encode()


def _refusals(columns: Columns, plan: Plan, tables: Tables) -> Iterator[Refused]:
    """Say why rows were refused, as the pure fold does."""
    why = columns.rows[:, b.WHY]
    for row in np.flatnonzero(why > 0).tolist():
        owner = columns.rows[row, b.OWNER]
        if plan.is_hard[owner] == 0:
            yield Refused(row + 1, _why(columns, tables, row, int(why[row])))


def _why(columns: Columns, tables: Tables, row: int, why: int) -> str:
    event: Any = columns.event(row)
    if why == b.LACKS:
        gate = tables.policy.violations[event.violation].evidence
        return refusals.lacks(event, gate.missing(event.evidence))
    if why == b.ALREADY_DECIDED:
        earlier: Any = columns.event(int(columns.rows[row, b.OTHER]))
        return refusals.is_decided(event.complaint_id, earlier)
    if why == b.STILL_OPEN:
        return refusals.is_still_open(event, columns.text(int(columns.rows[row, b.OTHER]), f.ID))
    if why == b.NOT_CREDITED:
        return refusals.is_too_soon(event, tables.policy)
    if why == b.NAMES_NOTHING:
        return refusals.names_nothing(event.sanction_id)
    if why == b.TOO_LATE:
        verdict: Any = columns.event(int(columns.rows[row, b.TARGET]))
        window = tables.policy.appeals.window or 0
        return refusals.is_too_late(event, refusals.last_day_of(event, verdict, window))
    return _SAYING[why](event)


_SAYING: Final[dict[int, Callable[[Any], str]]] = {
    b.TOO_EARLY: refusals.is_too_early,
    b.NO_VERDICT: refusals.names_no_verdict,
    b.STANDS_NO_MORE: refusals.stands_no_more,
    b.WON: refusals.has_won,
    b.APPEALED: refusals.was_appealed,
    b.NO_APPEAL: refusals.names_no_appeal,
    b.CLOSED: refusals.is_closed,
}
