"""Where a demo keeps its files: a directory of its own, made new each time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from detector.errors import BadInput

MARK: Final = ".detector-demo"
"""A file that says a directory is a demo's, and may be emptied; locked while one runs in it."""

_OURS: Final = (
    "market",
    "models",
    "evidence",
    "store.sqlite3",
    "store.sqlite3-wal",
    "store.sqlite3-shm",
)


@contextmanager
def demo_directory(wanted: Path) -> Iterator[Path]:
    """The directory, emptied of an earlier demo; a numbered neighbour while one runs there.

    Raises BadInput when the directory holds something that is not a demo's.
    """
    for number in range(1, 100):
        directory = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        _check_ours(directory)
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(f"--dir {directory}: cannot be made: {error.strerror}") from error
        with (directory / MARK).open("w") as mark:
            try:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            _empty(directory)
            yield directory
            return
    raise BadInput(f"{wanted}: a hundred demos run here already; end some")


def _check_ours(directory: Path) -> None:
    if directory.exists() and not directory.is_dir():
        raise BadInput(f"{directory}: is a file; name another directory with --dir")
    if directory.is_dir() and any(directory.iterdir()) and not (directory / MARK).exists():
        raise BadInput(f"{directory}: is not a demo's and not empty; name another with --dir")


def _empty(directory: Path) -> None:
    from shutil import rmtree

    for name in _OURS:
        path = directory / name
        if path.is_dir():
            rmtree(path)
        else:
            path.unlink(missing_ok=True)
