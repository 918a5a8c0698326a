"""What a process does once it has loaded everything, before it works."""

from __future__ import annotations

import gc

from detector.warm_up import warm_up


def prepare_process() -> None:
    """Compile what is compiled, and have the garbage collector pass over all that is there by now.

    Modules, tables and kernels stay as long as the process does; looking through them again and
    again would take a tenth of its time.
    """
    warm_up()
    gc.collect()
    gc.freeze()
