"""An array that grows batch by batch, without a second copy at the end."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class GrowableArray:
    """An array filled from the front; give the expected length where it is known."""

    def __init__(self, dtype: type[np.generic], expected: int | None = None) -> None:
        self._values: NDArray[Any] = np.empty(expected or 0, dtype=dtype)
        self._used = 0

    def extend(self, values: NDArray[Any]) -> None:
        """Append values."""
        needed = self._used + len(values)
        if needed > len(self._values):
            self._values.resize(max(needed, int(1.3 * len(self._values))), refcheck=False)
        self._values[self._used : needed] = values
        self._used = needed

    def values(self) -> NDArray[Any]:
        """The filled part, to look at until the column grows."""
        return self._values[: self._used]

    def release(self) -> NDArray[Any]:
        """The filled part; the column is empty afterwards."""
        values = self._values
        values.resize(self._used, refcheck=False)
        self._values = np.empty(0, dtype=values.dtype)
        self._used = 0
        return values
