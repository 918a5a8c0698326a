"""Tables much like our own: other column names, other dates, no ids, or counts by day.

What is to be done first is seen from the columns and the first rows. Complaints without an id are
numbered by file and row; a row of counts (`seller_id, day, category, n`) becomes n complaints of
that day; days written 7/29/2013 are read in the order that their whole column allows.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detector.errors import BadInput
from detector.history.history import LASTING, UNDECIDED, UNKNOWN, Outcome
from training.tables.importers.damaged_names import DAMAGE
from training.tables.importers.day_order import DayOrder, date_part, day_order_of, is_slashed
from training.tables.parquet_files import ParquetFiles
from training.tables.reading import complaints as complaint_rows
from training.tables.reading import orders as order_rows
from training.tables.reading.batch import Batch
from training.tables.reading.columns import TEXT, counts_in, instants_in, texts_in
from training.tables.reading.complaints import CheckedComplaints
from training.tables.reading.corrupt_files import corruption_refused
from training.tables.reading.refusals import Refusals, Rows
from training.tables.reading.source import Source, check_columns, source_of

Warn = Callable[[str], None]
COUNTS: Final = ("seller_id", "day", "category", "n")
"""Columns of a table that holds how many complaints there were, not each of them."""
COUNT_MAX: Final = 1_000_000
"""Complaints of one row of counts: a larger number is no day of one seller."""
_TIMES: Final = ("filed_at", "day", "ordered_at", "decided_at", "withdrawn_at", "evidence_at")
_PEEKED: Final = 1_000
"""Rows that show how a column's dates are written."""
_WRITTEN_AT_ONCE: Final = 1_000_000
_TIMESTAMP: Final = pa.timestamp("us", tz="UTC")
_TYPES: Final = {
    "filed_at": _TIMESTAMP,
    "decided_at": _TIMESTAMP,
    "withdrawn_at": _TIMESTAMP,
    "evidence_at": _TIMESTAMP,
    "evidence_count": pa.int64(),
}
"""Of the columns of complaints that hold no text."""
_OUTCOMES: Final = np.array([outcome.name.lower() for outcome in Outcome], dtype=object)


class OwnTable:
    """One file, its columns under our names."""

    def __init__(self, path: Path, renamed: Mapping[str, str]) -> None:
        """Look at the file. Raises BadInput where it is no table, or lacks a column."""
        self.source: Source = source_of(path)
        names = [renamed.get(name, name) for name in self.source.names]
        for theirs, ours in renamed.items():
            if theirs in self.source.names and names.count(ours) > 1:
                raise BadInput(
                    f"{path}: {theirs} is to be {ours}, which the table has already; "
                    f"map that to another name"
                )
        self.path = path
        self.names = tuple(names)
        self.kind = _kind_of(replace(self.source, names=self.names))

    @property
    def is_numbered(self) -> bool:
        """Whether complaints get their ids from us."""
        return self.kind == "counts" or (
            self.kind == "complaints" and "complaint_id" not in self.names
        )

    @property
    def columns(self) -> list[str]:
        """Of complaints: the columns to write."""
        if self.kind == "counts":
            return list(complaint_rows.REQUIRED)
        optional = [name for name in complaint_rows.OPTIONAL if name in self.names]
        return [*complaint_rows.REQUIRED, *optional]

    def batches(self, refusals: Refusals) -> Iterator[Batch]:
        """The rows under our names, dates as ISO 8601."""
        orders = self._day_orders()
        for batch in self._renamed_batches(None, refusals):
            yield replace(batch, columns=_with_iso_dates(batch.columns, orders))

    def has_slashed_dates(self) -> bool:
        """Whether the first rows write days with the year last."""
        return bool(self._slashed())

    def _slashed(self) -> list[str]:
        """The columns of times whose first rows write days with the year last."""
        times = [name for name in self.names if name in _TIMES]
        for batch in self._renamed_batches(times, Refusals(strict=False)):
            first = batch.columns.slice(0, _PEEKED)
            # A column that is rarely filled may show how it writes dates later than the others.
            if any(is_slashed(text) for name in times for text in _texts(first, name)):
                return times
            if len(first):
                return []
        return []

    def _day_orders(self) -> dict[str, DayOrder]:
        slashed = self._slashed()
        if not slashed:
            return {}
        met: dict[str, set[str]] = {name: set() for name in slashed}
        for batch in self._renamed_batches(slashed, Refusals(strict=False)):
            for name, texts in met.items():
                texts.update(filter(None, map(date_part, _texts(batch.columns, name))))
        found = {
            name: day_order_of(f"{self.path}: column {name}", sorted(met[name])) for name in slashed
        }
        return {name: order for name, order in found.items() if order is not None}

    def _renamed_batches(self, names: Sequence[str] | None, refusals: Refusals) -> Iterator[Batch]:
        own = dict(zip(self.source.names, self.names, strict=True))
        theirs = [t for t, ours in own.items() if t and (names is None or ours in names)]
        for batch in self.source.batches(theirs, refusals):
            columns = batch.columns
            columns = columns.rename_columns([own[name] for name in columns.schema.names])
            yield replace(batch, columns=columns)


def needs_preparation(table: OwnTable, renamed: Mapping[str, str]) -> bool:
    """Whether a table has to be rewritten before it can be loaded as it is."""
    return bool(
        renamed
        or table.is_numbered
        or table.has_slashed_dates()
        or (table.kind == "complaints" and _may_hold_damage(table.source))
    )


def import_tables(
    paths: Sequence[Path],
    files: ParquetFiles,
    refusals: Refusals,
    warn: Warn,
    renamed: Mapping[str, str] | None = None,
    now: int | None = None,
) -> None:
    """Write complaints and orders in our own layout; `renamed` maps a file's names to ours.

    Raises BadInput where a file is neither, or the same id would be given twice.
    """
    check_renamed(renamed or {})
    tables = [OwnTable(path, renamed or {}) for path in paths]
    _check_found(tables, renamed or {})
    stems = [table.path.name.split(".")[0] for table in tables]
    numbered = [stem for table, stem in zip(tables, stems, strict=True) if table.is_numbered]
    twice = sorted({stem for stem in numbered if numbered.count(stem) > 1})
    if twice:
        raise BadInput(f"two files are called {', '.join(twice)}; complaints are numbered by file")
    filed = [table for table in tables if table.kind != "orders"]
    wanted = {name for table in filed for name in table.columns}
    columns = [n for n in (*complaint_rows.REQUIRED, *complaint_rows.OPTIONAL) if n in wanted]
    for table, stem in zip(tables, stems, strict=True):
        if table.kind == "orders":
            _write_orders(table, files, refusals, now)
            continue
        if table.is_numbered:
            warn(
                f"{table.path}: has no complaint_id, so complaints are numbered by file and row "
                f"({stem}-1, …); import each file once, under the same name"
            )
        parts = _counted if table.kind == "counts" else _complaints
        files.write("complaints", _schema(columns).empty_table())
        for part in parts(table, stem, columns, refusals, now):
            files.write("complaints", part)


def check_renamed(renamed: Mapping[str, str]) -> None:
    """Raise BadInput where a column is to be one that no table of ours has."""
    known = {*complaint_rows.REQUIRED, *complaint_rows.OPTIONAL, *COUNTS}
    known |= {*order_rows.DAILY, *order_rows.RAW, *order_rows.OPTIONAL}
    for theirs, ours in renamed.items():
        if ours not in known:
            raise BadInput(f"--map {theirs}={ours}: there is no column {ours}; {_listed(known)}")


def _check_found(tables: Sequence[OwnTable], renamed: Mapping[str, str]) -> None:
    for theirs, ours in renamed.items():
        if not any(theirs in table.source.names for table in tables):
            found = dict.fromkeys(name for table in tables for name in table.source.names)
            raise BadInput(
                f"--map {theirs}={ours}: no file has a column {theirs}; {_listed(found)}"
            )


def _listed(names: Sequence[str] | set[str] | dict[str, None]) -> str:
    ordered = sorted(names) if isinstance(names, set) else list(names)
    return f"there are {', '.join(ordered[:20])}"


def _kind_of(source: Source) -> str:
    """`complaints`, `counts` or `orders`; BadInput where a table is none of them."""
    names = source.names
    if "complaint_id" in names or all(name in names for name in ("seller_id", "filed_at")):
        check_columns(source, [n for n in complaint_rows.REQUIRED if n != "complaint_id"])
        return "complaints"
    if all(name in names for name in COUNTS):
        return "counts"
    order_rows.is_daily(source)  # raises where it is no orders table either
    return "orders"


def _complaints(
    table: OwnTable, stem: str, columns: Sequence[str], refusals: Refusals, now: int | None
) -> Iterator[pa.Table]:
    for batch in table.batches(refusals):
        named = batch
        if table.is_numbered:
            ids = pa.array([f"{stem}-{number}" for number in _numbers(table, batch).tolist()], TEXT)
            named = replace(batch, columns=batch.columns.append_column("complaint_id", ids))
        rows, checked = complaint_rows.check_batch(named, now=now, duplicates={})
        listings = None
        if rows.column("listing_id") is not None:
            listings = texts_in(rows, "listing_id", required=False)
            listings = listings.filter(pa.array(rows.good))
        rows.report(refusals)
        yield _written(checked, listings, columns)


def _numbers(table: OwnTable, batch: Batch) -> NDArray[np.int64]:
    """Of each row: in its file, or over all parts of a directory, each of which begins at 1."""
    if len(table.source.parts) < 2:
        return batch.numbers
    return batch.offset + 1 + np.arange(batch.columns.num_rows, dtype=np.int64)


def _written(
    checked: CheckedComplaints, listings: pa.Array | None, columns: Sequence[str]
) -> pa.Table:
    """Checked complaints as a table; a column that the file lacks is null."""
    schema, size = _schema(columns), len(checked.filed_at)

    def known(values: np.ndarray | None, missing: object) -> pa.Array | None:
        return None if values is None else pa.array(values, mask=np.asarray(values == missing))

    came = None
    if checked.evidence_at is not None:
        came = pa.array(checked.evidence_at, mask=checked.evidence_at == checked.filed_at)
    found = {
        "complaint_id": checked.complaint_id,
        "seller_id": checked.seller_id,
        "filed_at": pa.array(checked.filed_at),
        "category": checked.category,
        "order_id": checked.order_id,
        "buyer_id": checked.buyer_id,
        "listing_id": listings,
        "evidence_count": known(checked.evidence, UNKNOWN),
        "outcome": None if checked.outcome is None else pa.array(_OUTCOMES[checked.outcome], TEXT),
        "decided_at": known(checked.decided_at, UNDECIDED),
        "withdrawn_at": known(checked.withdrawn_at, LASTING),
        "evidence_at": came,
    }
    arrays = [found[field.name] for field in schema]
    return pa.table(
        [
            pa.nulls(size, field.type) if array is None else array.cast(field.type)
            for array, field in zip(arrays, schema, strict=True)
        ],
        schema=schema,
    )


def _counted(
    table: OwnTable, stem: str, columns: Sequence[str], refusals: Refusals, now: int | None
) -> Iterator[pa.Table]:
    """As many complaints as the counts say, filed when their day began."""
    for batch in table.batches(refusals):
        with corruption_refused(Path(batch.place)):
            rows = Rows(batch.place, batch.numbers, batch.columns)
            sellers = texts_in(rows, "seller_id", required=True)
            days, _ = instants_in(rows, "day", required=True, now=now)
            categories = texts_in(rows, "category", required=True)
            counts, _ = counts_in(rows, "n", required=True)
            rows.refuse(counts > COUNT_MAX, "n", f"is over {COUNT_MAX:,} complaints of one day")
            rows.report(refusals)
        good = np.flatnonzero(rows.good)
        ends = np.cumsum(counts[good])
        while len(good):
            part = max(int(np.searchsorted(ends, _WRITTEN_AT_ONCE, side="right")), 1)
            chosen, number = good[:part], counts[good[:part]]
            place = pa.array(np.repeat(chosen, number))
            first = np.repeat(np.cumsum(number) - number, number)
            nth = pa.array(np.arange(len(place)) - first + 1).cast(TEXT)
            row = pa.array(_numbers(table, batch)[np.asarray(place)]).cast(TEXT)
            ids = pc.binary_join_element_wise(pa.scalar(stem, TEXT), row, nth, pa.scalar("-", TEXT))
            found = {
                "complaint_id": ids,
                "seller_id": sellers.take(place),
                "filed_at": pa.array(days).take(place),
                "category": categories.take(place),
            }
            schema = _schema(columns)
            yield pa.table(
                [
                    found[f.name].cast(f.type) if f.name in found else pa.nulls(len(ids), f.type)
                    for f in schema
                ],
                schema=schema,
            )
            good, ends = good[part:], ends[part:] - ends[part - 1]


def _write_orders(
    table: OwnTable, files: ParquetFiles, refusals: Refusals, now: int | None
) -> None:
    daily = "day" in table.names
    shape = order_rows.DAILY if daily else order_rows.RAW
    for batch in table.batches(refusals):
        rows, checked = order_rows.check_batch(batch, daily=daily, now=now, duplicates={})
        rows.report(refusals)
        at = pa.array(checked.at).cast(_TIMESTAMP)
        found = {"seller_id": checked.seller_id.cast(pa.string())}
        if checked.order_id is None:
            found |= {"day": at.cast(pa.date32()), "orders": pa.array(checked.count)}
        else:
            found |= {"order_id": checked.order_id.cast(pa.string()), "ordered_at": at}
        written = {name: found[name] for name in shape}
        for name in order_rows.OPTIONAL:
            column = rows.column(name)
            if column is not None:
                kept = column.filter(pa.array(rows.good))
                written[name] = kept.cast(pa.string()) if _is_bytes(kept) else kept
        files.write("orders", pa.table(written))


def _schema(columns: Sequence[str]) -> pa.Schema:
    return pa.schema([(name, _TYPES.get(name, pa.string())) for name in columns])


def _with_iso_dates(batch: pa.RecordBatch, orders: Mapping[str, DayOrder]) -> pa.RecordBatch:
    for name, order in orders.items():
        place = batch.schema.get_field_index(name)
        coded = batch.column(place).cast(pa.binary()).dictionary_encode()
        texts = [
            order.rewritten(text.decode("utf-8", "surrogateescape"))
            for text in coded.dictionary.to_pylist()
        ]
        encoded = pa.array([t.encode("utf-8", "surrogateescape") for t in texts], pa.binary())
        rewritten = encoded.take(coded.indices)
        batch = batch.set_column(place, name, rewritten)
    return batch


def _texts(batch: pa.RecordBatch, name: str) -> Iterator[str]:
    """The distinct texts of a column; none of one that holds no text."""
    place = batch.schema.get_field_index(name)
    column = batch.column(place)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not (_is_bytes(column) or pa.types.is_string(column.type)):
        return
    for text in pc.unique(column.cast(pa.binary())).to_pylist():
        if text is not None:
            yield text.decode("utf-8", "replace")


def _is_bytes(column: pa.Array) -> bool:
    return bool(pa.types.is_binary(column.type) or pa.types.is_large_string(column.type))


def _may_hold_damage(source: Source) -> bool:
    """Whether U+FFFD stands anywhere in a file, or in the names of a Parquet table."""
    if source.parts:
        names = [name for name in ("seller_id", "category") if name in source.names]
        return any(
            DAMAGE in text
            for batch in source.batches(names, Refusals(strict=False))
            for name in names
            for text in _texts(batch.columns, name)
        )
    if source.path.name.lower().endswith(".gz"):
        return True  # to look would be to unpack it, which is as much as to import it
    with source.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as it:
        return it.find(DAMAGE.encode()) >= 0
