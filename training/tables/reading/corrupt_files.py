"""Naming damage: what goes wrong inside a file becomes one refusal that names the file."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from detector.errors import BadInput


@contextmanager
def damage_named(path: Path) -> Iterator[None]:
    """Turn what reading libraries raise for a damaged file into BadInput."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError, EOFError, zlib.error, csv.Error) as why:
        said = (str(why).splitlines() or [type(why).__name__])[0][:200]
        raise BadInput(
            f"{path}: cannot be read, damaged or not what its name says ({said})"
        ) from why
