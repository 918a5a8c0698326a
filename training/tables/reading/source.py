"""A table on disk: Parquet, a directory of Parquet parts, CSV or gzipped CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from detector.errors import BadInput
from training.tables.reading import csv_text, parquet
from training.tables.reading.batch import Batch
from training.tables.reading.refusals import SHOWN, Refusals, shown

CSV_SUFFIXES: Final = (".csv", ".csv.gz")
SEPARATORS: Final = {";": ";", "\t": "tabs", "|": "|"}
"""Marks that separate columns in files that look like CSV, and what they are called."""
PARQUET_SUFFIXES: Final = (".parquet", ".pq")


@dataclass(frozen=True, slots=True)
class Source:
    """A readable table."""

    path: Path
    names: tuple[str, ...]
    parts: tuple[Path, ...]
    """Files of a Parquet table; empty for CSV."""
    rows: int | None
    """How many, where the file says so (Parquet)."""
    lacking: Mapping[str, Path] = field(default_factory=dict)
    """Columns that some part has and another lacks, with the first that does."""

    def batches(self, columns: Sequence[str] | None, refusals: Refusals) -> Iterator[Batch]:
        """Stream the rows; `columns` None is all of them.

        Raises BadInput where a part is damaged, or a row's shape is refused.
        """
        if not self.parts:
            yield from csv_text.batches_in(self.path, self.names, columns, refusals)
        offset = 0
        for part in self.parts:
            for batch in parquet.batches_in(
                part, self.names if columns is None else columns, offset
            ):
                offset += batch.columns.num_rows
                yield batch


def source_of(path: Path) -> Source:
    """Look at a file or directory; raises BadInput where it is no table that can be read."""
    try:
        source = _source_of(path)
    except OSError as why:
        raise BadInput(f"{path}: {why.strerror or why}") from why
    check_names(source)
    return source


def check_names(source: Source) -> None:
    """Refuse a table in which two columns have one name."""
    # Columns without a name are what separators at the ends of lines make; nobody reads them.
    twice = sorted({name for name in source.names if name and source.names.count(name) > 1})
    if twice:
        named = ", ".join(map(shown, twice))
        raise BadInput(f"{source.path}: two columns are named {named}; keep one")


def check_columns(source: Source, required: Sequence[str]) -> None:
    """Refuse a table that lacks a required column."""
    missing = [name for name in required if name not in source.names]
    if not missing:
        for name in required:
            if name in source.lacking:
                raise BadInput(f"{source.lacking[name]}: missing column {name}, which others have")
        return
    names = [named(name) for name in source.names]
    found = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
    found = found or "none"
    hint = ""
    if len(names) == 1 and any(mark in source.names[0] for mark in SEPARATORS):
        hint = "; separate columns by commas"
    raise BadInput(f"{source.path}: missing column {', '.join(missing)}; found {found}{hint}")


def named(name: str) -> str:
    """A column's name as an error shows it: on one line, cut where it is long."""
    return name if name.isprintable() and len(name) <= SHOWN else shown(name)


def _source_of(path: Path) -> Source:
    if not path.exists():
        raise BadInput(f"{path}: no such file")
    if path.is_dir():
        return _parquet_source(path, _parts_of(path))
    name = path.name.lower()
    if not name.endswith((*CSV_SUFFIXES, *PARQUET_SUFFIXES)):
        raise BadInput(f"{path}: neither .parquet, .csv nor .csv.gz; rename or convert it")
    if path.stat().st_size == 0:
        raise BadInput(f"{path}: the file is empty; a table needs at least its column names")
    if name.endswith(CSV_SUFFIXES):
        return Source(path, csv_text.names_in(path), (), rows=None)
    return _parquet_source(path, (path,))


def _parts_of(directory: Path) -> tuple[Path, ...]:
    parts = sorted(
        part
        for part in directory.rglob("*")
        if part.name.lower().endswith(PARQUET_SUFFIXES)
        and not part.name.startswith((".", "_"))
        and part.is_file()
    )
    if not parts:
        raise BadInput(f"{directory}: a directory without Parquet files; name a file")
    return tuple(parts)


def _parquet_source(path: Path, parts: tuple[Path, ...]) -> Source:
    shapes = {part: parquet.shape_of(part) for part in parts}
    names = tuple(dict.fromkeys(name for found, _ in shapes.values() for name in found))
    twice = next((found for found, _ in shapes.values() if len(set(found)) < len(found)), names)
    lacking = {
        name: part for part in reversed(parts) for name in names if name not in shapes[part][0]
    }
    rows = sum(more for _, more in shapes.values())
    return Source(path, names if twice is names else twice, parts, rows, lacking)
