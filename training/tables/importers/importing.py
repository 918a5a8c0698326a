"""Importing a dump: the layouts there are, and writing what they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from detector.errors import BadInput
from training.tables.importers.cfpb import import_cfpb
from training.tables.importers.consumidor import import_consumidor
from training.tables.importers.olist import import_olist
from training.tables.parquet_files import ParquetFiles, parquet_files
from training.tables.reading.refusals import Refusals, left_out

Warn = Callable[[str], None]


class Importer(Protocol):
    """Writes what a layout's files hold."""

    def __call__(
        self, paths: Sequence[Path], files: ParquetFiles, refusals: Refusals, warn: Warn
    ) -> None:
        """Raise BadInput where a file is not of the layout or a row is refused."""


LAYOUTS: Final[Mapping[str, Importer]] = {
    "consumidor": import_consumidor,
    "cfpb": import_cfpb,
    "olist": import_olist,
}


def import_dumps(
    layout: str,
    paths: Sequence[Path],
    directory: Path,
    *,
    skip_bad_rows: bool = False,
    warn: Warn = lambda sentence: None,  # noqa: ARG005
) -> dict[str, int]:
    """Turn a dump's files into ``complaints.parquet`` (and ``orders.parquet``); returns their rows.

    A directory stands for the CSV files in it. Bad rows refuse the import, or are written to
    ``refused.csv`` in `directory` and left out. Raises BadInput where the files are of another
    layout.
    """
    if layout not in LAYOUTS:
        raise BadInput(f"unknown layout {layout!r}; there are {', '.join(LAYOUTS)}")
    with parquet_files(directory) as files:
        refusals = Refusals(
            directory / "refused.csv" if skip_bad_rows else None, strict=not skip_bad_rows
        )
        refusals.start(())
        try:
            LAYOUTS[layout](_expanded(paths), files, refusals, warn)
            if refusals.count:
                warn(left_out(refusals.count, refusals.keep()))
        finally:
            refusals.discard()
    return files.rows


def _expanded(paths: Sequence[Path]) -> list[Path]:
    expanded: list[Path] = []
    for path in paths:
        inside = sorted(p for p in path.glob("*") if p.name.lower().endswith((".csv", ".csv.gz")))
        if path.is_dir() and not inside:
            raise BadInput(f"{path}: a directory without CSV files")
        expanded += inside if path.is_dir() else [path]
    if not expanded:
        raise BadInput("no files to import; name at least one")
    return expanded
