"""What can be asked about a seller; each inside one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from msgspec.structs import asdict, replace
from sqlalchemy import Connection

from detector.durations import DAY_US
from detector.rules import Policies
from service.assessments.actions import assessment_of
from service.cases.actions import case_shown
from service.cases.store import open_case_of
from service.decisions.ledger.rules import entries_page, standing_or_start, standing_shown
from service.decisions.ledger.schemas import EntryState, Standing
from service.decisions.ledger.store import sellers_with_events
from service.decisions.log_records import log_of
from service.decisions.sanction_records import sanctions_of
from service.decisions.sanctions.consequences import waiting_ids
from service.decisions.seller_log import SellerLog
from service.http.fields import cursor_of, instant_place
from service.sellers.store import check_known
from service.views.complaints.actions import complaints_listed
from service.views.complaints.schemas import ComplaintPage
from service.views.sellers import store
from service.views.sellers.rules import BASELINE_DAYS, GUARD_DAYS, bands_of
from service.views.sellers.schemas import (
    BECAUSE_MAX,
    CreditShown,
    DayShown,
    EntryShown,
    HistoryShown,
    LedgerShown,
    SanctionShown,
    SellerShown,
    TrackShown,
)


def show_seller(
    connection: Connection, seller_id: str, policies: Policies, *, now: int
) -> SellerShown:
    """What the machine says, what persons decided, and what is being looked at."""
    check_known(connection, seller_id)
    case = open_case_of(connection, seller_id)
    return SellerShown(
        seller_id=seller_id,
        assessment=assessment_of(connection, seller_id),
        standing=standing_shown(
            standing_or_start(log_of(connection, seller_id), policies, now=now)
        ),
        case=None if case is None else case_shown(connection, case, now),
        awaiting_approval=waiting_ids(connection, seller_id, now=now),
    )


def show_ledger(
    connection: Connection,
    seller_id: str,
    policies: Policies,
    *,
    now: int,
    state: EntryState | None,
    limit: int,
    cursor: str | None,
) -> LedgerShown:
    """The sanctions there ever were and a page of the entries, folded from the log as of now.

    Each sanction is told with what became of it.
    """
    check_known(connection, seller_id)
    after = instant_place(cursor)
    log = log_of(connection, seller_id)
    ledger = standing_or_start(log, policies, now=now)
    found = entries_page(log, policies, now=now, limit=limit + 1, after=after, state=state)
    last = found[limit - 1] if len(found) > limit else None
    records = sanctions_of(connection, seller_id, now=now)
    state_of = {record.sanction_id: record.state for record in records}
    return LedgerShown(
        seller_id=seller_id,
        balance=ledger.balance,
        level=ledger.level,
        status=ledger.status,
        entries=[EntryShown(**_picked(entry, EntryShown)) for entry in found[:limit]],
        next_cursor=cursor_of(last.opened_at, last.id) if last else None,
        sanctions=[
            SanctionShown(
                approval=state_of.get(one.id),
                because_count=len(one.because),
                **_picked(replace(one, because=one.because[:BECAUSE_MAX]), SanctionShown),
            )
            for one in ledger.sanctions
        ],
        credits=[CreditShown(**asdict(one)) for one in ledger.credits],
        tracks={name: TrackShown(**asdict(one)) for name, one in ledger.tracks.items()},
    )


def show_history(connection: Connection, seller_id: str, *, now: int, days: int) -> HistoryShown:
    """The seller's last days, today included, with what was usual on each of them."""
    check_known(connection, seller_id)
    return histories_of(connection, [seller_id], now=now, days=days)[seller_id]


def histories_of(
    connection: Connection, seller_ids: Sequence[str], *, now: int, days: int
) -> dict[str, HistoryShown]:
    """The same for each of a page of sellers, in two statements."""
    today = now // DAY_US
    first = max(today - (days + BASELINE_DAYS + GUARD_DAYS) + 1, 0)
    filed = store.daily_complaints(connection, seller_ids, since_day=first, before=now + 1)
    orders = store.daily_orders(connection, seller_ids, since_day=first)
    return {
        seller_id: HistoryShown(
            seller_id=seller_id,
            days=_days_of(
                range(first, today + 1), filed.get(seller_id, {}), orders.get(seller_id, {})
            )[-days:],
        )
        for seller_id in seller_ids
    }


def _days_of(days: range, filed: Mapping[int, int], orders: Mapping[int, float]) -> list[DayShown]:
    counts = np.asarray([float(filed.get(day, 0)) for day in days])
    taken = [orders.get(day, 0.0) if orders else 1.0 for day in days]
    bands = bands_of(counts, np.asarray(taken))
    return [
        DayShown(
            day=day,
            complaints=filed.get(day, 0),
            orders=orders.get(day),
            expected=float(bands.expected[i]),
            low=float(bands.low[i]),
            high=float(bands.high[i]),
        )
        for i, day in enumerate(days)
    ]


def standings_of(
    connection: Connection, seller_ids: Sequence[str], policies: Policies, *, now: int
) -> dict[str, Standing]:
    """Where each of a page of sellers stands; the log is read of those that have one."""
    judged = sellers_with_events(connection, seller_ids)
    start = standing_shown(standing_or_start(SellerLog.of("", ()), policies, now=now))
    return {
        one: standing_shown(standing_or_start(log_of(connection, one), policies, now=now))
        if one in judged
        else start
        for one in seller_ids
    }


def complaints_page(
    connection: Connection,
    seller_id: str,
    *,
    outcome: str | None,
    limit: int,
    cursor: str | None,
) -> ComplaintPage:
    """A page of the complaints about a seller, newest first."""
    check_known(connection, seller_id)
    rows = store.complaints_page(
        connection, seller_id, outcome=outcome, limit=limit + 1, after=instant_place(cursor)
    )
    last = rows[limit - 1] if len(rows) > limit else None
    return ComplaintPage(
        complaints=complaints_listed(connection, rows[:limit]),
        next_cursor=cursor_of(last.filed_at, last.complaint_id) if last else None,
    )


def _picked(value: Any, shape: type[Any]) -> dict[str, Any]:  # noqa: ANN401
    picked = {name: v for name, v in asdict(value).items() if name in shape.model_fields}
    return {name: list(v) if isinstance(v, tuple) else v for name, v in picked.items()}
