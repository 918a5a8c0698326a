"""Data frames in, data frames out: pandas, Polars, PyArrow, DuckDB relations, any Arrow stream.

    history = history_of_frames(complaints, orders, until=instant_of("2024-06-01"))

A frame has the columns of the files, goes through the same checks and is refused in the same
words; a row is named by its index. Nothing is written into a frame that was handed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from training.tables.instants import MICROSECONDS_MIN, not_microseconds
from training.tables.readers import Warn, history_of_sources
from training.tables.reading import complaints as complaint_rows
from training.tables.reading import orders as order_rows
from training.tables.reading.batch import Batch
from training.tables.reading.refusals import Refusals, row_named, shown
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
    warn: Warn,
) -> History:
    """Read complaints and orders from data frames, with the columns that files have.

    Times are datetimes (without a zone they are UTC), dates, ISO 8601 texts or whole microseconds
    since 1970. Only what was filed or ordered before `until` is read; times after `now` are
    refused, where it is given. A bad row refuses the whole table (BadInput names table, row, column
    and value). `warn` is called with a sentence about columns that are left out.
    """
    known = (*complaint_rows.REQUIRED, *complaint_rows.OPTIONAL)
    return history_of_sources(
        source_in(complaints, "complaints", known, complaint_rows.TIMES),
        None if orders is None else source_in(orders, "orders", order_rows.KNOWN, order_rows.TIMES),
        until=until,
        now=now,
        warn=warn,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSource(Source):
    """A data frame as a table that can be read, twice if need be."""

    table: pa.Table
    """The columns that are known; the others are named only."""
    index: NDArray[Any]
    """(n,) what each row is called."""

    def batches(self, columns: Sequence[str] | None, refusals: Refusals) -> Iterator[Batch]:  # noqa: ARG002 - rows of a frame have one shape
        """Stream the rows."""
        table = self.table if columns is None else self.table.select(list(columns))
        offset = 0
        for part in table.to_batches(max_chunksize=_ROWS):
            index = self.index[offset : offset + part.num_rows]
            yield Batch(str(self.path), index, offset, part)
            offset += part.num_rows


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
    for column in set(times).intersection(wanted):
        place = table.column_names.index(column)
        table = table.set_column(place, column, _instants(table[column], name, column, index))
    source = FrameSource(Path(name), names, (), table.num_rows, table=table, index=index)
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


def _instants(
    column: pa.ChunkedArray, place: str, name: str, index: NDArray[Any]
) -> pa.ChunkedArray:
    """Times that are whole microseconds as timestamps; other columns as they are."""
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        return column
    try:
        # pandas makes floats of whole numbers beside a missing one.
        numbers = column.cast(pa.int64())
    except pa.ArrowInvalid:
        return column
    values = numbers.fill_null(MICROSECONDS_MIN).to_numpy()
    wrong = (values < MICROSECONDS_MIN) | (values >= LATEST)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise BadInput(
            f"{place}: {row_named(index[row])}: column {name}: {not_microseconds(values[row])}"
        )
    return numbers.cast(pa.timestamp("us", "UTC"))
