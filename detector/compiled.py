"""How kernels are compiled. Importing this imports numba, which takes a good part of a second."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

import numba

P = ParamSpec("P")
R = TypeVar("R")

CORES: Final[int] = numba.config.NUMBA_DEFAULT_NUM_THREADS
"""Cores that this process may use."""


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile on the first call and keep the result; without a writable directory, only compile.

    The result is kept beside the source file or, where that may not be written to, in the user's
    cache directory or the one that NUMBA_CACHE_DIR names. The function lets go of the interpreter's
    lock while it runs.
    """
    try:
        kept: Callable[P, R] = numba.njit(function, nogil=True, cache=True)
    except RuntimeError:  # numba found nowhere to keep it
        kept = numba.njit(function, nogil=True)
    return kept


def inner(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that only compiled ones call: it is kept as a part of its callers.

    It must make no arrays: it counts no references, which else costs more than most of them do.
    """
    kept: Callable[P, R] = numba.njit(
        function, nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False
    )
    return kept
