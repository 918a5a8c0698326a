"""Writing a simulated market to Parquet, block after block, so that memory stays bounded."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from detector.errors import BadInput
from training.simulator.marketplace import Marketplace
from training.simulator.simulation import BLOCK, blocks

TABLES: Final = ("complaints", "orders", "episodes")


def write_market(
    marketplace: Marketplace,
    seed: int,
    directory: Path,
    *,
    advanced: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
) -> dict[str, int]:
    """Write complaints, orders and episodes as Parquet files; returns the rows of each.

    The files appear in `directory` only when all are complete. `advanced` is told after every
    block how many of how many sellers are done. Raises BadInput where the directory cannot be
    written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".simulate-", dir=directory))
    except OSError as why:
        raise BadInput(f"cannot write to {directory}: {why.strerror}") from why
    try:
        rows = _write_blocks(marketplace, seed, beside, advanced)
        for name in rows:
            (beside / f"{name}.parquet").replace(directory / f"{name}.parquet")
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return rows


def _write_blocks(
    marketplace: Marketplace, seed: int, directory: Path, advanced: Callable[[int, int], None]
) -> dict[str, int]:
    writers: dict[str, pq.ParquetWriter] = {}
    rows: dict[str, int] = {}
    with ExitStack() as stack:
        for number, block in enumerate(blocks(marketplace, seed)):
            for name in TABLES:
                table: pa.Table | None = getattr(block, name)
                if table is None:
                    continue
                if name not in writers:
                    path = directory / f"{name}.parquet"
                    writers[name] = stack.enter_context(pq.ParquetWriter(path, table.schema))
                writers[name].write_table(table)
                rows[name] = rows.get(name, 0) + table.num_rows
            advanced(min((number + 1) * BLOCK, marketplace.sellers), marketplace.sellers)
    return rows
