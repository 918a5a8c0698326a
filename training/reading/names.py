"""A code book of names that grows batch by batch: every distinct text gets a number."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from training.reading.columns import TEXT


class Names:
    """Distinct texts, in the order they came."""

    def __init__(self) -> None:
        self._known: pa.LargeStringArray = pa.array([], TEXT)

    def __len__(self) -> int:
        return len(self._known)

    def codes_of(self, texts: pa.LargeStringArray) -> NDArray[np.int64]:
        """(n,) the number of each text; new ones are learnt, none may be missing."""
        coded = texts.dictionary_encode()
        distinct = coded.dictionary
        numbers = pc.index_in(distinct, value_set=self._known)
        new = numbers.is_null().to_numpy(zero_copy_only=False)
        codes = numbers.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
        codes[new] = len(self._known) + np.arange(int(new.sum()))
        if new.any():
            self._known = pa.concat_arrays([self._known, distinct.filter(pa.array(new))])
        found: NDArray[np.int64] = codes[coded.indices.to_numpy(zero_copy_only=False)]
        return found

    def named(self, codes: NDArray[np.int32]) -> list[str]:
        """The names of some codes."""
        names: list[str] = self._known.take(pa.array(codes)).to_pylist()
        return names

    def ascending(
        self, used: NDArray[np.bool_] | None = None
    ) -> tuple[tuple[str, ...], NDArray[np.int32]]:
        """The used names in ascending order, and each number's place among them (-1: unused)."""
        order = pc.array_sort_indices(self._known).to_numpy()
        if used is not None:
            order = order[used[order]]
        place = np.full(len(self._known), -1, dtype=np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        return tuple(self._known.take(pa.array(order)).to_pylist()), place
