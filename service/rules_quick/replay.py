"""`detector rules replay --json` for long logs: compiled where it can be, pure where it must be.

The answer is that of the pure fold, to the byte.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from detector.rules import Policies, Refused, bundled, refusals
from detector.rules.account import Account
from detector.rules.fold import Fold
from detector.rules.ledger import seller_ledger
from service.ledger_text import framed, seller_text
from service.rules_quick import book as b
from service.rules_quick import fields as f
from service.rules_quick.book import Tables, tables_of
from service.rules_quick.columns import Columns, columns_of
from service.rules_quick.fields import Ints
from service.rules_quick.plan import Plan, plan_of
from service.rules_quick.telling import Part, told_at_once

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
    told = told_at_once(columns, plan, tables, plan.events[is_lean], as_of)
    return _joined(told, columns, plan, tables, policies, as_of)


def warm_up() -> None:
    """Compile what a replay needs, where that was never done, by one of a small log."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "log.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in _SMALL_LOG))
        pieces = replay_quickly(path, bundled("standard"), as_of=None, known_at=None, share_max=1.0)
        if pieces is not None:
            list(pieces)


def _joined(
    told: Iterator[Part],
    columns: Columns,
    plan: Plan,
    tables: Tables,
    policies: Policies,
    as_of: int,
) -> Iterator[bytes | memoryview]:
    """Put the texts of the sellers that the pure fold tells between those of the others."""
    refused = [*columns.refused, *plan.refused]
    hard = _hard(columns, plan, policies, as_of, np.flatnonzero(plan.is_hard), refused)
    begin, _ = framed([], [])
    yield begin.encode()
    skip = len(", ")  # before the first
    for part in told:
        plan.is_hard[part.full] = 1
        hard |= _hard(columns, plan, policies, as_of, part.full, refused)
        for piece in part.pieces(hard):
            yield piece[skip:]
            skip = 0
    refused += _refusals(columns, plan, tables)
    _, end = framed([], sorted(refused, key=lambda one: one.line or 0))
    yield end.encode()


def _hard(
    columns: Columns,
    plan: Plan,
    policies: Policies,
    as_of: int,
    places: Ints,
    refused: list[Refused],
) -> dict[int, bytes]:
    """Let the pure fold tell some sellers, who may have something to do with one another."""
    if not len(places):
        return {}
    is_theirs = np.zeros(len(plan.sellers) + 1, dtype=np.bool_)  # the last: of nobody
    is_theirs[places] = True
    rows = plan.events[is_theirs[columns.rows[plan.events, b.OWNER]]]
    state = Fold(policies)
    state.run([columns.event(row) for row in rows.tolist()])
    refused += state.refused
    policy, told = policies.at(as_of), {}
    for place in places.tolist():
        name = columns.text(int(plan.sellers[place]), f.SELLER_ID)
        account = state.account_of.get(name) or Account(name, policies.versions[0])
        told[place] = (", " + seller_text(seller_ledger(name, account, policy, as_of))).encode()
    return told


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
    b.SUPERSEDES_NOTHING: refusals.supersedes_nothing,
    b.NO_VERDICT: refusals.names_no_verdict,
    b.STANDS_NO_MORE: refusals.stands_no_more,
    b.WON: refusals.has_won,
    b.APPEALED: refusals.was_appealed,
    b.NO_APPEAL: refusals.names_no_appeal,
    b.CLOSED: refusals.is_closed,
}
