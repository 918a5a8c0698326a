"""Sorting millions of rows by seller and then time in little memory."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

PART_BITS: Final = 5
"""Hashes are grouped by so many leading bits, into 32 parts."""


def sort_order(seller: NDArray[np.int32], then: NDArray[Any]) -> NDArray[np.integer] | None:
    """(n,) row indices sorted by seller (>= 0), then by `then`; None where rows are sorted already.

    The sort is stable.
    """
    same = seller[1:] == seller[:-1]
    if bool(np.all((seller[1:] > seller[:-1]) | (same & (then[1:] >= then[:-1])))):
        return None
    narrow: type[np.integer] = np.int32 if len(seller) < 2**31 else np.int64
    if bool(np.all(then[1:] >= then[:-1])):
        order = np.arange(len(seller), dtype=narrow)
    else:
        order = np.argsort(then, kind="stable").astype(narrow)
    # NumPy sorts 16-bit numbers by radix: two such passes beat a comparison sort of 32 bits.
    for shift in (0, 16):
        digit = (seller >> shift).astype(np.uint16)
        if digit.any():
            order = order[np.argsort(digit[order], kind="stable")]
    return order


def dense_codes(hashes: NDArray[np.uint64], missing: int) -> NDArray[np.int32]:
    """(n,) codes 0, 1, 2, … that are equal where the hashes are; `missing` where the hash is 0.

    Sorting part by part is faster than sorting all hashes and needs a fraction of the memory.
    """
    codes = np.empty(len(hashes), dtype=np.int32)
    part_of = (hashes >> np.uint64(64 - PART_BITS)).astype(np.uint8)
    used = 0
    for part in range(1 << PART_BITS):
        rows = np.flatnonzero(part_of == part)
        order = np.argsort(hashes[rows])
        ranked = hashes[rows[order]]
        steps = np.empty(len(rows), dtype=np.int32)
        steps[:1] = used
        steps[1:] = ranked[1:] != ranked[:-1]
        np.cumsum(steps, out=steps)
        codes[rows[order]] = steps
        used = int(steps[-1]) + 1 if len(rows) else used
    codes[hashes == 0] = missing
    return codes
