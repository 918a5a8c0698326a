"""Groups: what complaints have in common with those of other sellers, such as a carrier."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

USED_MAX: Final = 3
"""Groups of one seller: few ship by more carriers, or from more warehouses."""


def group_names(groups: int) -> pa.Array:
    """Names of equal length, so that their order is the order of the numbers."""
    digits = len(str(groups - 1))
    return pa.array([f"g{number:0{digits}d}" for number in range(groups)], pa.string())


def groups_of(
    groups: int, seller: NDArray[np.int64], sellers: int, rng: np.random.Generator
) -> NDArray[np.int32]:
    """(n,) the group of each complaint, by its seller's number (n,) of `sellers`.

    A seller uses one to `USED_MAX` of the `groups`, any number and any groups alike. Every division
    of its complaints among them is as likely: a Dirichlet draw with concentration 1.
    """
    most = min(USED_MAX, groups)
    used = np.argsort(rng.random((sellers, groups)), axis=1)[:, :most]
    number = rng.integers(1, most, sellers, endpoint=True)
    shares = rng.standard_exponential((sellers, most)) * (np.arange(most) < number[:, None])
    thresholds = np.cumsum(shares, axis=1)[seller]
    drawn = rng.random(len(seller))[:, None] * thresholds[:, -1:]
    place = (drawn >= thresholds[:, :-1]).sum(axis=1)
    return np.asarray(used[seller, place], dtype=np.int32)
