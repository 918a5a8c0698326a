"""Data frames in, data frames out: pandas, Polars, PyArrow, DuckDB relations, any Arrow stream.

    history = history_of_frames(complaints, orders, until=instant_of("2024-06-01"))

A frame has the columns of the files, goes through the same checks and is refused in the same
words; a row is named by its index. Nothing is written into a frame that was handed over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import narwhals as nw
import numpy as np
import pyarrow as pa
from narwhals.exceptions import DuplicateError
from numpy.typing import NDArray

from detector.errors import BadInput
from detector.history.history import History
from detector.instants import LATEST
from training.tables.instants import MICROSECONDS_MIN, TOO_FEW, TOO_MANY
from training.tables.readers import Warn, history_of_sources
from training.tables.reading import complaints as complaint_rows
from training.tables.reading import orders as order_rows
from training.tables.reading.batch import Batch
from training.tables.reading.refusals import Refusals, Rows, row_named, shown
from training.tables.reading.source import Source, check_names

Frame = Any
"""A data frame of any kind that Narwhals knows, or an object with an Arrow stream."""
KINDS: Final = ("pandas", "polars", "duckdb", "pyarrow")
"""What results are handed back as; the caller of another kind gets PyArrow tables."""
_ROWS: Final = 1 << 20
"""Rows checked at a time."""
_WANTED: Final = "a data frame of pandas, Polars, PyArrow or DuckDB, or an Arrow stream, is wanted"


def history_of_frames(
    complaints: Frame,
    orders: Frame | None = None,
    *,
    until: int | None = None,
    now: int | None = None,
    refused: Refusals | None = None,
    refused_orders: Refusals | None = None,
    warn: Warn,
) -> History:
    """Read complaints and orders from data frames, with the columns that files have.

    Times are datetimes (without a zone they are UTC), dates, ISO 8601 texts or whole microseconds
    since 1970. Only what was filed or ordered before `until` is read; times after `now` are
    refused, where it is given. A bad row refuses the whole table (BadInput names table, row, column
    and value), unless `refused`, or `refused_orders`, takes it. `warn` is called with a sentence
    about columns and rows that are left out.
    """
    known = (*complaint_rows.REQUIRED, *complaint_rows.OPTIONAL)
    return history_of_sources(
        source_in(complaints, "complaints", known, complaint_rows.TIMES),
        None if orders is None else source_in(orders, "orders", order_rows.KNOWN, order_rows.TIMES),
        until=until,
        now=now,
        refused=refused or Refusals(),
        refused_orders=refused_orders or Refusals(),
        warn=warn,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSource(Source):
    """A data frame as a table that can be read, twice if need be."""

    table: pa.Table
    """The columns that are known; the others are named only."""
    times: frozenset[str]
    """Which of them are times."""
    index: NDArray[Any]
    """(n,) what each row is called."""

    def batches(self, columns: Sequence[str] | None, refusals: Refusals) -> Iterator[Batch]:
        """Stream the rows, their times as instants; what cannot be one is refused."""
        table = self.table if columns is None else self.table.select(list(columns))
        begun = offset = 0
        for part in table.to_batches(max_chunksize=_ROWS):
            index = self.index[begun : begun + part.num_rows]
            begun += part.num_rows
            rows = Rows(str(self.path), index, part)
            read = _with_instants(rows, self.times)
            rows.report(refusals)
            if not rows.good.all():
                index, read = index[rows.good], read.filter(pa.array(rows.good))
            yield Batch(str(self.path), index, offset, read)
            offset += read.num_rows


class RowsLeftOut(Refusals):
    """Refused rows of a frame in memory: the first raises where strict, else all are gathered."""

    def __init__(self, place: str, *, strict: bool) -> None:
        super().__init__(strict=strict)
        self._place = place
        self._rows: list[dict[str, Any]] = []

    def start(self, columns: Sequence[str]) -> None:
        """Begin a pass over the frame."""
        super().start(columns)
        self._rows = []

    def refuse(
        self, place: str, row: object, why: str, cells: Mapping[str, Any], text: str = ""
    ) -> None:
        """Raise where strict, or gather the row."""
        super().refuse(place, row, why, cells, text)
        self._rows.append({"row": row, "why": why, **cells})

    def keep(self) -> str:
        """Where the rows are, for the warning that tells of them."""
        return self._place

    def table(self) -> pa.Table:
        """The rows: what the index calls each (row), why it was refused, and its known columns."""
        names = list(self._rows[0]) if self._rows else ["row", "why"]
        return pa.table({name: _values_of([row[name] for row in self._rows]) for name in names})


def _values_of(values: list[Any]) -> pa.Array:
    """As they are, or as texts where they are of several types."""
    try:
        return pa.array(values, None if values else pa.string())
    except (pa.ArrowException, TypeError, OverflowError):
        return pa.array([None if value is None else str(value) for value in values], pa.string())


def source_in(frame: Frame, name: str, known: Sequence[str], times: Sequence[str]) -> FrameSource:
    """Look at a frame that errors call `name`: some columns are `known`, some of them `times`.

    Raises BadInput where it is no frame, or a column holds values of several types.
    """
    given = _opened(frame, name)
    names = tuple(str(column) for column in given.collect_schema().names())
    wanted = [column for column in names if column in known]
    index = _index_of(frame)
    table = _table_of(given, wanted, name, index)
    if index is None:
        index = np.arange(table.num_rows)
    source = FrameSource(
        Path(name), names, (), table.num_rows, table=table, times=frozenset(times), index=index
    )
    check_names(source)
    return source


def kind_of(frame: Frame) -> str:
    """The kind that results are handed back as: one of `KINDS`."""
    try:
        kind = str(nw.from_native(frame).implementation)
    except TypeError:
        kind = "pyarrow"
    return kind if kind in KINDS else "pyarrow"


def check_kind(kind: str) -> None:
    """Refuse a word that is none of `KINDS`."""
    if kind not in KINDS:
        raise BadInput(f"{shown(kind)} is no kind of frame; there are {', '.join(KINDS)}")


def in_kind(table: pa.Table, kind: str) -> Frame:
    """An Arrow table as a data frame of a kind; BadInput for another word than those of `KINDS`."""
    check_kind(kind)
    if kind == "pyarrow":
        return table
    if kind == "duckdb":
        return nw.from_native(table).lazy(backend="duckdb").to_native()
    if kind == "polars":
        return nw.DataFrame.from_arrow(table, backend="polars").to_native()
    frame = table.to_pandas()
    for field in table.schema:
        if pa.types.is_list(field.type):  # Arrow makes a NumPy array of each list
            frame[field.name] = table[field.name].to_pylist()
    return frame


def _opened(frame: Frame, name: str) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    try:
        found: nw.DataFrame[Any] | nw.LazyFrame[Any] = nw.from_native(frame)
    except DuplicateError:
        columns = [str(column) for column in getattr(frame, "column_names", frame.columns)]
        twice = sorted({column for column in columns if columns.count(column) > 1})
        named = ", ".join(map(shown, twice))
        raise BadInput(f"{name}: two columns are named {named}; keep one") from None
    except TypeError:
        found = nw.from_native(_streamed(frame, name))
    return found


def _streamed(frame: object, name: str) -> pa.Table:
    """The rows of an Arrow stream, which can be asked for them once."""
    kind = f"{name}: is of type {type(frame).__name__}"
    if isinstance(frame, str | Path):
        raise BadInput(f"{kind}; read the file first: {_WANTED}")
    if not (hasattr(frame, "__arrow_c_stream__") or hasattr(frame, "__arrow_c_array__")):
        raise BadInput(f"{kind}; {_WANTED}")
    try:
        return pa.table(frame)
    except (pa.ArrowException, TypeError, ValueError) as why:
        raise BadInput(f"{kind}; {_WANTED} ({why})") from why


def _index_of(frame: Frame) -> NDArray[Any] | None:
    """What pandas calls each row; None where rows have places only."""
    if not nw.dependencies.is_pandas_like_dataframe(frame):
        return None
    return np.asarray(frame.index.to_numpy())


def _table_of(
    frame: nw.DataFrame[Any] | nw.LazyFrame[Any],
    names: list[str],
    place: str,
    index: NDArray[Any] | None,
) -> pa.Table:
    if not names:  # which not every kind of frame can select
        return pa.table({})
    if isinstance(frame, nw.LazyFrame):
        return frame.select(names).collect("pyarrow").to_native()
    if index is None:
        return frame.select(names).to_arrow()
    columns = [
        _column_of(frame.get_column(name), f"{place}: column {name}", index) for name in names
    ]
    return pa.table(columns, names=names)


def _column_of(column: nw.Series[Any], place: str, index: NDArray[Any]) -> pa.Array:
    """A column of pandas, which may hold objects of any types."""
    try:
        return column.to_arrow()
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as why:
        _refuse_mixed(column, place, index)
        said = (str(why).splitlines() or [type(why).__name__])[0]
        raise BadInput(f"{place}: cannot be read ({said})") from why


def _refuse_mixed(column: nw.Series[Any], place: str, index: NDArray[Any]) -> None:
    """Say where a column has values of two types."""
    there = np.flatnonzero(~np.asarray(column.is_null().to_list(), dtype=np.bool_))
    values = column.to_list()
    for row in there[1:].tolist():
        first = int(there[0])
        one, other = (type(values[place]).__name__ for place in (first, row))
        if one != other:
            raise BadInput(
                f"{place}: {row_named(index[row])} holds {shown(values[row])} ({other}) and "
                f"{row_named(index[first])} {shown(values[first])} ({one}); make it one type"
            )


def _with_instants(rows: Rows, times: Collection[str]) -> pa.RecordBatch:
    """Times that are whole microseconds as timestamps; other columns as they are."""
    schema = rows.batch.schema
    columns = [
        _instants(rows, name, column) if name in times else column
        for name, column in zip(schema.names, rows.batch.columns, strict=True)
    ]
    return pa.record_batch(columns, names=schema.names)


def _instants(rows: Rows, name: str, column: pa.Array) -> pa.Array:
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        return column
    try:
        # pandas makes floats of whole numbers beside a missing one.
        numbers = column.cast(pa.int64())
    except pa.ArrowInvalid:
        return column
    values = numbers.fill_null(MICROSECONDS_MIN).to_numpy(zero_copy_only=False)
    rows.refuse(values < MICROSECONDS_MIN, name, TOO_FEW)
    rows.refuse(values >= LATEST, name, TOO_MANY)
    return numbers.cast(pa.timestamp("us", "UTC"))
