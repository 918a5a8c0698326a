"""The compiled passes over complaints and panels.

Each is what a NumPy expression in `detector.panel`, `detector.market` or `detector.baseline` says,
in one pass and without temporary arrays, with the same operations in the same order: the results
are equal to the last bit. Shapes: n sellers, B blocks, C columns, W windows.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import compiled
from detector.history import DAY_US

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

_GOLDEN: Final = 0x9E3779B1
"""Multiplier of Knuth's hash of 32-bit numbers."""


def warm_up() -> None:
    """Compile every function for the types it is called with."""
    number, one = np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int64)
    counts, ones = np.zeros((1, 1, 1)), np.ones((1, 1))
    count(number, one, number.astype(np.int16), number, number, one - 1, 0, 0, 1, counts)
    totals(counts, ones, ones, 0)
    market_sums(counts, ones, ones, ones, ones, 1.0)
    window_sums(counts, ones, ones, ones, 1.0, np.ones(1), one, one - 1)


@compiled
def count(
    seller: NDArray[np.int32],
    age_us: Ints,
    column: NDArray[np.int16],
    evidence: NDArray[np.int32],
    buyer: NDArray[np.int32],
    block_of_day: Ints,
    without_evidence: int,
    repeat_buyer: int,
    repeat_us: int,
    counts: Array,
) -> None:
    """Count m complaints, by seller and then time, into `counts` (n, B, C), which holds zeros.

    Each counts in column 0, in its own `column` if that is positive, in `without_evidence` if
    `evidence` is 0, and in `repeat_buyer` if the same buyer's last complaint about the seller is at
    most `repeat_us` older. `evidence` and `buyer` (negative: unknown) may be empty. `age_us` is
    the time from the complaint to the instant; `block_of_day` has the block of each age in days.
    Complaints older than that are not counted, but still make a later one a repeat.
    """
    slots = _room_for_buyers(seller) if len(buyer) else 1
    held_by = np.full(slots, -1, dtype=np.int32)
    held = np.empty(slots, dtype=np.int32)
    last_us = np.empty(slots, dtype=np.int64)
    for k in range(len(seller)):
        at = np.uintp(k)
        is_repeat = False
        if len(buyer) and buyer[at] >= 0:
            slot = _slot_of(buyer[at], seller[at], held, held_by)
            if held_by[slot] == seller[at]:
                is_repeat = last_us[slot] - age_us[at] <= repeat_us
            held_by[slot], held[slot], last_us[slot] = seller[at], buyer[at], age_us[at]
        day = age_us[at] // DAY_US
        if day >= len(block_of_day):
            continue
        row = counts[seller[at], block_of_day[day]]
        row[0] += 1.0
        if column[at] > 0:
            row[column[at]] += 1.0
        if len(evidence) and evidence[at] == 0:
            row[without_evidence] += 1.0
        if is_repeat:
            row[repeat_buyer] += 1.0


@compiled
def _room_for_buyers(seller: NDArray[np.int32]) -> int:
    """Slots of a table in which the buyers of any one seller find room: a power of two."""
    longest, start = 0, 0
    for k in range(1, len(seller) + 1):
        if k == len(seller) or seller[k] != seller[start]:
            longest, start = max(longest, k - start), k
    slots = 4
    while slots < 2 * longest:
        slots *= 2
    return slots


@compiled
def _slot_of(
    buyer: int, seller: int, held: NDArray[np.int32], held_by: NDArray[np.int32]
) -> np.uintp:
    """Where a seller's buyer is held or, if it is not, may be; other sellers' slots are free."""
    mask = np.uintp(len(held) - 1)
    slot = (np.uintp(buyer) * np.uintp(_GOLDEN) >> np.uintp(8)) & mask
    while held_by[slot] == seller and held[slot] != buyer:
        slot = (slot + np.uintp(1)) & mask
    return slot


@compiled
def totals(counts: Array, exposure: Array, base: Array, first: int) -> tuple[Array, Array]:
    """Complaints and dues, (n, C) each, of the blocks from `first`; `base` is (B, C)."""
    n, blocks, columns = counts.shape
    seen, due = np.zeros((n, columns)), np.zeros((n, columns))
    for i in range(n):
        for b in range(first, blocks):
            for c in range(columns):
                seen[i, c] += counts[i, b, c]
                due[i, c] += exposure[i, b] * base[b, c]
    return seen, due


@compiled
def market_sums(
    counts: Array, exposure: Array, base: Array, factor: Array, rate: Array, sds: float
) -> tuple[Array, Array]:
    """Plausible complaints and dues of all sellers, (B, C) each; `rate` is (n, C)."""
    n, blocks, columns = counts.shape
    seen, due = np.zeros((blocks, columns)), np.zeros((blocks, columns))
    floor = np.maximum(factor, 1e-12)
    for i in range(n):
        for b in range(blocks):
            for c in range(columns):
                mean = rate[i, c] * (exposure[i, b] * base[b, c])
                plausible = mean + sds * np.sqrt(mean + 0.2 * (mean * mean)) + 2.0
                seen[b, c] += min(counts[i, b, c], plausible)
                due[b, c] += mean / floor[b, c]
    return seen, due


@compiled
def window_sums(
    counts: Array,
    exposure: Array,
    base: Array,
    rate: Array,
    sds: float,
    weight: Array,
    days: Ints,
    first: Ints,
) -> tuple[Array, Array, Array, Array]:
    """Counts and dues inside each window, and before its baseline's end, (n, W, C) each.

    Window w holds the first days[w] blocks, its baseline the blocks from first[w] on, weighted by
    `weight` (B,) and clipped to what `rate` (n, C) makes plausible. A negative `sds` clips nothing.
    """
    n, blocks, columns = counts.shape
    windows = len(days)
    inside, offered = np.zeros((n, windows, columns)), np.zeros((n, windows, columns))
    seen, due = np.zeros((n, windows, columns)), np.zeros((n, windows, columns))
    for i in range(n):
        for w in range(windows):
            for b in range(days[w]):
                for c in range(columns):
                    inside[i, w, c] += counts[i, b, c]
                    offered[i, w, c] += exposure[i, b] * base[b, c]
        past_seen, past_due = np.zeros(columns), np.zeros(columns)
        for b in range(blocks - 1, -1, -1):
            for c in range(columns):
                here = exposure[i, b] * base[b, c]
                usual = counts[i, b, c]
                if sds >= 0.0:
                    mean = rate[i, c] * here
                    usual = min(usual, mean + sds * np.sqrt(mean + 0.1 * (mean * mean)) + 1.0)
                past_seen[c] += usual * weight[b]
                past_due[c] += here * weight[b]
            for w in range(windows):
                if first[w] == b:
                    seen[i, w], due[i, w] = past_seen, past_due
    return inside, offered, seen, due
