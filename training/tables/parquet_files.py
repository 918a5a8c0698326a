"""Several Parquet files written batch by batch, which appear together or not at all."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from detector.errors import BadInput


class ParquetFiles:
    """Tables under construction."""

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        self._directory = directory
        self._stack = stack
        self._writers: dict[str, pq.ParquetWriter] = {}
        self.rows: dict[str, int] = {}

    def write(self, name: str, table: pa.Table) -> None:
        """Append rows to ``<name>.parquet``; the first table sets its columns."""
        if name not in self._writers:
            writer = pq.ParquetWriter(self._directory / f"{name}.parquet", table.schema)
            self._writers[name] = self._stack.enter_context(writer)
            self.rows[name] = 0
        self._writers[name].write_table(table)
        self.rows[name] += table.num_rows

    def columns(self, name: str) -> list[str]:
        """The columns of ``<name>.parquet``."""
        names: list[str] = self._writers[name].schema.names
        return names

    def batches(self, name: str, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """What has been written to ``<name>.parquet``; no more can be written to it."""
        self._writers[name].close()
        with pq.ParquetFile(self._directory / f"{name}.parquet") as file:
            yield from file.iter_batches(columns=columns)

    def rewrite(self, name: str, change: Callable[[pa.RecordBatch], pa.RecordBatch]) -> None:
        """Put changed rows in place of those written; `change` keeps their columns."""
        beside = self._directory / f"{name}.changed"
        self._writers[name].close()
        with (
            pq.ParquetFile(self._directory / f"{name}.parquet") as file,
            pq.ParquetWriter(beside, file.schema_arrow) as writer,
        ):
            for batch in file.iter_batches():
                writer.write_batch(change(batch))
        beside.replace(self._directory / f"{name}.parquet")


@contextmanager
def parquet_files(directory: Path) -> Iterator[ParquetFiles]:
    """Yield where to write; the files appear in `directory` when the block ends well.

    The directory is made where it is missing. Raises BadInput where it cannot be written.
    """
    beside = directory / f".writing-{secrets.token_hex(8)}"
    try:
        beside.mkdir(parents=True)
        with ExitStack() as stack:
            files = ParquetFiles(beside, stack)
            yield files
        for name in files.rows:
            (beside / f"{name}.parquet").replace(directory / f"{name}.parquet")
    except OSError as why:
        raise BadInput(f"cannot write to {directory}: {why.strerror or why}") from why
    finally:
        shutil.rmtree(beside, ignore_errors=True)
