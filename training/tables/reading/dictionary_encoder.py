"""A dictionary encoder that learns batch by batch: every distinct text gets a code.

Texts are looked up by 64-bit hash in a sorted array, which costs little even with millions of
texts. A second hash detects two texts that share the first; such texts are looked up as text.
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
class EncodedTexts:
    """n texts as indices into the k distinct ones, and two hashes of each of those."""

    place: NDArray[np.int32]
    """(n,) index of each text in `distinct`."""
    distinct: pa.LargeStringArray
    hashes: NDArray[np.uint64]
    checks: NDArray[np.uint64]


def encode(texts: pa.LargeStringArray) -> EncodedTexts:
    """Encode texts of which none is null; needs no encoder, so threads can share the work."""
    found = texts.dictionary_encode()
    distinct = found.dictionary
    place = found.indices.to_numpy(zero_copy_only=False)
    return EncodedTexts(place, distinct, hashes_of(distinct), hashes_of(distinct, seed=1))


class DictionaryEncoder:
    """Codes for distinct texts: 0, 1, 2, … in the order of their first appearance."""

    def __init__(self) -> None:
        self._chunks: list[pa.LargeStringArray] = []
        self._count = 0
        # By ascending hash: the hash, the second hash, the number.
        self._hash = np.zeros(0, dtype=np.uint64)
        self._check = np.zeros(0, dtype=np.uint64)
        self._code = np.zeros(0, dtype=np.int32)
        self._colliding: dict[str, int] = {}

    def __len__(self) -> int:
        return self._count

    def codes_of(self, texts: EncodedTexts) -> NDArray[np.int64]:
        """(n,) the code of each text; a new text gets the next code."""
        codes: NDArray[np.int64] = self._codes_of_distinct(texts)[texts.place]
        return codes

    def decode(self, codes: NDArray[np.integer]) -> list[str]:
        """The texts of some codes."""
        texts: list[str] = self._all().take(pa.array(codes)).to_pylist()
        return texts

    def ascending(
        self, used: NDArray[np.bool_] | None = None
    ) -> tuple[tuple[str, ...], NDArray[np.int32]]:
        """The used texts, ascending, and (k,) the index of each code among them (-1: unused)."""
        known = self._all()
        order = pc.array_sort_indices(known).to_numpy()
        if used is not None:
            order = order[used[order]]
        place = np.full(len(known), -1, dtype=np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        return tuple(known.take(pa.array(order)).to_pylist()), place

    def _codes_of_distinct(self, texts: EncodedTexts) -> NDArray[np.int64]:
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
        """Give codes to the new texts, and store their hashes."""
        new = np.flatnonzero(codes < 0)
        if not len(new):
            return
        # Of new texts that share a hash, the first is looked up by it and the others as text.
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
        """Look some rows up as text, since another text has their hash."""
        for row in rows.tolist():
            text = distinct[row].as_py()
            if text not in self._colliding:
                self._colliding[text] = self._count
                self._add(distinct.slice(row, 1))
            codes[row] = self._colliding[text]

    def _add(self, texts: pa.LargeStringArray) -> None:
        self._chunks.append(texts)
        self._count += len(texts)

    def _all(self) -> pa.LargeStringArray:
        self._chunks = [pa.concat_arrays([pa.array([], TEXT), *self._chunks])]
        return self._chunks[0]
