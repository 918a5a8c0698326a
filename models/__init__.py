"""Trained artifacts: saving, loading, promoting and rolling back what a training job produced.

An artifact is plain arrays (`arrays.npz`, no pickle) and a manifest with their SHA-256: loading one
runs none of its contents, wherever it comes from.
"""

from pathlib import Path
from typing import Final

from suspicious_seller_detector import need_packages

need_packages("detector")

DEFAULT_DIRECTORY: Final = Path("models/artifacts")
"""Where artifacts are saved and looked for unless DETECTOR_MODELS or `--models` says otherwise."""
