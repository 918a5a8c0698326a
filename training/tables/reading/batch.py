"""A batch: some rows of a table, and where they stand in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a table."""

    place: str
    """File or data frame to name in errors."""
    numbers: NDArray[Any]
    """(n,) number of each row in its file, from 1 (a CSV's header is not counted), or what a data
    frame's index calls it."""
    offset: int
    """Well-formed rows of the table before this batch."""
    columns: pa.RecordBatch


def within(reasons: Mapping[int, str], batch: Batch) -> dict[int, str]:
    """Of reasons by position in the table, those for rows of the batch, by index in it."""
    end = batch.offset + batch.columns.num_rows
    return {
        position - batch.offset: why
        for position, why in reasons.items()
        if batch.offset <= position < end
    }
