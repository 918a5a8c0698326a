"""How often p-values fell below each level, beside what they promise."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log10
from typing import TYPE_CHECKING

from detector.charts.drawing import Axis
from detector.charts.lines import Line, line_chart
from detector.charts.style import Theme
from detector.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = Sequence[float] | NDArray[np.float64]

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def calibration_chart(levels: Numbers, observed: Numbers, *, theme: Theme = "auto") -> str:
    """Calibration as SVG, on logarithmic axes.

    `levels` are p-values in (0, 1], and `observed` the share in [0, 1] of p-values at or below each
    of them; where p-values are uniform the two are equal. Levels that nothing fell below are left
    out. Raises BadInput where the lengths differ or a number lies outside.
    """
    if len(levels) != len(observed):
        raise BadInput(
            f"observed: {len(observed)} shares beside {len(levels)} levels; give one each"
        )
    pairs = sorted((float(a), float(b)) for a, b in zip(levels, observed, strict=True))
    for level, share in pairs:
        if not (0.0 < level <= 1.0 and 0.0 <= share <= 1.0):
            raise BadInput(f"level {level:g} with share {share:g}: both lie between 0 and 1")
    shown = [pair for pair in pairs if pair[1] > 0.0]
    lowest = min([min(pair) for pair in shown] + [0.1])
    decades = max(ceil(-log10(lowest) - 1e-4), 1)
    low = 10.0**-decades
    ticks = [
        (10.0**-n, "10⁻" + f"{n}".translate(_SUPERSCRIPTS) if n else "1")
        for n in range(decades + 1)
    ]
    lines = [
        Line("observed", "detector", shown),
        Line("uniform", "ceiling", [(low, low), (1.0, 1.0)]),
    ]
    x = Axis("p-value", ticks[::-1], low, 1.0, logarithmic=True)
    y = Axis("share of p-values below it", ticks[::-1], low, 1.0, logarithmic=True)
    return line_chart("Calibration of the p-values", x, y, lines, theme=theme)
