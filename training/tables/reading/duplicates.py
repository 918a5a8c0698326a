"""Ids that stand on two rows: suspected by hash while reading, then confirmed as texts."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.tables.reading.growable_array import Growing


@dataclass(frozen=True, slots=True)
class Keyed:
    """Some rows with what must be unique about them."""

    place: str
    numbers: NDArray[np.int64]
    """(n,) row numbers to name in errors."""
    positions: NDArray[np.int64]
    """(n,) places in the table."""
    keys: Sequence[Hashable]
    """(n,) what must be unique."""


class Seen:
    """Hashes of all ids met so far: 8 bytes each."""

    def __init__(self, expected: int | None = None) -> None:
        self._hashes = Growing(np.uint64, expected)

    def add(self, hashes: NDArray[np.uint64]) -> None:
        """Remember ids."""
        self._hashes.extend(hashes)

    def repeated(self) -> NDArray[np.uint64]:
        """Ascending hashes that were met more than once; everything is forgotten."""
        hashes = self._hashes.taken()
        hashes.sort()
        return np.unique(hashes[1:][hashes[1:] == hashes[:-1]])


def confirmed(suspects: Iterable[Keyed], *, first_only: bool) -> dict[int, str]:
    """Ascending positions of rows whose key stood on an earlier row, and where that was."""
    first: dict[Hashable, str] = {}
    twice: dict[int, str] = {}
    for part in suspects:
        for number, position, key in zip(
            part.numbers.tolist(), part.positions.tolist(), part.keys, strict=True
        ):
            here = f"row {number:,} of {part.place}"
            if key in first:
                twice[position] = f"is already on {first[key]}"
                if first_only:
                    return twice
            else:
                first[key] = here
    return twice
