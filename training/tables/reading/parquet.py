"""Parquet parts as batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow.parquet as pq

from training.tables.reading.batch import Batch
from training.tables.reading.corrupt_files import corruption_refused

ROWS: Final = 1 << 20
"""Rows of a batch: many, as every batch looks its sellers up among all known ones."""


def shape_of(part: Path) -> tuple[tuple[str, ...], int]:
    """Names of the columns and number of rows; BadInput where it is no Parquet file."""
    with corruption_refused(part), pq.ParquetFile(part) as file:
        return tuple(file.schema_arrow.names), int(file.metadata.num_rows)


def batches_in(part: Path, columns: Sequence[str] | None, offset: int) -> Iterator[Batch]:
    """The rows of one part, of which `offset` rows come before."""
    row = 0
    wanted = None if columns is None else list(columns)
    with corruption_refused(part), pq.ParquetFile(part, pre_buffer=False) as file:
        for read in file.iter_batches(ROWS, columns=wanted):
            numbers = np.arange(row + 1, row + read.num_rows + 1)
            yield Batch(str(part), numbers, offset + row, read)
            row += read.num_rows
