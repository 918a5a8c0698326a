"""Building a history from columns in any row order: checked, numbered, sorted, summed by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.errors import BadInput
from detector.history.history import UNKNOWN, Complaints, History, Orders


def history_of(complaints: Mapping[str, Any], orders: Mapping[str, Any] | None = None) -> History:
    """Build a history from columns of plain values, in any row order.

    `complaints` needs ``seller_id`` (strings), ``filed_at`` (int64 microseconds UTC) and
    ``category`` (strings); it may have ``buyer_id`` (strings or None), ``evidence_count`` (ints,
    -1 unknown), ``outcome`` (`Outcome` codes), ``decided_at`` (int64, UNDECIDED where pending),
    ``delay_days`` (floats, NaN unknown), ``withdrawn_at`` (int64, LASTING where it was not),
    ``evidence_at`` (int64, ``filed_at`` where no evidence came later), ``recorded_at`` (int64,
    UNKNOWN where nobody says) and ``group`` (strings or None).
    `orders` needs ``seller_id``, ``day`` (days since 1970) and ``orders``; several rows of one
    seller-day add up.

    Raises BadInput when a required column is missing or the columns differ in length.
    """
    _check_columns("complaints", complaints, ("seller_id", "filed_at", "category"))
    if orders is not None:
        _check_columns("orders", orders, ("seller_id", "day", "orders"))
    ids = np.asarray(complaints["seller_id"], dtype=object)
    order_ids = np.asarray([] if orders is None else orders["seller_id"], dtype=object)
    sellers = sorted(set(ids) | set(order_ids))
    number = {seller: code for code, seller in enumerate(sellers)}
    categories = sorted(set(complaints["category"]))
    category_number = {category: code for code, category in enumerate(categories)}
    groups, group = _groups(complaints.get("group"))
    table = Complaints(
        seller=np.fromiter((number[s] for s in ids), dtype=np.int32, count=len(ids)),
        filed_at=np.asarray(complaints["filed_at"], dtype=np.int64),
        category=np.fromiter(
            (category_number[c] for c in complaints["category"]), dtype=np.int32, count=len(ids)
        ),
        buyer=_coded(complaints.get("buyer_id")),
        evidence=_column(complaints.get("evidence_count"), np.int32),
        outcome=_column(complaints.get("outcome"), np.int8),
        decided_at=_column(complaints.get("decided_at"), np.int64),
        delay_days=_column(complaints.get("delay_days"), np.float32),
        withdrawn_at=_column(complaints.get("withdrawn_at"), np.int64),
        evidence_at=_column(complaints.get("evidence_at"), np.int64),
        recorded_at=_column(complaints.get("recorded_at"), np.int64),
        group=group,
    )
    daily = None
    if orders is not None:
        daily = daily_orders(
            np.fromiter((number[s] for s in order_ids), dtype=np.int32, count=len(order_ids)),
            np.asarray(orders["day"], dtype=np.int32),
            np.asarray(orders["orders"], dtype=np.float64),
        )
    return History(tuple(sellers), tuple(categories), sorted_complaints(table), daily, groups)


def sorted_complaints(complaints: Complaints) -> Complaints:
    """The same complaints sorted by seller and then time; the sort is stable."""
    return complaints.take(np.lexsort((complaints.filed_at, complaints.seller)))


def concatenate_complaints(first: Complaints, second: Complaints) -> Complaints:
    """Both, one after the other; a column is None in both or in neither."""
    pairs = ((getattr(first, name), getattr(second, name)) for name in Complaints.__slots__)
    columns = [None if a is None else np.concatenate([a, b.astype(a.dtype)]) for a, b in pairs]
    return Complaints(*columns)  # type: ignore[arg-type]


def daily_orders(
    seller: NDArray[np.int32], day: NDArray[np.int32], count: NDArray[np.float64]
) -> Orders:
    """Sum order counts by seller and day."""
    if len(seller) == 0:
        return Orders(seller, day, count)
    key = (seller.astype(np.int64) << 32) | (day.astype(np.int64) & 0xFFFFFFFF)
    unique, place = np.unique(key, return_inverse=True)
    return Orders(
        seller=(unique >> 32).astype(np.int32),
        day=(unique & 0xFFFFFFFF).astype(np.uint32).astype(np.int32),
        count=np.bincount(place, weights=count, minlength=len(unique)).astype(np.float64),
    )


def _column(values: Any, dtype: type[np.generic]) -> NDArray[Any] | None:  # noqa: ANN401
    return None if values is None else np.asarray(values, dtype=dtype)


def _coded(values: Sequence[str | None] | None) -> NDArray[np.int32] | None:
    if values is None:
        return None
    codes: dict[str, int] = {}
    return np.fromiter(
        (UNKNOWN if v is None else codes.setdefault(v, len(codes)) for v in values),
        dtype=np.int32,
        count=len(values),
    )


def _groups(
    values: Sequence[str | None] | None,
) -> tuple[tuple[str, ...], NDArray[np.int32] | None]:
    """The groups' names in ascending order, and the group of each complaint."""
    if values is None:
        return (), None
    # What is empty, or no text, as a data frame's NaN, names none.
    named = [value if isinstance(value, str) and value else None for value in values]
    names = sorted({name for name in named if name is not None})
    number: dict[str | None, int] = {name: code for code, name in enumerate(names)}
    number[None] = UNKNOWN
    codes = np.fromiter((number[name] for name in named), dtype=np.int32, count=len(named))
    return tuple(names), codes


def _check_columns(table: str, columns: Mapping[str, Any], required: Sequence[str]) -> None:
    missing = [name for name in required if name not in columns]
    if missing:
        raise BadInput(f"{table}: missing column {', '.join(missing)}")
    lengths = {name: len(values) for name, values in columns.items() if values is not None}
    if len(set(lengths.values())) > 1:
        raise BadInput(f"{table}: columns differ in length: {lengths}")
