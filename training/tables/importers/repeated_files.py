"""Files that hold the same rows: without ids their complaints would count twice."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.errors import BadInput
from training.tables.reading.columns import TEXT
from training.tables.reading.hashing import hashes_of
from training.tables.reading.refusals import Rows

_SAMPLED: Final = 256
"""Rows sampled of a file: those with the smallest hashes, so the same of the same rows."""
_LARGEST: Final = np.uint64(2**64 - 1)
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)


class RepeatedFiles:
    """Samples of the files of one import, 2 kB each."""

    def __init__(self) -> None:
        self._known: dict[Path, NDArray[np.uint64]] = {}

    def add(self, path: Path, rows: Rows) -> None:
        """Remember rows of a file by all their columns."""
        hashed = np.zeros(len(rows), dtype=np.uint64)
        for column in rows.batch.columns:
            hashed = hashed * _FACTOR + hashes_of(column.cast(TEXT))
        known = self._known.get(path, hashed[:0])
        self._known[path] = np.unique(np.concatenate([known, hashed]))[:_SAMPLED]

    def check(self, path: Path) -> None:
        """Refuse a file that shares more than a quarter of its own or another file's rows."""
        rows = self._known.get(path)
        for other, sample in self._known.items():
            if rows is None or other == path or not len(rows) or not len(sample):
                continue
            # Up to here the hashes of both files are known, however many more rows one of them has.
            full = [known[-1] for known in (rows, sample) if len(known) == _SAMPLED]
            reach = min(full, default=_LARGEST)
            of_one, of_other = (known[known <= reach] for known in (rows, sample))
            if 4 * len(np.intersect1d(of_one, of_other)) > min(len(of_one), len(of_other)):
                raise BadInput(
                    f"{path}: holds the same complaints as {other}; name each month's file once"
                )
