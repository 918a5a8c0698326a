"""Detectors from the literature, to be compared with on the same days and by the same judge.

Each is one file that says what it computes and where it was published. All see only complaints
filed before the day they score, and those that learn, learn at the same origins as the detector.
"""

from __future__ import annotations

from typing import Final

from detector.errors import BadInput
from training.backtest.references.counts_forest import COUNTS_FOREST
from training.backtest.references.ears import EARS_C2, EARS_C3
from training.backtest.references.farrington import FARRINGTON
from training.backtest.references.pyod_detectors import PYOD_ECOD, PYOD_IFOREST
from training.backtest.references.ratio import RATIO
from training.backtest.references.reference import Reference

REFERENCES: Final[dict[str, Reference]] = {
    "counts-forest": COUNTS_FOREST,
    "ratio": RATIO,
    "ears-c2": EARS_C2,
    "ears-c3": EARS_C3,
    "farrington": FARRINGTON,
    "pyod-iforest": PYOD_IFOREST,
    "pyod-ecod": PYOD_ECOD,
}


def references_named(words: str) -> tuple[Reference, ...]:
    """References by name, comma-separated, or `all`, or `none`; BadInput for other words."""
    if words == "none":
        return ()
    if words == "all":
        return tuple(REFERENCES.values())
    names = [word.strip() for word in words.split(",")]
    for name in names:
        if name not in REFERENCES:
            raise BadInput(f"there is no reference {name!r}; there are {', '.join(REFERENCES)}")
    return tuple(REFERENCES[name] for name in dict.fromkeys(names))
