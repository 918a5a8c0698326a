"""Parquet parts as batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from training.tables.reading.batch import Batch
from training.tables.reading.corrupt_files import corruption_refused

ROWS: Final = 1 << 20
"""Rows of a batch: many, as every batch looks its sellers up among all known ones."""


def shape_of(part: Path) -> tuple[tuple[str, ...], int]:
    """Names of the columns and number of rows; BadInput where it is no Parquet file."""
    with corruption_refused(part), pq.ParquetFile(part) as file:
        return tuple(file.schema_arrow.names), int(file.metadata.num_rows)


def batches_in(part: Path, columns: Sequence[str], offset: int) -> Iterator[Batch]:
    """The rows of one part, of which `offset` rows come before; columns it lacks are nulls."""
    row = 0
    with corruption_refused(part), pq.ParquetFile(part, pre_buffer=False) as file:
        found = file.schema_arrow.names
        wanted = [name for name in columns if name in found]
        lacking = [name for name in columns if name not in found]
        for read in file.iter_batches(ROWS, columns=wanted):
            for name in lacking:
                read = read.append_column(name, pa.nulls(read.num_rows))  # noqa: PLW2901
            numbers = np.arange(row + 1, row + read.num_rows + 1)
            yield Batch(str(part), numbers, offset + row, read)
            row += read.num_rows
