"""Corrupt files: whatever a library raises for one becomes a refusal that names the file."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from detector.errors import BadInput


@contextmanager
def corruption_refused(path: Path) -> Iterator[None]:
    """Turn the errors that libraries raise for a corrupt file into BadInput that names `path`."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError, EOFError, zlib.error, csv.Error) as why:
        said = (str(why).splitlines() or [type(why).__name__])[0][:200]
        raise BadInput(
            f"{path}: cannot be read, damaged or not what its name says ({said})"
        ) from why
