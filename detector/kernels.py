"""Whether this process uses the compiled kernels, and one computation shared among all cores.

Each compiled kernel has a twin in NumPy, and both give the same result to the last bit. The
kernels are faster, but a process waits for them: most of a second to load them, and some seconds
to compile them on a machine's first start. So short commands use NumPy, while the service and large
jobs call `detector.warm_up.warm_up` first. `_READY` is the only thing that this package keeps for
the process. It changes the time that a result takes and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event
from typing import Final, TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")
OnProgress = Callable[[int, int], None]
"""Called with the number of parts that are done and the number of all parts."""

_READY: Final = Event()
"""Set once all kernels are compiled; never cleared."""


def no_progress(done: int, total: int) -> None:
    """Ignore how many parts are done."""


def kernels_ready() -> bool:
    """Whether all kernels are compiled, so that using them costs no waiting."""
    return _READY.is_set()


def declare_ready() -> None:
    """Use the kernels from now on; `detector.warm_up.warm_up` calls this when all are compiled."""
    _READY.set()


def parallel_map(
    compute: Callable[[Part], Result],
    parts: Sequence[Part],
    progress: OnProgress = no_progress,
) -> list[Result]:
    """Compute independent parts and return their results in the order of the parts.

    With compiled kernels, one thread per core computes: kernels and NumPy release the interpreter's
    lock. The results do not depend on the number of threads. `progress` is called after each part.
    Raises what `compute` raises.
    """
    results: list[Result] = []
    with ExitStack() as stack:
        computed: Iterator[Result] = map(compute, parts)
        if kernels_ready() and len(parts) > 1:
            from detector.compiled import CORES  # numba is loaded: the kernels are ready

            pool = stack.enter_context(ThreadPoolExecutor(CORES))
            computed = pool.map(compute, parts)
        for result in computed:
            results.append(result)
            progress(len(results), len(parts))
    return results
