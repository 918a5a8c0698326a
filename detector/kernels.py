"""When the compiled kernels are used, and how they are made ready.

Loading them takes most of a second, and some seconds on the first start on a machine. So a service
warms them up as it starts, large jobs load them when they begin, and short commands use NumPy. A
kernel gives what NumPy gives to the last bit: which of them ran changes nothing but the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import ModuleType
from typing import Final, NamedTuple, TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")


class Kernels(NamedTuple):
    """The modules of compiled functions."""

    forest: ModuleType
    panel: ModuleType
    surprise: ModuleType


_WARM: Final[list[Kernels]] = []
"""Holds the kernels once all of them are compiled."""


def warm_up() -> Kernels:
    """Load the kernels, compiling them where that was never done; nothing waits for them later."""
    if not _WARM:
        from detector.evidence import surprise_kernel
        from detector.expectation import panel_kernel
        from detector.forest import kernel as forest_kernel

        kernels = Kernels(forest_kernel, panel_kernel, surprise_kernel)
        for kernel in kernels:
            kernel.warm_up()
        _WARM.append(kernels)
    return _WARM[0]


def kernels_if_warm() -> Kernels | None:
    """The kernels, unless that would mean waiting for them."""
    return _WARM[0] if _WARM else None


def together(
    compute: Callable[[Part], Result],
    parts: Sequence[Part],
    advanced: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
) -> list[Result]:
    """Results for parts that do not depend on each other, in their order.

    With warm kernels all cores share the work: kernels and NumPy let go of the interpreter's lock.
    The results do not depend on how many there are. `advanced` is told how many parts are done.
    """
    kernels = kernels_if_warm()
    results: list[Result] = []
    with ExitStack() as stack:
        computed: Iterator[Result] = map(compute, parts)
        if kernels and kernels.forest.CORES > 1 and len(parts) > 1:
            pool = stack.enter_context(ThreadPoolExecutor(kernels.forest.CORES))
            computed = pool.map(compute, parts)
        for result in computed:
            results.append(result)
            advanced(len(results), len(parts))
    return results
