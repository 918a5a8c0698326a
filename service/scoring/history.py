"""From the store's rows, or a request's, to the history that the detector reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection

from detector.errors import BadInput
from detector.history import UNDECIDED, UNKNOWN, History, Outcome, history_of
from service.complaints.schemas import Complaint
from service.orders.schemas import SellerDay
from service.scoring import store

CODES: Final = {outcome.name.lower(): outcome.value for outcome in Outcome}


def stored_history(connection: Connection, *, before: int) -> History:
    """All that the store knows of the time before an instant."""
    days = store.order_rows(connection)
    return _history(
        store.complaint_rows(connection, before), _order_columns(days) if days else None
    )


def sellers_history(
    connection: Connection, sellers: Sequence[str], *, before: int, has_orders: bool
) -> History:
    """What the store knows of some sellers.

    `has_orders` says whether orders are known in this market at all: where they are, a seller
    without any had none; where they are not, nobody can tell.
    """
    days = store.order_rows(connection, sellers) if has_orders else None
    rows = store.complaint_rows(connection, before, sellers)
    return _history(rows, None if days is None else _order_columns(days))


def _history(rows: Sequence[tuple[Any, ...]], orders: dict[str, Any] | None) -> History:
    columns = list(zip(*rows, strict=True)) or [()] * len(store.COMPLAINT_COLUMNS)
    table = dict(zip(store.COMPLAINT_COLUMNS, columns, strict=True))
    return history_of(_columns(table), orders)


def given_history(filed: Sequence[Complaint], days: Sequence[SellerDay] | None) -> History:
    """The history that a request holds.

    Raises BadInput when a complaint's id comes twice.
    """
    seen: set[str] = set()
    for complaint in filed:
        if complaint.complaint_id in seen:
            raise BadInput(f"complaints: the id {complaint.complaint_id!r} comes twice")
        seen.add(complaint.complaint_id)
    table = {
        name: [getattr(complaint, name) for complaint in filed] for name in store.COMPLAINT_COLUMNS
    }
    last = {(day.seller_id, day.day): day.orders for day in days or ()}
    days_given = [(s, d, n) for (s, d), n in last.items()]
    return history_of(_columns(table), _order_columns(days_given) if days_given else None)


def _columns(table: dict[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "seller_id": table["seller_id"],
        "filed_at": table["filed_at"],
        "category": table["category"],
        "outcome": [CODES[str(outcome)] for outcome in table["outcome"]],
        "decided_at": [UNDECIDED if at is None else at for at in table["decided_at"]],
    }
    # A column nobody ever filled says nothing, not "unknown" a thousand times.
    if any(buyer is not None for buyer in table["buyer_id"]):
        columns["buyer_id"] = table["buyer_id"]
    if any(count is not None for count in table["evidence_count"]):
        counts = table["evidence_count"]
        columns["evidence_count"] = [UNKNOWN if count is None else count for count in counts]
    return columns


def _order_columns(days: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    sellers, numbers, counts = zip(*days, strict=True) if days else ((), (), ())
    return {"seller_id": sellers, "day": numbers, "orders": counts}
