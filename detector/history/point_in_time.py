"""What of a history was known at one instant after another.

`History.as_of` copies all of a marketplace. A view applies it to some sellers at a time and to
many instants: what does not depend on the instant (reading, sorting, when each seller became
known) is done once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detector.history.history import History


@dataclass(frozen=True)
class PointInTimeView:
    """A history of n sellers, and the instant from which each of them is known."""

    history: History
    known_from: NDArray[np.int64] = field(init=False)
    """(n,) the first instant at which each seller is known, microseconds UTC."""

    def __post_init__(self) -> None:
        """Compute once when each seller became known."""
        object.__setattr__(self, "known_from", self.history.known_from())

    def sellers_at(self, instant: int) -> NDArray[np.intp]:
        """Indices of the sellers known at an instant, ascending."""
        return np.flatnonzero(self.known_from <= instant)

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
