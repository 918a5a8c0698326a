"""What is dear to make is made by one process, however many test at once."""

from __future__ import annotations

import fcntl
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

Made = TypeVar("Made")


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Made]) -> Made:
    """A copy of what `make` gives for a new folder, from the first process that asks for it."""
    shared = factory.getbasetemp()
    shared = shared.parent if shared.name.startswith("popen") else shared
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = shared / f"{name}.pickle"
        if not known.exists():
            folder = shared / name
            folder.mkdir()
            known.write_bytes(pickle.dumps(make(folder)))
        made: Made = pickle.loads(known.read_bytes())
    return made
