"""What all complaints of a market are made of at an instant, beside the past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shares:
    """The market's shares of each part, by attribute (see `detector.makeup`), padded with zeros."""

    lately: Array
    """(A, W, M) in each of the last windows."""
    before: Array
    """(A, M) in the past."""

    def of(self, number: int, parts: int) -> tuple[Array, Array]:
        """The shares of one attribute's parts: (W, B) lately and (B,) before."""
        return self.lately[number, :, :parts], self.before[number, :parts]


NO_SHARES: Final = Shares(np.zeros((0, 0, 0)), np.zeros((0, 0)))
"""Of a market whose complaints nobody took apart."""
