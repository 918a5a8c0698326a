"""How time before an instant is cut into blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.settings import Settings


@dataclass(frozen=True, slots=True)
class Blocks:
    """B blocks of time before an instant, youngest first."""

    edges: NDArray[np.int64]
    """(B + 1,) ages in days; block b covers ages edges[b] <= age < edges[b + 1]."""
    daily: int
    """The first so many blocks are single days; the others are weeks."""

    @property
    def days(self) -> NDArray[np.float64]:
        """(B,) length of each block in days."""
        return np.diff(self.edges).astype(np.float64)

    @property
    def ages(self) -> NDArray[np.float64]:
        """(B,) age of each block's middle in days."""
        return (self.edges[:-1] + self.edges[1:]) / 2.0

    def __len__(self) -> int:
        return len(self.edges) - 1

    def block_of(self, age: NDArray[np.int64]) -> NDArray[np.int64]:
        """Block of each age in days; ages past the last edge fall into the last block."""
        clipped = np.minimum(age, self.edges[-1] - 1)
        weekly = self.daily + (clipped - self.daily) // 7
        return np.asarray(np.where(clipped < self.daily, clipped, weekly))


def blocks_of(settings: Settings) -> Blocks:
    """Single days for `recent_days`, then whole weeks up to `baseline_days`."""
    weekly = np.arange(settings.recent_days, settings.baseline_days + 1, 7)
    edges = np.concatenate([np.arange(settings.recent_days), weekly])
    return Blocks(edges.astype(np.int64), settings.recent_days)
