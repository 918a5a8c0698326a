"""A history as it unfolds: what of it was known at one instant after another.

`History.as_of` is the only door to a point in time, but to go through it with all of a marketplace
copies it. Here it is opened for some sellers at a time, as often as there are instants: what does
not depend on the instant (reading, sorting, who is known from when) is done once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detector.history.history import History


@dataclass(frozen=True)
class Unfolding:
    """A history and from when on each of its sellers is known."""

    history: History
    known_from: NDArray[np.int64] = field(init=False)
    """(n,) the first instant at which each seller is known."""

    def __post_init__(self) -> None:
        """Find out once from when on sellers are known."""
        object.__setattr__(self, "known_from", self.history.known_from())

    def sellers_at(self, instant: int) -> NDArray[np.intp]:
        """Numbers of the sellers known at an instant, ascending."""
        return np.flatnonzero(self.known_from <= instant)

    def names_of(self, sellers: NDArray[np.intp]) -> tuple[str, ...]:
        """Ids of numbered sellers."""
        names = self.history.sellers
        if len(sellers) == len(names):
            return names
        return tuple(names[i] for i in sellers.tolist())

    def at(self, instant: int, first: int, last: int) -> History:
        """What was known of sellers number `first` to `last` - 1: `as_of` for this part."""
        return self.history.part(first, last).as_of(instant)

    def sample_at(self, instant: int, sellers: NDArray[np.intp]) -> History:
        """What was known of the numbered sellers: `as_of` for them."""
        if len(sellers) == len(self.history.sellers):
            return self.history.as_of(instant)
        mask = np.zeros(len(self.history.sellers), dtype=np.bool_)
        mask[sellers] = True
        return self.history.chosen(mask).as_of(instant)
