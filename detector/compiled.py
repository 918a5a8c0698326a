"""How kernels are compiled. Importing this module imports numba, which takes most of a second."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any, Final, NoReturn, ParamSpec, TypeVar, cast

import numba
import numpy as np
from numba.core.dispatcher import Dispatcher
from numba.np import linalg

P = ParamSpec("P")
R = TypeVar("R")

DISABLED: Final[bool] = bool(numba.config.DISABLE_JIT)
"""Whether NUMBA_DISABLE_JIT is set: functions stay Python, so that a debugger can enter them."""
CORES: Final[int] = numba.config.NUMBA_DEFAULT_NUM_THREADS
"""Cores that this process may use."""


def _import_without_blas() -> None:
    """Import the part of numba that looks for a BLAS, and let it find none.

    It would import scipy.linalg, which takes a fifth of a second; no kernel multiplies matrices.
    """

    def none() -> NoReturn:
        raise ImportError

    found, linalg.ensure_blas = linalg.ensure_blas, none
    try:
        import_module("numba.np.arraymath")
    finally:
        linalg.ensure_blas = found


_import_without_blas()


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile on the first call and cache the result; without a writable directory, only compile.

    The cache lies beside the source file or, where that may not be written to, in the user's cache
    directory or the one that NUMBA_CACHE_DIR names. The function releases the interpreter's lock
    while it runs. It is compiled again when its file has changed, or a function that it calls.
    """
    try:
        dispatcher: Any = numba.njit(function, nogil=True, cache=True)
    except RuntimeError:  # numba found no directory for its cache
        dispatcher = numba.njit(function, nogil=True)
    else:
        if not DISABLED:
            # By itself numba looks at the function's own file alone, and would use old code.
            file = dispatcher._cache._cache_file  # noqa: SLF001
            called = _fingerprint_of(cast("FunctionType", function))
            file._source_stamp = (file._source_stamp, called)  # noqa: SLF001
    return cast("Callable[P, R]", dispatcher)


def _fingerprint_of(function: FunctionType) -> str:
    """Return a fingerprint of a function, the compiled ones that it calls, and their constants."""
    digest, waiting, seen = sha256(), [function], set()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        digest.update(one.__code__.co_code + repr(one.__code__.co_consts).encode())
        for name in one.__code__.co_names:
            used = one.__globals__.get(name)
            if isinstance(used, Dispatcher):
                waiting.append(used.py_func)
            elif isinstance(used, ModuleType):
                parts = [getattr(used, part, None) for part in one.__code__.co_names]
                digest.update(repr([part for part in parts if isinstance(part, int)]).encode())
            elif isinstance(used, int | float | str | tuple):
                digest.update(repr(used).encode())
            elif isinstance(used, np.ndarray):
                digest.update(used.tobytes())
    return digest.hexdigest()
