"""Compiled kernels that came with the installation, also on a system that is otherwise read-only.

numba keeps compiled code only where it may write, and reads it only from there. An image that is
built with NUMBA_CACHE_DIR set holds them ready; a process that may only read them works on a copy.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def copy_where_read_only() -> Path | None:
    """Copy the kernels in NUMBA_CACHE_DIR where they may be written to; None where that is so.

    Must run before numba is imported. The copy lasts as long as this process, whose children use
    it as well.
    """
    given = os.environ.get("NUMBA_CACHE_DIR")
    if not given or not Path(given).is_dir() or os.access(given, os.W_OK):
        return None
    copy = Path(tempfile.mkdtemp(prefix="detector-kernels-"))
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    shutil.copytree(given, copy, dirs_exist_ok=True)
    os.environ["NUMBA_CACHE_DIR"] = str(copy)
    return copy


def compile_all() -> None:
    """Compile all kernels, as an installation does, so that no command has to wait for it."""
    from detector.warm_up import warm_up

    warm_up()
