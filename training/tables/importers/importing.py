"""Importing a dump: the layouts there are, and writing what they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import pyarrow as pa

from detector.errors import BadInput
from detector.history.aliases import Alias
from detector.nouns import counted
from training.tables.importers.cfpb import import_cfpb
from training.tables.importers.consumidor import import_consumidor
from training.tables.importers.damaged_names import whole_names
from training.tables.importers.joined_names import join_sellers
from training.tables.importers.olist import import_olist
from training.tables.importers.own_tables import import_tables
from training.tables.importers.summary import Gathering, Summary
from training.tables.parquet_files import ParquetFiles, parquet_files
from training.tables.reading.refusals import Refusals, left_out, shown

Warn = Callable[[str], None]
_SHOWN: Final = 3


class Importer(Protocol):
    """Writes what a layout's files hold."""

    def __call__(
        self, paths: Sequence[Path], files: ParquetFiles, refusals: Refusals, warn: Warn
    ) -> None:
        """Raise BadInput where a file is not of the layout or a row is refused."""


OWN: Final = "tables"
"""Our own layout, or one that becomes it by other names of its columns."""
LAYOUTS: Final[Mapping[str, Importer]] = {
    "consumidor": import_consumidor,
    "cfpb": import_cfpb,
    "olist": import_olist,
    OWN: import_tables,
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import wrote."""

    rows: dict[str, int] = field(default_factory=dict)
    """By table."""
    summary: Summary | None = None
    """Of the complaints; None where there is no such table."""


def import_dumps(
    layout: str,
    paths: Sequence[Path],
    directory: Path,
    *,
    skip_bad_rows: bool = False,
    renamed: Mapping[str, str] | None = None,
    aliases: Sequence[Alias] = (),
    now: int | None = None,
    called: Mapping[str, str] | None = None,
    warn: Warn = lambda sentence: None,  # noqa: ARG005
) -> Imported:
    """Turn a dump's files into ``complaints.parquet`` (and ``orders.parquet``).

    A directory stands for the CSV files in it. Bad rows refuse the import, or are written to
    ``refused.csv`` in `directory` and left out. `renamed` maps the files' own column names to ours,
    or to nothing for columns to leave out, in the layout ``tables`` only. Damaged names of sellers,
    categories and groups become whole ones where that is unambiguous. Then `aliases` are applied.
    `called` says what files are called in ``refused.csv``, where that is not their path. Raises
    BadInput where the files are of another layout, or an alias contradicts them.
    """
    if layout not in LAYOUTS:
        raise BadInput(f"unknown layout {layout!r}; there are {', '.join(LAYOUTS)}")
    importer = LAYOUTS[layout]
    if layout == OWN:
        importer = partial(import_tables, renamed=renamed, now=now)
    elif renamed:
        raise BadInput(f"--map: the columns of the {layout} layout are known; leave it out")
    with parquet_files(directory) as files:
        refusals = Refusals(
            directory / "refused.csv" if skip_bad_rows else None,
            strict=not skip_bad_rows,
            called=called,
        )
        refusals.start(())
        try:
            importer(_expanded(paths, is_own=layout == OWN), files, refusals, warn)
            summary = _mended(files, warn) if "complaints" in files.rows else None
            if aliases and "complaints" in files.rows:
                changed = join_sellers(files, aliases)
                summary = _summary_of(files)
                stand = "row stands" if changed == 1 else "rows stand"
                warn(f"aliases: {changed:,} {stand} under their seller's last name")
            if refusals.count:
                warn(left_out(refusals.count, refusals.keep()))
        finally:
            refusals.discard()
    return Imported(files.rows, summary)


def _mended(files: ParquetFiles, warn: Warn) -> Summary:
    """The complaints' summary, once damaged names that are unambiguous have been made whole."""
    summary = _summary_of(files)
    damaged = summary.damaged()
    if not damaged:
        return summary
    found = {
        "seller_id": whole_names(summary.sellers),
        "category": whole_names(name for name, _ in summary.categories),
        "group": whole_names(name for name, _ in summary.groups),
    }
    changed = 0

    def change(batch: pa.RecordBatch) -> pa.RecordBatch:
        nonlocal changed
        for name, whole_of in found.items():
            if not whole_of:
                continue
            place = batch.schema.get_field_index(name)
            coded = batch.column(place).dictionary_encode()
            texts = coded.dictionary.to_pylist()
            whole = [whole_of.get(text, text) for text in texts]
            touched = [i for i, text in enumerate(texts) if text in whole_of]
            changed += int(np.isin(coded.indices.fill_null(-1).to_numpy(), touched).sum())
            column = pa.array(whole, batch.schema.field(place).type).take(coded.indices)
            batch = batch.set_column(place, batch.schema.field(place), column)
        return batch

    matched = dict(pair for whole_of in found.values() for pair in whole_of.items())
    if matched:
        files.rewrite("complaints", change)
        summary = _summary_of(files)
    _warn_of_damage(damaged, matched, changed, warn)
    return summary


def _warn_of_damage(
    damaged: Sequence[str], matched: Mapping[str, str], changed: int, warn: Warn
) -> None:
    if matched:
        pairs = ", ".join(f"{shown(a)} is {shown(b)}" for a, b in list(matched.items())[:_SHOWN])
        more = f" and {len(matched) - _SHOWN:,} more" if len(matched) > _SHOWN else ""
        warn(
            f"damaged text (U+FFFD): {counted(len(matched), 'name was', 'names were')} matched to "
            f"whole ones in {counted(changed, 'complaint')}: {pairs}{more}"
        )
    left = [name for name in damaged if name not in matched]
    if left:
        names = ", ".join(map(shown, left[:_SHOWN]))
        more = f" and {len(left) - _SHOWN:,} more" if len(left) > _SHOWN else ""
        warn(
            "damaged text (U+FFFD) in "
            f"{counted(len(left), 'name that matches', 'names that match')} no whole name, "
            f"or several: {names}{more}; each counts as a seller, category or group of its "
            "own"
        )


def _summary_of(files: ParquetFiles) -> Summary:
    gathering = Gathering()
    wanted = ("seller_id", "filed_at", "category", "group")
    known = [name for name in wanted if name in files.columns("complaints")]
    for batch in files.batches("complaints", known):
        gathering.add(batch)
    return gathering.summary()


def _expanded(paths: Sequence[Path], *, is_own: bool) -> list[Path]:
    expanded: list[Path] = []
    for path in paths:
        if is_own and path.is_dir():  # of Parquet parts
            expanded.append(path)
            continue
        inside = sorted(p for p in path.glob("*") if p.name.lower().endswith((".csv", ".csv.gz")))
        if path.is_dir() and not inside:
            raise BadInput(f"{path}: a directory without CSV files")
        expanded += inside if path.is_dir() else [path]
    if not expanded:
        raise BadInput("no files to import; name at least one")
    return expanded
