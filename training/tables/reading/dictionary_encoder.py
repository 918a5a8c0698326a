"""A code book of names that grows batch by batch: every distinct text gets a number.

Names are looked up by 64-bit hash in a sorted array, which costs little however many are known. A
second hash tells a name from another one that shares the first; such a pair is looked up as text.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from training.tables.reading.columns import TEXT
from training.tables.reading.hashing import hashes_of


@dataclass(frozen=True, slots=True)
class Coded:
    """Texts as places in a list of the distinct ones, which are hashed."""

    place: NDArray[np.int32]
    """(n,) of each text in `distinct`."""
    distinct: pa.LargeStringArray
    hashes: NDArray[np.uint64]
    checks: NDArray[np.uint64]


def coded(texts: pa.LargeStringArray) -> Coded:
    """Encode texts of which none is missing; needs no code book, so threads can share the work."""
    found = texts.dictionary_encode()
    distinct = found.dictionary
    place = found.indices.to_numpy(zero_copy_only=False)
    return Coded(place, distinct, hashes_of(distinct), hashes_of(distinct, seed=1))


class Names:
    """Distinct texts, in the order they came."""

    def __init__(self) -> None:
        self._chunks: list[pa.LargeStringArray] = []
        self._count = 0
        # By ascending hash: the hash, the second hash, the number.
        self._hash = np.zeros(0, dtype=np.uint64)
        self._check = np.zeros(0, dtype=np.uint64)
        self._code = np.zeros(0, dtype=np.int32)
        self._sharing: dict[str, int] = {}

    def __len__(self) -> int:
        return self._count

    def codes_of(self, texts: Coded) -> NDArray[np.int64]:
        """(n,) the number of each text; new ones are learnt."""
        codes: NDArray[np.int64] = self._codes_of_distinct(texts)[texts.place]
        return codes

    def named(self, codes: NDArray[np.integer]) -> list[str]:
        """The names of some codes."""
        names: list[str] = self._all().take(pa.array(codes)).to_pylist()
        return names

    def ascending(
        self, used: NDArray[np.bool_] | None = None
    ) -> tuple[tuple[str, ...], NDArray[np.int32]]:
        """The used names in ascending order, and each number's place among them (-1: unused)."""
        known = self._all()
        order = pc.array_sort_indices(known).to_numpy()
        if used is not None:
            order = order[used[order]]
        place = np.full(len(known), -1, dtype=np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        return tuple(known.take(pa.array(order)).to_pylist()), place

    def _codes_of_distinct(self, texts: Coded) -> NDArray[np.int64]:
        distinct, hashes, checks = texts.distinct, texts.hashes, texts.checks
        codes = np.full(len(distinct), -1, dtype=np.int64)
        if len(self._hash):
            place = np.minimum(np.searchsorted(self._hash, hashes), len(self._hash) - 1)
            same = self._hash[place] == hashes
            codes[same] = self._code[place[same]]
            self._tell_apart(distinct, codes, np.flatnonzero(same & (self._check[place] != checks)))
        self._learn(distinct, hashes, checks, codes)
        return codes

    def _learn(
        self,
        distinct: pa.LargeStringArray,
        hashes: NDArray[np.uint64],
        checks: NDArray[np.uint64],
        codes: NDArray[np.int64],
    ) -> None:
        """Number the new names, and remember their hashes."""
        new = np.flatnonzero(codes < 0)
        if not len(new):
            return
        # Of new names that share a hash, the first is looked up by it and the others as text.
        _, first = np.unique(hashes[new], return_index=True)
        by_hash = new[np.sort(first)]
        codes[by_hash] = self._count + np.arange(len(by_hash))
        self._add(distinct.take(pa.array(by_hash)))
        merged = np.concatenate([self._hash, hashes[by_hash]])
        order = np.argsort(merged, kind="stable")
        self._hash = merged[order]
        self._check = np.concatenate([self._check, checks[by_hash]])[order]
        self._code = np.concatenate([self._code, codes[by_hash].astype(np.int32)])[order]
        self._tell_apart(distinct, codes, np.flatnonzero(codes < 0))

    def _tell_apart(
        self, distinct: pa.LargeStringArray, codes: NDArray[np.int64], rows: NDArray[np.int64]
    ) -> None:
        """Number the names of some rows as texts: another name has their hash."""
        for row in rows.tolist():
            text = distinct[row].as_py()
            if text not in self._sharing:
                self._sharing[text] = self._count
                self._add(distinct.slice(row, 1))
            codes[row] = self._sharing[text]

    def _add(self, names: pa.LargeStringArray) -> None:
        self._chunks.append(names)
        self._count += len(names)

    def _all(self) -> pa.LargeStringArray:
        self._chunks = [pa.concat_arrays([pa.array([], TEXT), *self._chunks])]
        return self._chunks[0]
