"""Sorting millions of rows by seller and then time in little memory."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def order_of(seller: NDArray[np.int32], then: NDArray[Any]) -> NDArray[np.int64] | None:
    """(n,) rows by seller (>= 0) and then the second key, ties as they came; None if they are."""
    same = seller[1:] == seller[:-1]
    if bool(np.all((seller[1:] > seller[:-1]) | (same & (then[1:] >= then[:-1])))):
        return None
    if bool(np.all(then[1:] >= then[:-1])):
        order = np.arange(len(seller))
    else:
        order = np.argsort(then, kind="stable")
    # NumPy sorts 16-bit numbers by radix: two such passes beat a comparison sort of 32 bits.
    for shift in (0, 16):
        digit = ((seller >> shift) & 0xFFFF).astype(np.uint16)
        order = order[np.argsort(digit[order], kind="stable")]
    return order


def numbered(hashes: NDArray[np.uint64], missing: int) -> NDArray[np.int32]:
    """(n,) small numbers, equal where the hashes are; `missing` where the hash is 0."""
    order = np.argsort(hashes, kind="stable")
    ranked = hashes[order]
    steps = np.empty(len(hashes), dtype=np.int32)
    steps[:1] = 0
    np.cumsum(ranked[1:] != ranked[:-1], dtype=np.int32, out=steps[1:])
    codes = np.empty(len(hashes), dtype=np.int32)
    codes[order] = steps
    codes[hashes == 0] = missing
    return codes
