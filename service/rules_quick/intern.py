"""Compiled look-ups of texts: who is who, what names what, and what came twice."""

from __future__ import annotations

import numpy as np

from detector.compiled import compiled, inner
from service.rules_quick import book as b
from service.rules_quick import fields as f
from service.rules_quick.fields import Bytes, Ints, Places
from service.rules_quick.reading import mark_of


@inner
def same_text(log: Bytes, one: int, other: int) -> bool:
    """Tell whether two places hold the same text."""
    length = one & ((1 << f.LENGTH_BITS) - 1)
    if length != other & ((1 << f.LENGTH_BITS) - 1):
        return False
    first, second = one >> f.LENGTH_BITS, other >> f.LENGTH_BITS
    n = 0
    while n < length and log[first + n] == log[second + n]:
        n += 1
    return n == length


@compiled
def intern(log: Bytes, rows: Ints, column: int, which: Ints, first: Places, slots: Places) -> int:
    """Give every row of `which` the first row of them with the same text; return how many differ.

    `slots` has a power of two of places, at least twice as many as rows, and holds -1.
    """
    room, count = len(slots) - 1, 0
    for row in which:
        mark, text = rows[row, column + f.MARK], rows[row, column]
        slot = mark & room
        while slots[slot] >= 0:
            other = slots[slot]
            if rows[other, column + f.MARK] == mark and same_text(log, rows[other, column], text):
                break
            slot = (slot + 1) & room
        if slots[slot] < 0:
            slots[slot] = row
            count += 1
        first[row] = slots[slot]
    return count


@compiled
def find(log: Bytes, rows: Ints, which: Ints, slots: Places, found: Ints) -> None:
    """Look the references of rows up among interned ids: `found[n]` is the row named, or -1."""
    room = len(slots) - 1
    for n in range(len(which)):
        row = which[n]
        mark, text = rows[row, f.REFERENCE + f.MARK], rows[row, f.REFERENCE]
        slot = mark & room
        found[n] = -1
        while slots[slot] >= 0 and found[n] < 0:
            other = slots[slot]
            if rows[other, f.ID + f.MARK] == mark and same_text(log, rows[other, f.ID], text):
                found[n] = other
            slot = (slot + 1) & room


@compiled
def find_owners(log: Bytes, rows: Ints, which: Ints, slots: Places, is_hard: Ints) -> None:
    """Give rows that name a sanction an owner: the seller whose id is that up to some slash.

    Where several sellers may be meant, they all become hard, and the last is the owner.
    """
    room = len(slots) - 1
    for row in which:
        begin = rows[row, f.REFERENCE] >> f.LENGTH_BITS
        length = rows[row, f.REFERENCE] & ((1 << f.LENGTH_BITS) - 1)
        for part in range(1, length):
            if log[begin + part] != 47:
                continue
            text = begin << f.LENGTH_BITS | part
            slot = mark_of(log, begin, begin + part) & room
            while slots[slot] >= 0 and not same_text(log, rows[slots[slot], f.SELLER_ID], text):
                slot = (slot + 1) & room
            if slots[slot] >= 0:
                owner = rows[slots[slot], b.OWNER]
                if rows[row, b.OWNER] >= 0:
                    is_hard[owner] = is_hard[rows[row, b.OWNER]] = 1
                rows[row, b.OWNER] = owner


@compiled
def same_lines(log: Bytes, rows: Ints, ones: Ints, others: Ints, same: Ints) -> None:
    """Tell for pairs of rows whether their lines are the same to the byte."""
    for n in range(len(ones)):
        one, other = rows[ones[n], f.BEGIN], rows[others[n], f.BEGIN]
        while log[one] == log[other] and log[one] != 10:
            one += 1
            other += 1
        same[n] = log[one] == log[other]


@compiled
def grouped(events: Ints, rows: Ints, count: int, begins: Ints) -> Ints:
    """Put events in order of their owner, and within one in the order given.

    `begins[s]` becomes where owner s begins; it has `count + 1` places.
    """
    begins[:] = 0
    for row in events:
        begins[rows[row, b.OWNER] + 1] += 1
    for n in range(count):
        begins[n + 1] += begins[n]
    place = begins[:-1].copy()
    told = np.empty(len(events), dtype=np.int64)
    for row in events:
        told[place[rows[row, b.OWNER]]] = row
        place[rows[row, b.OWNER]] += 1
    return told


@compiled
def texts_longest(rows: Ints, which: Ints, column: int) -> int:
    """Return the length of the longest text of a column."""
    longest = 0
    for row in which:
        longest = max(longest, rows[row, column] & ((1 << f.LENGTH_BITS) - 1))
    return longest


@compiled
def sort_keys(log: Bytes, rows: Ints, which: Ints, column: int, keys: Bytes) -> None:
    """Write texts so that their bytes sort as the texts do: one more each, and zeros behind.

    `keys`, of zeros, is as wide as the longest. No byte of UTF-8 is 255.
    """
    for n in range(len(which)):
        text = rows[which[n], column]
        begin = text >> f.LENGTH_BITS
        for place in range(text & ((1 << f.LENGTH_BITS) - 1)):
            keys[n, place] = log[begin + place] + 1
