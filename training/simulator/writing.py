"""Writing a simulated market to Parquet, block after block, so that memory stays bounded."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from detector.kernels import OnProgress, no_progress
from training.simulator.marketplace import Marketplace
from training.simulator.simulation import BLOCK, blocks
from training.tables.parquet_files import parquet_files

TABLES: Final = ("complaints", "orders", "episodes")


def write_market(
    marketplace: Marketplace,
    seed: int,
    directory: Path,
    *,
    on_progress: OnProgress = no_progress,
) -> dict[str, int]:
    """Write complaints, orders and episodes as Parquet files; returns the rows of each.

    The files appear in `directory` only when all are complete. `on_progress` is called after every
    block how many of how many sellers are done. Raises BadInput where the directory cannot be
    written.
    """
    with parquet_files(directory) as files:
        for number, block in enumerate(blocks(marketplace, seed)):
            for name in TABLES:
                table = getattr(block, name)
                if table is not None:
                    files.write(name, table)
            on_progress(min((number + 1) * BLOCK, marketplace.sellers), marketplace.sellers)
    return files.rows
