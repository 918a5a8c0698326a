"""One training at a time into a directory of models; the lock ends with its process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from detector.errors import BadArtifact, TrainingUnderWay

LOCK: Final = ".training"
"""Its text is the number of the process that trains."""


@contextmanager
def training_in(directory: Path) -> Iterator[None]:
    """Keep other trainings out of a directory, which need not exist yet.

    Raises TrainingUnderWay where another is at work, and BadArtifact where it cannot be written.
    """
    is_there = directory.exists()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        descriptor = _locked(directory / LOCK)
    except OSError as why:
        raise BadArtifact(f"{directory}: cannot be written: {why.strerror}") from why
    try:
        yield
    finally:
        (directory / LOCK).unlink(missing_ok=True)
        os.close(descriptor)
        if not is_there:
            with suppress(OSError):  # it has files now, or another training's
                directory.rmdir()


def _locked(path: Path) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(descriptor, path):
                os.truncate(descriptor, 0)
                os.write(descriptor, str(os.getpid()).encode())
                return descriptor
        except BlockingIOError:
            process = os.pread(descriptor, 20, 0).decode("ascii", "replace")
            os.close(descriptor)
            raise TrainingUnderWay(
                f"{path.parent}: another training is at work here (process {process or '?'}); wait "
                "until it ends, or name another directory with --models"
            ) from None
        os.close(descriptor)  # the one that had it took the file away meanwhile


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether a file is still the one at its path."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
