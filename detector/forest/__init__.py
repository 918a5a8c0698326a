"""The isolation forest: fitted by scikit-learn, stored as arrays, scored by our own kernel."""

from detector.forest.isolation_forest import Forest, fit

__all__ = ["Forest", "fit"]
