"""Duplicate ids: suspected by hash while reading, then confirmed as texts."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.tables.reading.growable_array import GrowableArray
from training.tables.reading.refusals import row_named


@dataclass(frozen=True, slots=True)
class KeyedRows:
    """Some rows with what must be unique about them."""

    place: str
    numbers: NDArray[Any]
    """(n,) what errors call each row."""
    positions: NDArray[np.int64]
    """(n,) places in the table."""
    keys: Sequence[Hashable]
    """(n,) what must be unique."""


class IdHashes:
    """Hashes of all ids read so far: 8 bytes each."""

    def __init__(self, expected: int | None = None) -> None:
        self._hashes = GrowableArray(np.uint64, expected)

    def add(self, hashes: NDArray[np.uint64]) -> None:
        """Add the hashes of a batch's ids."""
        self._hashes.extend(hashes)

    def repeated(self) -> NDArray[np.uint64]:
        """Ascending hashes that occur more than once; this object is empty afterwards."""
        hashes = self._hashes.release()
        hashes.sort()
        return np.unique(hashes[1:][hashes[1:] == hashes[:-1]])


def confirmed_duplicates(suspects: Iterable[KeyedRows], *, first_only: bool) -> dict[int, str]:
    """Ascending positions of rows whose key is on an earlier row too, and which row that is."""
    first: dict[Hashable, str] = {}
    duplicates: dict[int, str] = {}
    for part in suspects:
        for number, position, key in zip(
            part.numbers.tolist(), part.positions.tolist(), part.keys, strict=True
        ):
            here = f"{row_named(number)} of {part.place}"
            if key in first:
                duplicates[position] = f"is already on {first[key]}"
                if first_only:
                    return duplicates
            else:
                first[key] = here
    return duplicates
