"""Refusing rows: at once with one clear error, or one by one into a file beside the output."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TextIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from detector.errors import BadInput
from detector.nouns import counted
from training.tables.reading.utf8_stream import MARK

SHOWN: Final = 60
"""Characters of a value that an error shows: cells of ten megabytes exist."""

_MEANT: Final = {
    "recorded_at": "is when a complaint reached your records",
    "source": "is who brought a complaint",
}
"""Names that columns of other meanings had before we read them."""


def meaning_of(name: str) -> str:
    """What to do where a column of that name means something else; mostly nothing."""
    if name not in _MEANT:
        return ""
    return (
        f"; {name} {_MEANT[name]}: rename a column that means something else, or have it left out "
        f"by detector import tables --map {name}="
    )


def shown(value: object) -> str:
    """A value as an error shows it: on one line, cut where it is long."""
    if isinstance(value, str):
        value = value.replace(MARK, "\N{REPLACEMENT CHARACTER}")
    if isinstance(value, bytes):
        value = value[: 4 * SHOWN].decode("utf-8", "backslashreplace")
    text = repr(value[: SHOWN + 1] if isinstance(value, str) else value)
    return text if len(text) <= SHOWN + 2 else f"{text[:SHOWN]}…"


def row_named(row: object) -> str:
    """A row as an error names it: by its number, or by another kind of index."""
    if isinstance(row, int | np.integer) and not isinstance(row, bool):
        return f"row {row:,}"
    return f"row {shown(row if isinstance(row, str) else str(row))}"


def left_out(count: int, file: Path | str | None) -> str:
    """A sentence about the rows that were left out, and where they are."""
    rows = counted(count, "bad row was", "bad rows were")
    return f"{rows} left out" + ("" if file is None else f"; see {file}")


class Refusals:
    """Where refused rows go.

    Without a file the first refused row raises BadInput. With one, rows are gathered beside it
    under a temporary name until `keep`; `start` forgets them, for another pass over the table.
    """

    def __init__(
        self,
        file: Path | None = None,
        *,
        strict: bool = True,
        called: Mapping[str, str] | None = None,
    ) -> None:
        """`called` names places by other words, such as stdin for a file that goes with us."""
        self.count = 0
        self._called = called or {}
        self.strict = strict
        self._file = file
        self._columns: tuple[str, ...] = ()
        self._temporary: Path | None = None
        self._stream: TextIO | None = None

    def start(self, columns: Sequence[str]) -> None:
        """Begin a pass over the table with these columns."""
        self.discard()
        self.count = 0
        self._columns = tuple(columns)

    def refuse(
        self, place: str, row: object, why: str, cells: Mapping[str, Any], text: str = ""
    ) -> None:
        """Raise where strict, or gather the row.

        `text` is a row whose cells are not known. Of other rows it holds the cells, as a line of
        CSV, where a pass has no columns of its own because its files have different ones.
        """
        place = self._called.get(place, place)
        if self.strict:
            raise BadInput(f"{place}: {row_named(row)}: {why}")
        self.count += 1
        if self._file is None:
            return
        if self._stream is None:
            self._stream = self._opened(self._file)
            csv.writer(self._stream).writerow(["file", "row", "why", *self._columns, "text"])
        known = [_cell(cells.get(name)) for name in self._columns]
        if not self._columns and not text:
            text = _line(cells.values())
        csv.writer(self._stream).writerow([place, row, why, *known, _cell(text)])

    def keep(self) -> Path | str | None:
        """Give the file its name, and tell it; no file appears where nothing was refused."""
        if self._stream is None or self._temporary is None or self._file is None:
            return None
        self._stream.close()
        self._temporary.replace(self._file)
        self._stream = self._temporary = None
        return self._file

    def discard(self) -> None:
        """Forget what was gathered."""
        if self._stream is not None:
            self._stream.close()
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)
        self._stream = self._temporary = None

    def _opened(self, file: Path) -> TextIO:
        self._temporary = file.with_name(f".{file.name}-{secrets.token_hex(4)}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            return self._temporary.open("w", encoding="utf-8", newline="")
        except OSError as why:
            raise BadInput(f"cannot write {file}: {why.strerror}") from why


class Rows:
    """One batch of a table while its columns are checked."""

    def __init__(self, place: str, numbers: NDArray[Any], batch: pa.RecordBatch) -> None:
        self.place = place
        self.numbers = numbers
        self.batch = batch
        self.good = np.ones(batch.num_rows, dtype=np.bool_)
        self._why: dict[int, str] = {}

    def __len__(self) -> int:
        return int(self.batch.num_rows)

    def column(self, name: str) -> pa.Array | None:
        """The column, None where the table has none."""
        place = self.batch.schema.get_field_index(name)
        return None if place < 0 else self.batch.column(place)

    def refuse(self, bad: NDArray[np.bool_], name: str, why: str) -> None:
        """Mark the masked rows as refused for what stands in a column."""
        bad = bad & self.good
        if not bad.any():
            return
        for index in np.flatnonzero(bad).tolist():
            self._mark(index, name, why)

    def refuse_each(self, reasons: Mapping[int, str], name: str) -> None:
        """Mark rows of the batch as refused, each for its own reason."""
        for index, why in reasons.items():
            if self.good[index]:
                self._mark(index, name, why)

    def _mark(self, index: int, name: str, why: str) -> None:
        column = self.column(name)
        value = None if column is None else _value(column, index)
        quoted = "" if value in (None, "", b"") else f"{shown(value)} "
        self._why[index] = f"column {name}: {quoted}{why}{meaning_of(name)}"
        self.good[index] = False

    def report(self, refusals: Refusals, read: pa.RecordBatch | None = None) -> None:
        """Hand the marked rows over, first row first; raises where the refusals are strict.

        `read` holds the rows as they were read, where columns have been added to the batch since.
        """
        read = self.batch if read is None else read
        for index in sorted(self._why):
            cells = {name: _value(read.column(name), index) for name in read.schema.names}
            refusals.refuse(self.place, self.numbers[index], self._why[index], cells)


def _value(column: pa.Array, index: int) -> object:
    """The value as Python has it; a time that Python cannot hold as Arrow writes it."""
    try:
        return column[index].as_py()
    except UnicodeDecodeError:
        return column[index].cast(pa.binary()).as_py()
    except (OverflowError, ValueError):
        ticks = column.slice(index, 1)
        return f"{ticks.view(pa.int32() if ticks.type.bit_width == 32 else pa.int64())[0]} ticks"


def _line(cells: Iterable[object]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="").writerow(map(_cell, cells))
    return stream.getvalue()


def _cell(value: object) -> object:
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
    return text.replace(MARK, "\N{REPLACEMENT CHARACTER}") if isinstance(text, str) else text
