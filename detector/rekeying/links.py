"""What else two names have in common: people who complained about both, and parts of the names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from detector.history.history import UNKNOWN
from detector.rekeying.lives import Lives

Array = NDArray[np.float64]
Places = NDArray[np.intp]

_BUSY: Final = 50
"""Complaints of a person from which on it says nothing of whom they are about."""
_WORD: Final = re.compile(r"[^\W_]+")
_LENGTH_MIN: Final = 2
_KEPT: Final = 0.2
"""Chance that a new name keeps a part of the old one."""


@dataclass(frozen=True, slots=True)
class Links:
    """People and names of the sellers that ended, and of those that began."""

    old_buyers: sparse.csr_matrix
    """(sellers, buyers) 1 where a person complained about a seller."""
    new_buyers: sparse.csr_matrix
    """(sellers, buyers) how often."""
    again: float
    """Share of a seller's complaints by people who complained about it long before."""
    by_chance: float
    """Chance that two complaints of a market are by one person."""
    words: tuple[tuple[str, ...], ...]
    """Of each seller's name."""
    rarity: dict[str, float]
    """Share of the names with each word."""

    def gain(self, old: Places, new: Places) -> Array:
        """(k,) logarithm of the factor by which pairs of sellers are rather one than two."""
        return self._buyers_gain(old, new) + self._names_gain(old, new)

    def _buyers_gain(self, old: Places, new: Places) -> Array:
        if not self.again:
            return np.zeros(len(old))
        theirs, ours = self.old_buyers[old], self.new_buyers[new]
        common = np.asarray(theirs.multiply(ours).sum(axis=1)).ravel()
        filed = np.asarray(ours.sum(axis=1)).ravel()
        chance = np.maximum(self.by_chance * filed * np.asarray(theirs.sum(axis=1)).ravel(), 1e-6)
        if_same = chance + self.again * filed
        return np.asarray(common * np.log(if_same / chance) - (if_same - chance))

    def _names_gain(self, old: Places, new: Places) -> Array:
        gain = np.full(len(old), np.log1p(-_KEPT))
        for row, (one, other) in enumerate(zip(old.tolist(), new.tolist(), strict=True)):
            both = set(self.words[one]).intersection(self.words[other])
            if both:
                rarest = min(self.rarity[word] for word in both)
                gain[row] = max(gain[row], np.log(_KEPT / rarest))
        return gain


def links_of(lives: Lives) -> Links:
    """The links of all sellers of a history."""
    names = lives.history.sellers
    words = tuple(_words(name) for name in names)
    counts = Counter(word for some in words for word in set(some))
    rarity = {word: count / len(names) for word, count in counts.items()}
    n = len(names)
    complaints = lives.history.complaints
    buyer = np.full(len(complaints), UNKNOWN) if complaints.buyer is None else complaints.buyer
    times = np.bincount(buyer[buyer != UNKNOWN], minlength=1)
    rows = np.flatnonzero((buyer != UNKNOWN) & (times[buyer] <= _BUSY))
    seller, buyer = complaints.seller[rows], buyer[rows].astype(np.int64)
    counted = sparse.csr_matrix((np.ones(len(rows)), (seller, buyer)), shape=(n, len(times)))
    counted.sum_duplicates()
    there = counted.copy()
    there.data[:] = 1.0
    total = np.bincount(buyer, minlength=1).astype(np.float64)
    by_chance = float((total**2).sum() / max(total.sum(), 1.0) ** 2)
    is_late = (
        complaints.filed_at[rows] > (lives.first_complaint + lives.last_complaint)[seller] // 2
    )
    earlier = np.unique(seller[~is_late] * len(times) + buyer[~is_late])
    again = np.isin(seller[is_late] * len(times) + buyer[is_late], earlier)
    return Links(
        there, counted, float(again.mean()) if len(again) else 0.0, by_chance, words, rarity
    )


def _words(name: str) -> tuple[str, ...]:
    """Runs of letters and digits, in small letters; numbers without leading zeros."""
    found = (word.casefold().lstrip("0") for word in _WORD.findall(name))
    return tuple(word for word in found if len(word) >= _LENGTH_MIN)
