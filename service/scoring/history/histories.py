"""From the store's columns, or a request's, to the history that the detector reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import Connection

from detector.errors import BadInput
from detector.history.aliases import Alias, joined
from detector.history.building import daily_orders, sorted_complaints
from detector.history.history import (
    LASTING,
    UNDECIDED,
    UNKNOWN,
    Complaints,
    History,
    Orders,
    Outcome,
)
from service.intake.complaints.schemas import Complaint
from service.intake.orders.schemas import SellerDay
from service.scoring.history.store import (
    COMPLAINTS,
    GROUP,
    ORDERS,
    RECORDED_AT,
    complaint_table,
    has_groups,
    order_table,
)
from service.sellers.names import names_of
from service.sellers.store import aliases_in

CODES: Final = {outcome.name.lower(): int(outcome) for outcome in Outcome}
Codes = NDArray[np.int64]


def stored_history(
    connection: Connection, *, before: int, with_recorded_at: bool = False
) -> History:
    """All that the store knows of the time before an instant, each seller under its last name."""
    days = order_table(connection)
    schema = COMPLAINTS.append(RECORDED_AT) if with_recorded_at else COMPLAINTS
    schema = schema.append(GROUP) if has_groups(connection) else schema
    filed = complaint_table(connection, before, schema=schema)
    history = _history(filed, days if len(days) else None)
    return _joined(history, aliases_in(connection))


def sellers_history(
    connection: Connection, sellers: Sequence[str], *, before: int, has_orders: bool
) -> History:
    """What the store knows of some sellers, by whichever of their names they are asked for.

    `has_orders` says whether orders are known in this market at all: where they are, a seller
    without any had none; where they are not, nobody can tell.
    """
    names = names_of(connection, sellers)
    asked = names.of_all(dict.fromkeys(map(names.last, sellers)))
    days = order_table(connection, asked) if has_orders else None
    filed = complaint_table(connection, before, asked, COMPLAINTS.append(GROUP))
    return _joined(_history(filed, days), names.aliases)


def _joined(history: History, aliases: Sequence[Alias]) -> History:
    # They were checked when they were accepted; what came since under an old name is its seller's.
    return joined(history, aliases, is_checked=False)


def given_history(filed: Sequence[Complaint], days: Sequence[SellerDay] | None) -> History:
    """The history that a request holds.

    Raises BadInput when a complaint's id comes twice.
    """
    seen: set[str] = set()
    for complaint in filed:
        if complaint.complaint_id in seen:
            raise BadInput(f"complaints: the id {complaint.complaint_id!r} comes twice")
        seen.add(complaint.complaint_id)
    last = {(day.seller_id, day.day): day for day in days or ()}
    ordered = _table(list(last.values()), ORDERS) if last else None
    return _history(_table(filed, COMPLAINTS.append(GROUP)), ordered)


def _table(rows: Sequence[Any], schema: pa.Schema) -> pa.Table:
    # A request says nothing of withdrawals: it leaves out what no longer counts.
    columns = [pa.array([getattr(row, f.name, None) for row in rows], f.type) for f in schema]
    return pa.table(columns, schema)


def _history(filed: pa.Table, days: pa.Table | None) -> History:
    names = _names(filed["seller_id"]) | (set() if days is None else _names(days["seller_id"]))
    sellers = tuple(sorted(names))
    categories = tuple(sorted(_names(filed["category"])))
    filed_at = _plain(filed["filed_at"], 0)
    known = set(filed.column_names)
    groups, group = _groups(filed["group"]) if "group" in known else ((), None)
    complaints = Complaints(
        seller=_placed(filed["seller_id"], _numbers(sellers)).astype(np.int32),
        filed_at=filed_at,
        category=_placed(filed["category"], _numbers(categories)).astype(np.int32),
        buyer=_buyers(filed["buyer_id"]),
        evidence=_evidence(filed["evidence_count"], filed["evidence_at"]),
        outcome=_placed(filed["outcome"], CODES).astype(np.int8),
        decided_at=_plain(filed["decided_at"], UNDECIDED),
        withdrawn_at=_withdrawn(filed["withdrawn_at"]),
        evidence_at=_evidence_times(filed["evidence_at"], filed_at),
        recorded_at=_plain(filed["recorded_at"], UNKNOWN) if "recorded_at" in known else None,
        group=group,
    )
    orders = None if days is None else _orders(days, _numbers(sellers))
    return History(sellers, categories, sorted_complaints(complaints), orders, groups)


def _orders(days: pa.Table, numbers: dict[str, int]) -> Orders:
    return daily_orders(
        _placed(days["seller_id"], numbers).astype(np.int32),
        _plain(days["day"], 0).astype(np.int32),
        _plain(days["orders"], 0.0).astype(np.float64),
    )


# A column nobody ever filled says nothing, not "unknown" a thousand times.
def _buyers(column: pa.ChunkedArray) -> NDArray[np.int32] | None:
    if column.null_count == len(column):
        return None
    return _codes(column).astype(np.int32)


def _groups(column: pa.ChunkedArray) -> tuple[tuple[str, ...], NDArray[np.int32] | None]:
    if column.null_count == len(column):
        return (), None
    groups = tuple(sorted(_names(column.drop_null())))
    return groups, _placed(column, _numbers(groups)).astype(np.int32)


def _withdrawn(column: pa.ChunkedArray) -> NDArray[np.int64] | None:
    return None if column.null_count == len(column) else _plain(column, LASTING)


def _evidence_times(
    column: pa.ChunkedArray, filed_at: NDArray[np.int64]
) -> NDArray[np.int64] | None:
    if column.null_count == len(column):
        return None
    came_at: NDArray[np.int64] = np.maximum(_plain(column, 0), filed_at)
    return came_at


def _evidence(counts: pa.ChunkedArray, came_at: pa.ChunkedArray) -> NDArray[np.int32] | None:
    if counts.null_count == len(counts):
        return None
    # Times of evidence tell of complaints filed with none: from then on they have at least one.
    came = came_at.is_valid().to_numpy()
    evidence: NDArray[np.int32] = np.where(came, 1, _plain(counts, UNKNOWN)).astype(np.int32)
    return evidence


def _names(column: pa.ChunkedArray) -> set[str]:
    coded = _whole(column)
    # Only those that are used: a dictionary may be another column's part.
    used = np.unique(coded.indices.to_numpy(zero_copy_only=False))
    return set(coded.dictionary.take(pa.array(used)).to_pylist())


def _numbers(names: Sequence[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}


def _placed(column: pa.ChunkedArray, numbers: dict[str, int]) -> Codes:
    """(n,) the number of each row's name; UNKNOWN where missing."""
    places = [numbers.get(name, UNKNOWN) for name in _whole(column).dictionary.to_pylist()]
    placed: Codes = np.array([*places, UNKNOWN], dtype=np.int64)[_codes(column)]
    return placed


def _codes(column: pa.ChunkedArray) -> Codes:
    """(n,) codes of a column's names; UNKNOWN where missing."""
    indices = _whole(column).indices.fill_null(UNKNOWN)
    codes: Codes = indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def _whole(column: pa.ChunkedArray) -> pa.DictionaryArray:
    chunks = column.unify_dictionaries().combine_chunks()
    return chunks.chunk(0) if isinstance(chunks, pa.ChunkedArray) else chunks


def _plain(column: pa.ChunkedArray, missing: float) -> NDArray[Any]:
    values: NDArray[Any] = column.fill_null(missing).to_numpy()
    return values
