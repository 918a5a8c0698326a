"""What of a history was known at one instant after another.

`History.as_of` copies all of a marketplace. A view applies it to some sellers at a time and to
many instants: what does not depend on the instant (reading, sorting, when each seller became
known) is done once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detector.history.history import LASTING, Complaints, History


@dataclass(frozen=True)
class PointInTimeView:
    """A history of n sellers, and the instant from which each of them is known."""

    history: History
    known_from: NDArray[np.int64] = field(init=False)
    """(n,) the instant from which on each seller is known, microseconds UTC."""
    _withdrawn: Complaints | None = field(init=False)
    """Complaints that were taken back at some time: until then, they make their seller known."""

    def __post_init__(self) -> None:
        """Compute once when each seller became known."""
        object.__setattr__(self, "known_from", self.history.known_from())
        complaints = self.history.complaints
        withdrawn = None
        if complaints.withdrawn_at is not None:
            withdrawn = complaints.take(complaints.withdrawn_at < LASTING)
        object.__setattr__(self, "_withdrawn", withdrawn)

    def sellers_at(self, instant: int) -> NDArray[np.intp]:
        """Indices of the sellers known at an instant, ascending."""
        known = self.known_from <= instant
        if self._withdrawn is not None and self._withdrawn.withdrawn_at is not None:
            since, until = self._withdrawn.filed_at, self._withdrawn.withdrawn_at
            known[self._withdrawn.seller[(since < instant) & (until >= instant)]] = True
        return np.flatnonzero(known)

    def ids_of(self, sellers: NDArray[np.intp]) -> tuple[str, ...]:
        """Ids of the sellers at some ascending, distinct indices."""
        ids = self.history.sellers
        if len(sellers) == len(ids):
            return ids
        return tuple(ids[i] for i in sellers.tolist())

    def at(self, instant: int, first: int, last: int) -> History:
        """`History.as_of` for the sellers with the indices `first` to `last` - 1."""
        return self.history.part(first, last).as_of(instant)

    def sample_at(self, instant: int, sellers: NDArray[np.intp]) -> History:
        """`History.as_of` for the sellers at some distinct indices."""
        if len(sellers) == len(self.history.sellers):
            return self.history.as_of(instant)
        mask = np.zeros(len(self.history.sellers), dtype=np.bool_)
        mask[sellers] = True
        return self.history.chosen(mask).as_of(instant)
