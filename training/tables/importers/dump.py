"""A public dump: a CSV with somebody else's separator, encoding and column names."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from detector.errors import BadInput
from training.tables.reading import csv_text
from training.tables.reading.corrupt_files import corruption_refused
from training.tables.reading.refusals import Refusals, Rows
from training.tables.reading.utf8_stream import WESTERN, Utf8Stream

SEPARATORS: Final = ";,\t|"
HEADER_BYTES: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Dump:
    """One file of a dump; its columns go by their plain names (see `plain`)."""

    path: Path
    names: tuple[str, ...]
    form: csv_text.CsvFormat

    def batches(self, columns: Sequence[str], refusals: Refusals) -> Iterator[Rows]:
        """Stream some columns as bytes; misshapen rows go to `refusals`."""
        for batch in csv_text.batches_in(self.path, self.names, columns, refusals, self.form):
            yield Rows(batch.place, batch.numbers, batch.columns)


def plain(name: str) -> str:
    """A column name in small letters, without accents and signs: Mês Abertura -> mes_abertura."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "_".join("".join(c if c.isalnum() else " " for c in bare.casefold()).split())


def dump_of(path: Path, headerless: Sequence[str] = ()) -> Dump:
    """Look at a file; `headerless` names the columns of files known to come without names.

    Raises BadInput where the file is missing, empty or no table.
    """
    if path.is_dir() or not path.exists():
        raise BadInput(f"{path}: {'a directory' if path.is_dir() else 'no such file'}; name a CSV")
    if not path.name.lower().endswith((".csv", ".csv.gz")):
        raise BadInput(f"{path}: neither .csv nor .csv.gz; unpack it first")
    line = _first_line(path)
    separator = max(SEPARATORS, key=line.count)
    first = next(csv.reader([line], delimiter=separator))
    if headerless and len(first) == len(headerless) and _has_date(first):
        return Dump(path, tuple(headerless), _form(separator, 0))
    names = tuple(plain(name) for name in first)
    named = [name for name in names if name]
    if len(set(named)) < len(named):
        raise BadInput(f"{path}: two columns have the same name; is this the dump's own file?")
    return Dump(path, names, _form(separator, 1))


def check_layout(dump: Dump, layout: str, needed: Mapping[str, str]) -> None:
    """Refuse a file that lacks columns of a layout; `needed` maps plain names to the dump's own."""
    missing = [own for name, own in needed.items() if name not in dump.names]
    if missing:
        found = ", ".join(dump.names[:12])
        raise BadInput(
            f"{dump.path}: is not of the {layout} layout: no column {', '.join(missing)}; "
            f"found {found}"
        )


def decoded(column: pa.Array) -> pa.Array:
    """Bytes as text; what was not UTF-8 has been taken for Windows' Western European before."""
    return column.cast(pa.string())


def map_distinct(column: pa.Array, translate: Callable[[str], Any]) -> list[Any]:
    """Apply a function once to every distinct text; None stays None."""
    encoded = column.dictionary_encode()
    found = [None if text is None else translate(text) for text in encoded.dictionary.to_pylist()]
    places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return [None if place < 0 else found[place] for place in places.tolist()]


def missing_in(values: Sequence[Any]) -> NDArray[np.bool_]:
    """(n,) which values are None or empty."""
    return np.array([value in (None, "") for value in values], dtype=np.bool_)


def _first_line(path: Path) -> str:
    with corruption_refused(path), Utf8Stream(path, WESTERN) as stream:
        # Bytes know three ends of a line; texts would know eleven.
        line = next(iter(stream.read(HEADER_BYTES).splitlines()), b"")
    text = line.decode("utf-8-sig", "replace")
    if not text.strip():
        raise BadInput(f"{path}: the file is empty, or begins with an empty line")
    return text


def _form(separator: str, header_rows: int) -> csv_text.CsvFormat:
    return csv_text.CsvFormat(separator, header_rows, renamed=True, foreign_bytes=WESTERN)


def _has_date(cells: Sequence[str]) -> bool:
    return any(len(cell) == 10 and cell[2] == cell[5] == "/" for cell in cells)
