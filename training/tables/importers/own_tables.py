"""Tables much like our own: other column names, other dates, no ids, or counts by day.

What is to be done first is seen from the columns and the first rows. Complaints without an id are
numbered by file and row; a row of counts (`seller_id, day, category, n`) becomes n complaints of
that day, or of that month where all days are the first of one; days written 7/29/2013 are read in
the order that their whole column allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detector.errors import BadInput
from detector.history.history import LASTING, UNDECIDED, UNKNOWN, Outcome
from training.tables.importers.months import spread, spread_by_day
from training.tables.importers.renamed_table import COUNTS, RenamedTable, is_bytes
from training.tables.parquet_files import ParquetFiles
from training.tables.reading import complaints as complaint_rows
from training.tables.reading import orders as order_rows
from training.tables.reading.batch import Batch
from training.tables.reading.columns import TEXT, counts_in, instants_in, texts_in
from training.tables.reading.complaints import CheckedComplaints
from training.tables.reading.corrupt_files import corruption_refused
from training.tables.reading.refusals import Refusals, Rows

Warn = Callable[[str], None]
COUNT_MAX: Final = 1_000_000
"""Complaints of one row of counts: a larger number is no day of one seller."""
_WRITTEN_AT_ONCE: Final = 1_000_000
_TIMESTAMP: Final = pa.timestamp("us", tz="UTC")
_TYPES: Final = {
    **dict.fromkeys(complaint_rows.TIMES, _TIMESTAMP),
    "evidence_count": pa.int64(),
}
"""Of the columns of complaints that hold no text."""
_OUTCOMES: Final = np.array([outcome.name.lower() for outcome in Outcome], dtype=object)


def import_tables(
    paths: Sequence[Path],
    files: ParquetFiles,
    refusals: Refusals,
    warn: Warn,
    renamed: Mapping[str, str] | None = None,
    now: int | None = None,
) -> None:
    """Write complaints and orders in our own layout; `renamed` maps a file's names to ours.

    A column that is mapped to no name is left out.
    Raises BadInput where a file is neither, or the same id would be given twice.
    """
    check_renamed(renamed or {})
    tables = [RenamedTable(path, renamed or {}) for path in paths]
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
        monthly = table.is_monthly()
        if monthly:
            warn(
                f"{table.path}: every day is the first of a month, so its counts are taken for "
                "whole months and spread over their days"
            )
        if table.kind == "orders":
            _write_orders(table, files, refusals, now, monthly=monthly)
            continue
        if table.is_numbered:
            warn(
                f"{table.path}: has no complaint_id, so complaints are numbered by file and row "
                f"({stem}-1, …); import each file once, under the same name"
            )
        parts = _complaints
        if table.kind == "counts":
            parts = partial(_counted, monthly=monthly)
        files.write("complaints", _schema(columns).empty_table())
        for part in parts(table, stem, columns, refusals, now):
            files.write("complaints", part)


def check_renamed(renamed: Mapping[str, str]) -> None:
    """Raise BadInput where a column is to be one that no table of ours has."""
    known = {*complaint_rows.REQUIRED, *complaint_rows.OPTIONAL, *COUNTS}
    known |= {*order_rows.DAILY, *order_rows.RAW, *order_rows.OPTIONAL}
    for theirs, ours in renamed.items():
        if ours and ours not in known:
            raise BadInput(f"--map {theirs}={ours}: there is no column {ours}; {_listed(known)}")


def _check_found(tables: Sequence[RenamedTable], renamed: Mapping[str, str]) -> None:
    for theirs, ours in renamed.items():
        if not any(theirs in table.source.names for table in tables):
            found = dict.fromkeys(name for table in tables for name in table.source.names)
            raise BadInput(
                f"--map {theirs}={ours}: no file has a column {theirs}; {_listed(found)}"
            )


def _listed(names: Sequence[str] | set[str] | dict[str, None]) -> str:
    ordered = sorted(names) if isinstance(names, set) else list(names)
    return f"there are {', '.join(ordered[:20])}"


def _complaints(
    table: RenamedTable, stem: str, columns: Sequence[str], refusals: Refusals, now: int | None
) -> Iterator[pa.Table]:
    for batch in table.batches(refusals):
        named = batch
        if table.is_numbered:
            ids = pa.array([f"{stem}-{number}" for number in _numbers(table, batch).tolist()], TEXT)
            named = replace(batch, columns=batch.columns.append_column("complaint_id", ids))
        rows, checked = complaint_rows.check_batch(
            named, now=now, duplicates={}, also=complaint_rows.sources_in
        )
        good = pa.array(rows.good)
        stored = {
            name: texts_in(rows, name, required=False).filter(good)
            for name in complaint_rows.STORED
            if rows.column(name) is not None
        }
        rows.report(refusals, batch.columns)
        yield _written(checked, stored, columns)


def _numbers(table: RenamedTable, batch: Batch) -> NDArray[np.int64]:
    """Of each row: in its file, or over all parts of a directory, each of which begins at 1."""
    if len(table.source.parts) < 2:
        return batch.numbers
    return batch.offset + 1 + np.arange(batch.columns.num_rows, dtype=np.int64)


def _written(
    checked: CheckedComplaints, stored: Mapping[str, pa.Array], columns: Sequence[str]
) -> pa.Table:
    """Checked complaints as a table; a column that the file lacks is null."""
    schema, size = _schema(columns), len(checked.filed_at)

    def known(values: np.ndarray | None, missing: object) -> pa.Array | None:
        return None if values is None else pa.array(values, mask=np.asarray(values == missing))

    came = None
    if checked.evidence_at is not None:
        came = pa.array(checked.evidence_at, mask=checked.evidence_at == checked.filed_at)
    found = {
        **stored,
        "complaint_id": checked.complaint_id,
        "seller_id": checked.seller_id,
        "filed_at": pa.array(checked.filed_at),
        "category": checked.category,
        "order_id": checked.order_id,
        "buyer_id": checked.buyer_id,
        "evidence_count": known(checked.evidence, UNKNOWN),
        "outcome": None if checked.outcome is None else pa.array(_OUTCOMES[checked.outcome], TEXT),
        "decided_at": known(checked.decided_at, UNDECIDED),
        "withdrawn_at": known(checked.withdrawn_at, LASTING),
        "evidence_at": came,
        "recorded_at": known(checked.recorded_at, UNKNOWN),
        "group": checked.group,
    }
    arrays = [found.get(field.name) for field in schema]
    return pa.table(
        [
            pa.nulls(size, field.type) if array is None else array.cast(field.type)
            for array, field in zip(arrays, schema, strict=True)
        ],
        schema=schema,
    )


def _counted(
    table: RenamedTable,
    stem: str,
    columns: Sequence[str],
    refusals: Refusals,
    now: int | None,
    *,
    monthly: bool,
) -> Iterator[pa.Table]:
    """As many complaints as the counts say, filed when their day began, or over their month."""
    for batch in table.batches(refusals):
        with corruption_refused(Path(batch.place)):
            rows = Rows(batch.place, batch.numbers, batch.columns)
            sellers = texts_in(rows, "seller_id", required=True)
            days, _ = instants_in(rows, "day", required=True, now=now)
            categories = texts_in(rows, "category", required=True)
            counts, _ = counts_in(rows, "n", required=True)
            groups = None
            if rows.column("group") is not None:
                groups = texts_in(rows, "group", required=False)
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
            filed_at = spread(days[chosen], number, now) if monthly else days[np.asarray(place)]
            found = {
                "complaint_id": ids,
                "seller_id": sellers.take(place),
                "filed_at": pa.array(filed_at),
                "category": categories.take(place),
            }
            if groups is not None:
                found["group"] = groups.take(place)
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
    table: RenamedTable,
    files: ParquetFiles,
    refusals: Refusals,
    now: int | None,
    *,
    monthly: bool,
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
                written[name] = kept.cast(pa.string()) if is_bytes(kept) else kept
        table_of_orders = pa.table(written)
        if monthly and daily:
            table_of_orders = _by_day(table.path, table_of_orders, checked, now)
        files.write("orders", table_of_orders)


def _by_day(
    path: Path, months: pa.Table, checked: order_rows.CheckedOrders, now: int | None
) -> pa.Table:
    """Orders of months as orders of their days; revenue goes by days as well."""
    place, day, count = spread_by_day(checked.at, checked.count, now)
    found = months.take(pa.array(place))
    values = {"day": pa.array(day).cast(_TIMESTAMP).cast(pa.date32()), "orders": pa.array(count)}
    if "revenue" in found.column_names:
        days = np.bincount(place, minlength=months.num_rows)
        try:
            revenue = found["revenue"].cast(pa.float64())
        except pa.ArrowInvalid as error:
            raise BadInput(
                f"{path}: column revenue holds what is no number, so that a month's cannot be "
                f"spread over its days ({error}); leave it out with --map revenue="
            ) from error
        values["revenue"] = pc.divide(revenue, pa.array(days[place]))
    for name, column in values.items():
        found = found.set_column(found.column_names.index(name), name, column)
    return found


def _schema(columns: Sequence[str]) -> pa.Schema:
    return pa.schema([(name, _TYPES.get(name, pa.string())) for name in columns])
