"""One file of complaints, counts or orders, its columns under our names and its dates as ours."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detector.errors import BadInput
from detector.history.coverage import are_firsts, are_months
from training.tables.importers.damaged_names import DAMAGE
from training.tables.importers.day_order import DayOrder, date_part, day_order_of, is_slashed
from training.tables.reading import complaints as complaint_rows
from training.tables.reading import orders as order_rows
from training.tables.reading.batch import Batch
from training.tables.reading.columns import instants_in
from training.tables.reading.corrupt_files import corruption_refused
from training.tables.reading.refusals import Refusals, Rows
from training.tables.reading.source import SEPARATORS, Source, check_columns, named, source_of

COUNTS: Final = ("seller_id", "day", "category", "n")
"""Columns of a table that holds how many complaints there were, not each of them."""
_TIMES: Final = ("day", "ordered_at", *complaint_rows.TIMES)
_SHOWN: Final = 12
"""Columns that a refusal names."""
_PEEKED: Final = 1_000
"""Rows that show how a column's dates are written."""


class RenamedTable:
    """One file, its columns under our names, but for those that are renamed to nothing."""

    def __init__(self, path: Path, renamed: Mapping[str, str]) -> None:
        """Look at the file. Raises BadInput where it is no table, or lacks a column."""
        self.source: Source = source_of(path)
        names = [renamed.get(name, name) for name in self.source.names]
        for theirs, ours in renamed.items():
            if ours and theirs in self.source.names and names.count(ours) > 1:
                raise BadInput(
                    f"{path}: {theirs} is to be {ours}, which the table has already; "
                    f"map that to another name"
                )
        self.path = path
        self.names = tuple(names)
        self.kind = _kind_of(self.source, self.names, renamed)

    @property
    def is_numbered(self) -> bool:
        """Whether complaints get their ids from us."""
        return self.kind == "counts" or (
            self.kind == "complaints" and "complaint_id" not in self.names
        )

    @property
    def columns(self) -> list[str]:
        """Of complaints: the columns to write."""
        known = ("group",) if self.kind == "counts" else complaint_rows.OPTIONAL
        optional = [name for name in known if name in self.names]
        return [*complaint_rows.REQUIRED, *optional]

    def batches(self, refusals: Refusals, names: Sequence[str] | None = None) -> Iterator[Batch]:
        """The rows under our names, or some of their columns; dates as ISO 8601."""
        orders = self._day_orders()
        for batch in self._renamed_batches(names, refusals):
            yield replace(batch, columns=_with_iso_dates(batch.columns, orders))

    def is_monthly(self) -> bool:
        """Whether it is a table of counts that has a row a month: all days are first ones."""
        if self.kind == "complaints" or "day" not in self.names:
            return False
        found: list[NDArray[np.int64]] = []
        for batch in self.batches(Refusals(strict=False), ["day"]):
            with corruption_refused(Path(batch.place)):
                rows = Rows(batch.place, batch.numbers, batch.columns)
                days, _ = instants_in(rows, "day", required=True, now=None)
            found.append(np.unique(days[rows.good]))
            if not are_firsts(found[-1]):
                return False
        return bool(found) and are_months(np.concatenate(found))

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
        theirs = [t for t, ours in own.items() if t and ours and (names is None or ours in names)]
        for batch in self.source.batches(theirs, refusals):
            columns = batch.columns
            columns = columns.rename_columns([own[name] for name in columns.schema.names])
            yield replace(batch, columns=columns)


def needs_preparation(table: RenamedTable, renamed: Mapping[str, str]) -> bool:
    """Whether a table has to be rewritten before it can be loaded as it is."""
    return bool(
        renamed
        or table.is_numbered
        or table.has_slashed_dates()
        or table.is_monthly()
        or (table.kind == "complaints" and _may_hold_damage(table.source))
    )


def _kind_of(own: Source, names: tuple[str, ...], renamed: Mapping[str, str]) -> str:
    """`complaints`, `counts` or `orders`; BadInput where a table is none of them.

    `own` has the file's own names, and `names` are those by which its columns go.
    """
    source = replace(own, names=names)
    filed = [name for name in complaint_rows.REQUIRED if name != "complaint_id"]
    shapes = {
        "complaints": (filed,),
        "counts": (COUNTS,),
        "orders": (order_rows.DAILY, order_rows.RAW),
    }
    if "complaint_id" in names:
        shapes = {"complaints": (filed,)}
    for kind, needed in shapes.items():
        for shape in needed:
            if all(name in names for name in shape):
                check_columns(source, shape)
                return kind
    for mark, called in SEPARATORS.items() if len(own.names) == 1 else ():
        if mark in own.names[0]:
            raise BadInput(
                f"{own.path}: columns are separated by {called} and have to be by commas; "
                f"found {named(own.names[0])}"
            )
    raise BadInput(f"{own.path}: {_lack_in(own, names)}{_mapping_of(own, renamed)}")


def _lack_in(own: Source, names: tuple[str, ...]) -> str:
    """What a table of no kind lacks, and the columns that it has."""
    found = ", ".join(map(named, filter(None, own.names[:_SHOWN])))
    more = len(own.names) - _SHOWN
    found = f"found {found or 'none'}" + (f" and {more} more" if more > 0 else "")
    likely = _likely_shape(names)
    if likely:
        return f"missing column {', '.join(n for n in likely if n not in names)}; {found}"
    return (
        f"neither complaints ({', '.join(complaint_rows.REQUIRED)}), nor counts of "
        f"them ({', '.join(COUNTS)}), nor orders ({', '.join(order_rows.DAILY)}, or "
        f"{', '.join(order_rows.RAW)}): {found}"
    )


def _likely_shape(names: tuple[str, ...]) -> Sequence[str]:
    """The columns of the one kind of table that the names give away; none where several do."""
    if "complaint_id" in names or "filed_at" in names:
        return [name for name in complaint_rows.REQUIRED if name != "complaint_id"]
    if "category" in names:
        return ()  # of complaints or counts; an order_id or a day does not make them orders
    if "ordered_at" in names:
        return order_rows.RAW
    return order_rows.DAILY if {"day", "orders"} & set(names) else ()


def _mapping_of(own: Source, renamed: Mapping[str, str]) -> str:
    """How --map would help, or what is wrong with it."""
    absent = [theirs for theirs in renamed if theirs not in own.names]
    if absent:
        return f"; --map names {', '.join(map(named, absent))}, which the file does not have"
    return "; name its columns by --map, such as --map seller=seller_id,date=filed_at"


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
    if not (is_bytes(column) or pa.types.is_string(column.type)):
        return
    for text in pc.unique(column.cast(pa.binary())).to_pylist():
        if text is not None:
            yield text.decode("utf-8", "replace")


def is_bytes(column: pa.Array) -> bool:
    """Whether a column holds text as it was read, not yet decoded."""
    return bool(pa.types.is_binary(column.type) or pa.types.is_large_string(column.type))


def _may_hold_damage(source: Source) -> bool:
    """Whether U+FFFD stands anywhere in a file, or in the names of a Parquet table."""
    if source.parts:
        names = [name for name in ("seller_id", "category", "group") if name in source.names]
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
