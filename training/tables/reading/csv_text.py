"""CSV and gzipped CSV as batches of bytes: types and encoding are checked cell by cell later."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from detector.errors import BadInput
from training.tables.reading.batch import Batch
from training.tables.reading.corrupt_files import corruption_refused
from training.tables.reading.quotes import Quotes
from training.tables.reading.refusals import Refusals, shown
from training.tables.reading.utf8_stream import MARKED, Utf8Stream, open_unpacked

BLOCK_BYTES: Final = 64 << 20
"""Bytes parsed at a time, and so the longest possible row."""


def names_in(path: Path) -> tuple[str, ...]:
    """The column names; BadInput where there are none."""
    with corruption_refused(path), open_unpacked(path) as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="")
        for row in csv.reader(text):
            if row:
                return tuple(_utf8(path, name) for name in row)
    raise BadInput(f"{path}: the file is empty; a table needs at least its column names")


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """How a CSV file is written."""

    delimiter: str = ","
    header_rows: int = 1
    """1, or 0 where the names are not in the file."""
    renamed: bool = False
    """Whether the caller's column names replace those on the file's first line."""
    foreign_bytes: str = MARKED
    """What becomes of bytes that are not UTF-8: see `utf8_stream`."""


COMMAS: Final = CsvFormat()


def batches_in(
    path: Path,
    names: Sequence[str],
    columns: Sequence[str] | None,
    refusals: Refusals,
    form: CsvFormat = COMMAS,
) -> Iterator[Batch]:
    """The rows of a CSV, every column as bytes; `names` are the columns', in the file's order.

    Rows with too few or too many columns go to `refusals`.
    """
    misshapen = _Misshapen(path, refusals, form)
    quotes = Quotes(path, form.delimiter)
    offset = 0
    with corruption_refused(path), Utf8Stream(path, form.foreign_bytes, quotes) as text:
        try:
            with _reader(text, path, names, columns, misshapen, form) as reader:
                for read in reader:
                    yield Batch(str(path), misshapen.numbers_of(read.num_rows), offset, read)
                    offset += read.num_rows
        except pa.ArrowInvalid as why:
            misshapen.report()
            if "straddling" in str(why):
                size = BLOCK_BYTES >> 20
                raise BadInput(
                    f"{path}: a row is longer than {size} MB, or a quote is open"
                ) from why
            raise
        misshapen.report()
        if quotes.are_open:
            raise BadInput(f"{path}: the last value's closing quote is missing; is it cut short?")


def _utf8(path: Path, name: str) -> str:
    if not name.isascii() and any("\udc80" <= character <= "\udcff" for character in name):
        raise BadInput(f"{path}: the column names are not UTF-8; save the file as UTF-8")
    return name


class _Misshapen:
    """Rows with another number of columns than there are names, and the numbering around them."""

    def __init__(self, path: Path, refusals: Refusals, form: CsvFormat) -> None:
        self._path = path
        self._header_rows = form.header_rows
        self._refusals = refusals
        self._rows: dict[int, tuple[str, str]] = {}
        self._skipped: set[int] = set()
        self._next = 1

    def __call__(self, row: pa_csv.InvalidRow) -> str:
        why = f"has {row.actual_columns} columns where {row.expected_columns} are named"
        number = int(row.number) - self._header_rows
        self._rows[number] = (row.text, why)
        self._skipped.add(number)
        return "error" if self._refusals.strict else "skip"

    def report(self) -> None:
        """Refuse what was met, in row order; raises where the refusals are strict."""
        for number, (text, why) in sorted(self._rows.items()):
            place = str(self._path)
            self._refusals.refuse(place, number, f"{shown(text)} {why}", {}, text)
        self._rows.clear()

    def numbers_of(self, rows: int) -> NDArray[np.int64]:
        """The numbers of the next well-formed rows."""
        numbers = np.arange(self._next, self._next + rows + len(self._skipped))
        if self._skipped:
            numbers = numbers[~np.isin(numbers, list(self._skipped))]
        numbers = numbers[:rows]
        if rows:
            self._next = int(numbers[-1]) + 1
            self._skipped = {number for number in self._skipped if number >= self._next}
        return numbers


def _reader(
    text: Utf8Stream,
    path: Path,
    names: Sequence[str],
    columns: Sequence[str] | None,
    misshapen: Callable[[pa_csv.InvalidRow], str],
    form: CsvFormat,
) -> pa_csv.CSVStreamingReader:
    size = BLOCK_BYTES
    if not path.name.lower().endswith(".gz"):
        size = min(BLOCK_BYTES, max(path.stat().st_size + 1, 1 << 16))
    return pa_csv.open_csv(
        text,
        read_options=pa_csv.ReadOptions(
            use_threads=False,
            block_size=size,
            column_names=list(names) if form.renamed else None,
            skip_rows=form.header_rows if form.renamed else 0,
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=form.delimiter, newlines_in_values=True, invalid_row_handler=misshapen
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.binary()),
            include_columns=[name for name in (names if columns is None else columns) if name],
            strings_can_be_null=True,
            null_values=[""],
        ),
    )
