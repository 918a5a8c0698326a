"""The detector from Python: data frames in, data frames out, in scikit-learn's manners.

`detector` offers what is in here by name: `from detector import SpikeDetector`.
"""
