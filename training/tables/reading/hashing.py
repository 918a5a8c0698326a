"""64-bit hashes of texts, many at once: ids are compared by number, and confirmed as texts."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

LONG_BYTES: Final = 256
"""Longer texts are hashed one by one, so that one huge cell does not cost a pass over all."""
_MIX: Final = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SEEDED: Final = 0x632BE59BD9B4E019
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)


def hashes_of(texts: pa.LargeStringArray, seed: int = 0) -> NDArray[np.uint64]:
    """(n,) hashes; equal texts have equal hashes, missing ones 0.

    Two different texts of 50 million share one with a chance of 1 in 15,000; another seed then
    tells them apart.
    """
    if len(texts) == 0:
        return np.zeros(0, dtype=np.uint64)
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)
    offsets = offsets[texts.offset : texts.offset + len(texts) + 1]
    low = int(offsets[0])
    raw = texts.buffers()[2]
    used = memoryview(raw)[low : int(offsets[-1])] if raw is not None else b""
    words = _words(bytes(used))
    starts = offsets[:-1] - low
    lengths = np.diff(offsets)
    hashed = _mixed(lengths.astype(np.uint64) + np.uint64(_SEEDED + seed))
    _absorb(hashed, words, starts, np.where(lengths > LONG_BYTES, 0, lengths))
    for place in np.flatnonzero(lengths > LONG_BYTES).tolist():
        hashed[place] ^= _long(words, int(starts[place]), int(lengths[place]), seed)
    if texts.null_count:
        hashed[texts.is_null().to_numpy(zero_copy_only=False)] = 0
    return hashed


def _words(data: bytes) -> NDArray[np.uint64]:
    """The eight bytes from every place on, as a number; zeros follow the end."""
    padded = data + bytes(8)
    return np.ndarray((len(data) + 1,), dtype="<u8", buffer=padded, strides=(1,))


def _absorb(
    hashed: NDArray[np.uint64],
    words: NDArray[np.uint64],
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
) -> None:
    """Mix every text's bytes into its hash, eight at a time, all texts together."""
    rows = np.flatnonzero(lengths > 0)
    done = 0
    while len(rows):
        left = lengths[rows] - done
        word = words[starts[rows] + done]
        spare = (8 * np.maximum(8 - left, 0)).astype(np.uint64)
        word = (word << spare) >> spare
        hashed[rows] = _mixed((hashed[rows] ^ word) + _GOLDEN)
        done += 8
        rows = rows[left > 8]


def _long(words: NDArray[np.uint64], start: int, length: int, seed: int) -> np.uint64:
    """One long text: its words with their places, mixed and summed."""
    whole = words[start : start + length - 7 : 8]
    # The last eight bytes may overlap the word before: harmless, as the length is mixed in.
    tail = words[start + length - 8]
    place = np.arange(len(whole), dtype=np.uint64) * _GOLDEN
    total = np.bitwise_xor.reduce(_mixed(whole + place + np.uint64(seed + 1)))
    rest = np.array([tail ^ np.uint64(length)], dtype=np.uint64)
    return np.uint64((_mixed(rest) ^ _mixed(np.array([total]) + _GOLDEN))[0])


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Splitmix64's finaliser: every bit of the input moves half of the output's."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * _MIX[0]
    numbers = (numbers ^ (numbers >> np.uint64(27))) * _MIX[1]
    return numbers ^ (numbers >> np.uint64(31))
