"""The compiled passes over complaints and panels.

Each is what a NumPy expression in `panel`, `market` or `baseline` beside it says, in one pass and
without temporary arrays, with the same operations in the same order: the results are equal to the
last bit. Shapes: n sellers, B blocks, C columns, W windows.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import compiled
from detector.durations import DAY_US

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
    spread(number, one - 1, np.ones(1), ones, one - 1, one, ones)
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
    slot_seller = np.full(slots, -1, dtype=np.int32)
    slot_buyer = np.empty(slots, dtype=np.int32)
    last_us = np.empty(slots, dtype=np.int64)
    for k in range(len(seller)):
        at = np.uintp(k)
        is_repeat = False
        if len(buyer) and buyer[at] >= 0:
            slot = _slot_of(buyer[at], seller[at], slot_buyer, slot_seller)
            if slot_seller[slot] == seller[at]:
                is_repeat = last_us[slot] - age_us[at] <= repeat_us
            slot_seller[slot], slot_buyer[slot], last_us[slot] = seller[at], buyer[at], age_us[at]
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
    buyer: int, seller: int, slot_buyer: NDArray[np.int32], slot_seller: NDArray[np.int32]
) -> np.uintp:
    """The slot of a seller's buyer, or the free one for it; other sellers' slots count as free."""
    mask = np.uintp(len(slot_buyer) - 1)
    slot = (np.uintp(buyer) * np.uintp(_GOLDEN) >> np.uintp(8)) & mask
    while slot_seller[slot] == seller and slot_buyer[slot] != buyer:
        slot = (slot + np.uintp(1)) & mask
    return slot


@compiled
def spread(
    seller: NDArray[np.int32],
    age: Ints,
    orders: Array,
    share: Array,
    first: Ints,
    last: Ints,
    exposure: Array,
) -> None:
    """Add m rows of orders to the `exposure` (n, B) of their sellers, the last row first.

    `share` (H, B) is what each block gets of an order of some `age` in days; blocks before
    `first` (H,) and from `last` (H,) on get nothing. Orders of other ages are left out.
    """
    for k in range(len(seller) - 1, -1, -1):
        at = np.uintp(k)
        a = age[at]
        if 0 <= a < len(share):
            row = exposure[seller[at]]
            for b in range(first[a], last[a]):
                row[b] += orders[at] * share[a, b]


@compiled
def totals(counts: Array, exposure: Array, base: Array, first: int) -> tuple[Array, Array]:
    """Complaints and dues, (n, C) each, of the blocks from `first`; `base` is (B, C)."""
    n, blocks, columns = counts.shape
    seen, due = np.zeros((n, columns)), np.zeros((n, columns))
    for i in range(n):
        seen_here, due_here = seen[i], due[i]
        for b in range(first, blocks):
            offered = exposure[i, b]
            row, rates = counts[i, b], base[b]
            for c in range(columns):
                seen_here[c] += row[c]
                due_here[c] += offered * rates[c]
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
                here = counts[i, b, c]
                if here > 2.0:  # two are always plausible; most cells hold none
                    here = min(here, mean + sds * np.sqrt(mean + 0.2 * (mean * mean)) + 2.0)
                seen[b, c] += here
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
    `days` and `first` ascend, so that each window and baseline goes on where another ended.
    """
    n, blocks, columns = counts.shape
    windows = len(days)
    inside, offered = np.zeros((n, windows, columns)), np.zeros((n, windows, columns))
    seen, due = np.zeros((n, windows, columns)), np.zeros((n, windows, columns))
    for i in range(n):
        for c in range(columns):
            inside_sum, offered_sum, b = 0.0, 0.0, 0
            for w in range(windows):
                while b < days[w]:
                    inside_sum += counts[i, b, c]
                    offered_sum += exposure[i, b] * base[b, c]
                    b += 1
                inside[i, w, c], offered[i, w, c] = inside_sum, offered_sum
            past_seen, past_due, b = 0.0, 0.0, blocks - 1
            for w in range(windows - 1, -1, -1):
                while b >= first[w]:
                    here = exposure[i, b] * base[b, c]
                    usual = counts[i, b, c]
                    if sds >= 0.0 and usual > 1.0:  # one is always plausible
                        mean = rate[i, c] * here
                        bound = mean + sds * np.sqrt(mean + 0.1 * (mean * mean)) + 1.0
                        usual = min(usual, bound)
                    past_seen += usual * weight[b]
                    past_due += here * weight[b]
                    b -= 1
                seen[i, w, c], due[i, w, c] = past_seen, past_due
    return inside, offered, seen, due
