"""When the compiled kernels are used, and how they are made ready.

Loading them takes most of a second, and some seconds on the first start on a machine. So a service
warms them up as it starts, large jobs load them when they begin, and short commands use NumPy. A
kernel gives what NumPy gives to the last bit: which of them ran changes nothing but the time.
"""

from __future__ import annotations

from types import ModuleType
from typing import Final, NamedTuple


class Kernels(NamedTuple):
    """The modules of compiled functions."""

    forest: ModuleType
    panel: ModuleType


_WARM: Final[list[Kernels]] = []
"""Holds the kernels once all of them are compiled."""


def warm_up() -> Kernels:
    """Load the kernels, compiling them where that was never done; nothing waits for them later."""
    if not _WARM:
        from detector import forest_kernel, panel_kernel

        forest_kernel.warm_up()
        panel_kernel.warm_up()
        _WARM.append(Kernels(forest_kernel, panel_kernel))
    return _WARM[0]


def kernels_if_warm() -> Kernels | None:
    """The kernels, unless that would mean waiting for them."""
    return _WARM[0] if _WARM else None
