"""How kernels are compiled. Importing this imports numba, which takes a good part of a second."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Final, ParamSpec, TypeVar, cast

import numba
from numba.core.dispatcher import Dispatcher
from numba.types import unliteral

P = ParamSpec("P")
R = TypeVar("R")

DISABLED: Final[bool] = bool(numba.config.DISABLE_JIT)
"""Whether functions are left as they are: NUMBA_DISABLE_JIT is set, to look for an error in one."""
CORES: Final[int] = numba.config.NUMBA_DEFAULT_NUM_THREADS
"""Cores that this process may use."""


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile on the first call and keep the result; without a writable directory, only compile.

    The result is kept beside the source file or, where that may not be written to, in the user's
    cache directory or the one that NUMBA_CACHE_DIR names. The function lets go of the interpreter's
    lock while it runs. It is compiled anew when its file or one with what it calls was changed.
    """
    try:
        kept: Any = numba.njit(function, nogil=True, cache=True)
    except RuntimeError:  # numba found nowhere to keep it
        kept = numba.njit(function, nogil=True)
    else:
        if not DISABLED:
            # By itself numba looks at the function's own file alone, and would use old code.
            kept._cache._cache_file._source_stamp = _stamp_of(function)  # noqa: SLF001
    return cast("Callable[P, R]", kept)


def _stamp_of(function: Callable[..., Any]) -> tuple[tuple[str, int, int], ...]:
    """Return name, time and size of the module of a function and of those whose parts it uses.

    They are found by the compiled functions, and the modules of its package, that a module imports.
    """
    package = function.__module__.split(".")[0]
    module = sys.modules.get(function.__module__)
    found, ahead = {}, [module] if module else []
    while ahead:
        module = ahead.pop()
        if module.__name__ in found or not module.__file__:
            continue
        status = Path(module.__file__).stat()
        found[module.__name__] = status.st_mtime_ns, status.st_size
        for one in vars(module).values():
            if isinstance(one, Dispatcher) and one.py_func.__module__ in sys.modules:
                ahead.append(sys.modules[one.py_func.__module__])
            elif isinstance(one, ModuleType) and one.__name__.split(".")[0] == package:
                ahead.append(one)
    return tuple(sorted((name, *stamp) for name, stamp in found.items()))


def inner(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that only compiled ones call: it is kept as a part of its callers.

    It must make no arrays: it counts no references, which else costs more than most of them do. It
    is compiled once for all constants that it is called with, where numba would do so for each.
    """
    kept: Any = numba.njit(
        function, nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False
    )
    if not DISABLED:
        called = kept.get_call_template
        kept.get_call_template = lambda args, kws: called(tuple(map(unliteral, args)), kws)
    return cast("Callable[P, R]", kept)
