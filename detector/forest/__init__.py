"""The isolation forest: fitted by scikit-learn, stored as arrays, scored by our own kernel.

`IsolationForest` is scikit-learn's class with scores from the kernel. It is imported when it is
first asked for, because scikit-learn takes a second to import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detector.forest.isolation_forest import Forest, fit

if TYPE_CHECKING:
    from detector.forest.estimator import IsolationForest

__all__ = ["Forest", "IsolationForest", "fit"]


def __getattr__(name: str) -> object:
    if name == "IsolationForest":
        from detector.forest.estimator import IsolationForest

        return IsolationForest
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
