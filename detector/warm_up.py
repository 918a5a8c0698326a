"""Compiling all kernels, so that nothing has to wait for them later.

Importing a kernel imports numba, so this module imports them inside the function: `import detector`
and short commands stay fast.
"""

from __future__ import annotations

from detector.kernels import declare_ready, kernels_ready


def warm_up() -> None:
    """Load every kernel, compile those that no cache holds, and use them from now on.

    Takes about a second, or some ten on a machine's first start; a second call does nothing.
    """
    if kernels_ready():
        return
    from detector.evidence import surprise_kernel
    from detector.expectation import panel_kernel
    from detector.forest import kernel as forest_kernel
    from detector.makeup import tallies_kernel

    for kernel in (forest_kernel, panel_kernel, surprise_kernel, tallies_kernel):
        kernel.warm_up()
    declare_ready()
