"""Batches of a file as the store's columns, checked as a request's body would be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.errors import BadInput
from detector.rules.events import NOTICE
from service.intake.bulk.fingerprints import fingerprints_of
from service.intake.complaints.schemas import Outcome
from training.tables.reading.batch import Batch
from training.tables.reading.columns import TEXT, counts_in, instants_in, mask_of, texts_in
from training.tables.reading.complaints import sources_in
from training.tables.reading.corrupt_files import corruption_refused
from training.tables.reading.dictionary_encoder import DictionaryEncoder
from training.tables.reading.loaded_orders import read_orders
from training.tables.reading.orders import is_daily
from training.tables.reading.refusals import Refusals, Rows
from training.tables.reading.source import Source

CONTROL: Final = r"[\x00-\x1f\x7f]"
LENGTH_MAX: Final = {"category": 100}
ID_LENGTH_MAX: Final = 200
EVIDENCE_MAX: Final = 1_000_000
ORDERS_MAX: Final = 1_000_000_000
REVENUE_MAX: Final = 1e15
ROWS: Final = 100_000
"""Rows handed over at a time: some 30 MB."""
COMPLAINT_NAMES: Final = (
    "complaint_id", "seller_id", "filed_at", "category", "order_id", "buyer_id", "listing_id",
    "evidence_count", "outcome", "decided_at", "source", "source_identity", "group",
)  # fmt: skip
FILED_NAMES: Final = (*COMPLAINT_NAMES, "withdrawn_at")
"""A file also says what became of a complaint; a request has a call of its own for that."""
ORDER_NAMES: Final = ("seller_id", "day", "orders", "revenue")


def complaints_in(source: Source, *, now: int) -> Iterator[pa.Table]:
    """The table's complaints with their fingerprints; BadInput names the first bad row.

    Instants are int64 microseconds UTC; null is what was not given. `withdrawn_at` is no part of
    the fingerprint, so that a complaint that was withdrawn later is the same complaint.
    """
    for rows in _rows_of(source, FILED_NAMES):
        columns = _complaint_columns(rows, now)
        rows.report(_STRICT)
        columns["fingerprint"] = pa.array(fingerprints_of(columns), pa.binary(32))
        yield pa.table(columns)


def days_in(source: Source, *, now: int) -> Iterator[pa.Table]:
    """The table's seller-days: each once, the last row of a seller-day in a batch winning.

    One row an order is counted by seller and day. Days are int32 since 1970.
    """
    if not is_daily(source):
        yield from _counted_days(source, now)
        return
    for rows in _rows_of(source, ORDER_NAMES):
        columns = _order_columns(rows, now)
        rows.report(_STRICT)
        yield _last_of_each(pa.table(columns))


_STRICT: Final = Refusals()
"""The first refused row is an error: a store gets all of a file or nothing."""


def _rows_of(source: Source, known: tuple[str, ...]) -> Iterator[Rows]:
    wanted = [name for name in source.names if name in known]
    refusals = Refusals()
    refusals.start(wanted)
    for batch in source.batches(wanted, refusals):
        with corruption_refused(Path(batch.place)):
            yield from _sliced(batch)


def _sliced(batch: Batch) -> Iterator[Rows]:
    for start in range(0, batch.columns.num_rows, ROWS):
        part = batch.columns.slice(start, ROWS)
        yield Rows(batch.place, batch.numbers[start : start + ROWS], part)


def _complaint_columns(rows: Rows, now: int) -> dict[str, pa.Array]:
    filed_at, _ = instants_in(rows, "filed_at", required=True, now=now)
    counts, counted = counts_in(rows, "evidence_count", required=False)
    rows.refuse(counted & (counts > EVIDENCE_MAX), "evidence_count", f"is over {EVIDENCE_MAX:,}")
    outcome, decided_at = _verdicts(rows, filed_at, now)
    withdrawn_at, withdrawn = instants_in(rows, "withdrawn_at", required=False, now=now)
    rows.refuse(withdrawn & (withdrawn_at < filed_at), "withdrawn_at", "is before filed_at")
    source = sources_in(rows)
    return {
        "complaint_id": _words(rows, "complaint_id", required=True),
        "seller_id": _words(rows, "seller_id", required=True),
        "filed_at": pa.array(filed_at),
        "category": _words(rows, "category", required=True),
        "order_id": _words(rows, "order_id"),
        "buyer_id": _words(rows, "buyer_id"),
        "listing_id": _words(rows, "listing_id"),
        "evidence_count": pa.array(counts, pa.int64(), mask=~counted),
        "outcome": outcome,
        "decided_at": decided_at,
        "source": pc.if_else(pc.equal(source, NOTICE), pa.scalar(None, TEXT), source),
        "source_identity": _words(rows, "source_identity"),
        "group": _words(rows, "group"),
        "withdrawn_at": pa.array(withdrawn_at, pa.int64(), mask=~withdrawn),
    }


def _verdicts(rows: Rows, filed_at: NDArray[np.int64], now: int) -> tuple[pa.Array, pa.Array]:
    outcome = pc.fill_null(texts_in(rows, "outcome", required=False), Outcome.PENDING.value)
    names = [known.value for known in Outcome]
    unknown = pc.invert(pc.is_in(outcome, value_set=pa.array(names, TEXT)))
    rows.refuse(mask_of(unknown), "outcome", f"is none of {', '.join(names)}")
    decided_at, decided = instants_in(rows, "decided_at", required=False, now=now)
    pending = mask_of(pc.equal(outcome, Outcome.PENDING.value))
    rows.refuse(~pending & ~decided, "outcome", "needs a time in decided_at")
    rows.refuse(pending & decided, "decided_at", "goes with an outcome that is not pending")
    rows.refuse(decided & (decided_at < filed_at), "decided_at", "is before filed_at")
    return outcome, pa.array(decided_at, pa.int64(), mask=~decided)


def _order_columns(rows: Rows, now: int) -> dict[str, pa.Array]:
    at, _ = instants_in(rows, "day", required=True, now=now)
    orders, _ = counts_in(rows, "orders", required=True)
    rows.refuse(orders > ORDERS_MAX, "orders", f"is over {ORDERS_MAX:,}")
    return {
        "seller_id": _words(rows, "seller_id", required=True),
        "day": pa.array((at // DAY_US).astype(np.int32)),
        "orders": pa.array(orders.astype(np.float64)),
        "revenue": _amounts(rows, "revenue"),
    }


def _words(rows: Rows, name: str, *, required: bool = False) -> pa.Array:
    """Texts that are short and printable enough for the store."""
    texts = texts_in(rows, name, required=required)
    longest = LENGTH_MAX.get(name, ID_LENGTH_MAX)
    rows.refuse(_true(pc.greater(pc.utf8_length(texts), longest)), name, f"is over {longest} long")
    control = pc.match_substring_regex(texts, CONTROL)
    rows.refuse(_true(control), name, "has a control character")
    return texts


def _amounts(rows: Rows, name: str) -> pa.Array:
    """Sums of money, null where missing."""
    column = rows.column(name)
    if column is None:
        return pa.nulls(len(rows), pa.float64())
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        amounts = column.cast(pa.float64())
    else:
        texts = texts_in(rows, name, required=False)
        amounts = pa.array([_amount(text) for text in texts.to_pylist()], pa.float64())
        rows.refuse(
            mask_of(pc.is_null(amounts)) & mask_of(pc.is_valid(texts)), name, "is no number"
        )
    fits = pc.and_(pc.greater_equal(amounts, 0), pc.less_equal(amounts, REVENUE_MAX))
    wrong = ~mask_of(pc.fill_null(fits, fill_value=True))
    rows.refuse(wrong, name, f"is not between 0 and {REVENUE_MAX:g}")
    return amounts


def _amount(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _last_of_each(days: pa.Table) -> pa.Table:
    numbered = days.append_column("row", pa.array(np.arange(days.num_rows)))
    last = numbered.group_by(["seller_id", "day"]).aggregate([("row", "max")])
    return days.take(last["row_max"])


def _counted_days(source: Source, now: int) -> Iterator[pa.Table]:
    sellers = DictionaryEncoder()
    counted = read_orders(source, Refusals(), sellers, None, until=None, now=now)
    for start in range(0, len(counted), ROWS):
        part = slice(start, start + ROWS)
        names = pa.array(sellers.decode(counted.seller[part]), TEXT)
        _check_names(source, names)
        yield pa.table(
            {
                "seller_id": names,
                "day": pa.array(counted.day[part].astype(np.int32)),
                "orders": pa.array(counted.count[part]),
                "revenue": pa.nulls(len(names), pa.float64()),
            }
        )


def _check_names(source: Source, names: pa.Array) -> None:
    rows = Rows(str(source.path), np.arange(len(names)), pa.record_batch({"seller_id": names}))
    _words(rows, "seller_id", required=True)
    if not rows.good.all():
        bad = names[int(np.flatnonzero(~rows.good)[0])].as_py()
        fault = f"is over {ID_LENGTH_MAX} long, or has a control character"
        raise BadInput(f"{source.path}: column seller_id: {bad[:60]!r} {fault}")


def _true(booleans: pa.Array) -> NDArray[np.bool_]:
    return mask_of(pc.fill_null(booleans, fill_value=False))
