"""Every kind of data frame that a table can come as."""

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa


class Stream:
    """Knows the Arrow stream's protocol and nothing else."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


def shuffled_index(table: pa.Table) -> pd.DataFrame:
    """Make a frame whose index counts down."""
    frame = table.to_pandas()
    return frame.set_index(np.arange(len(frame))[::-1])


FRAMES: dict[str, Callable[[pa.Table], Any]] = {
    "pandas": lambda table: table.to_pandas(),
    "pandas, nullable": lambda table: table.to_pandas().convert_dtypes(),
    "pandas, Arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "pandas, any index": shuffled_index,
    "polars": pl.from_arrow,
    "polars, lazy": lambda table: pl.from_arrow(table).lazy(),
    "pyarrow": lambda table: table,
    "batches": lambda table: pa.RecordBatchReader.from_batches(table.schema, table.to_batches()),
    "duckdb": duckdb.from_arrow,
    "stream": Stream,
}


def arrow(frame: Any) -> pa.Table:
    """Turn a frame of any kind into an Arrow table."""
    if isinstance(frame, pd.DataFrame):
        return pa.Table.from_pandas(frame, preserve_index=False)
    return frame.to_arrow_table() if hasattr(frame, "to_arrow_table") else pa.table(frame)
