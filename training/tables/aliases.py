"""The file of aliases: sellers that go by another name, as people accepted or are to accept them.

    old_seller_id,new_seller_id,since
    s017,m-88121,2024-03-01

Columns beyond these three are for people.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from detector.errors import BadInput
from detector.history.aliases import Alias, final_names
from detector.instants import text_of
from detector.rekeying import Rekeying
from training.tables.reading.columns import instants_in, texts_in
from training.tables.reading.refusals import Refusals, Rows, row_named
from training.tables.reading.source import check_columns, source_of

COLUMNS: Final = ("old_seller_id", "new_seller_id", "since")
FOR_PEOPLE: Final = ("chance", "complaints", "complaints_since")


def read_aliases(path: str | Path) -> tuple[Alias, ...]:
    """Read aliases from CSV, CSV.gz or Parquet.

    Raises BadInput naming file and row where a cell is missing or no time, and where rows
    contradict each other.
    """
    source = source_of(Path(path))
    check_columns(source, COLUMNS)
    refusals = Refusals()
    refusals.start(source.names)
    found: list[Alias] = []
    for batch in source.batches(list(COLUMNS), refusals):
        rows = Rows(batch.place, batch.numbers, batch.columns)
        old, new = (texts_in(rows, name, required=True) for name in COLUMNS[:2])
        since, _ = instants_in(rows, "since", required=True, now=None)
        rows.report(refusals)
        places = (f"{batch.place}: {row_named(number)}" for number in batch.numbers.tolist())
        cells = (old.to_pylist(), new.to_pylist(), since.tolist(), places)
        found += [Alias(*row) for row in zip(*cells, strict=True)]
    final_names(found)
    return tuple(found)


def write_aliases(path: Path, found: Sequence[Rekeying]) -> None:
    """Write proposals as such a file, for a person to go through. Raises BadInput if it cannot."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*COLUMNS, *FOR_PEOPLE])
            for one in found:
                numbers = (f"{one.chance:.3f}", one.complaints, one.complaints_since)
                writer.writerow([one.old, one.new, text_of(one.since), *numbers])
    except OSError as why:
        raise BadInput(f"cannot write {path}: {why.strerror}") from why
