"""How much evidence of each kind a seller shows: why it is looked at, as a few numbers.

Cases keep these numbers from the instant they are opened, so that what people find in them can be
learnt from. A kind says what stands out, or what is odd about the complainants. No number grows
with a seller's size. How long it has stood out is no kind: windows overlap, and teach little.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.evidence.features import Features
from detector.evidence.independence import Dependence
from detector.expectation.panel import ACROSS, ALL

Array = NDArray[np.float64]
Kinds = tuple[tuple[str, float], ...]
"""The name of each kind, and its evidence in nats (natural logarithms of odds), at least 0."""

ONE_CATEGORY: Final = "(one category)"
STRANGERS: Final = "(strangers)"
ONE_HOUR: Final = "(one hour)"
PATTERN: Final = "(pattern)"
"""What the forest adds to the evidence: windows and columns that are odd together."""


def kinds_of(
    rows: NDArray[np.int64],
    features: Features,
    odd: Array,
    dependence: Dependence,
    columns: tuple[str, ...],
    changes: Mapping[str, Array] | None = None,
) -> list[Kinds]:
    """The kinds of some of n sellers, by row; `odd` (n,) is the forest's part of their score.

    `changes` are further kinds: (n,) of each.
    """
    groups = (ALL, ONE_CATEGORY, *(name for name in columns if name in ACROSS))
    parts = [
        features.X[rows, -len(groups) :],
        np.log(np.stack([dependence.strangers[rows], dependence.hour[rows]], axis=1)),
        odd[rows, None],
        *(of_it[rows, None] for of_it in (changes or {}).values()),
    ]
    names = (*groups, STRANGERS, ONE_HOUR, PATTERN, *(changes or {}))
    values = np.maximum(np.concatenate(parts, axis=1), 0.0).tolist()
    return [tuple(zip(names, row, strict=True)) for row in values]
