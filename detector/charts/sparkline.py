"""A seller's last days in one line: complaints beside the band that 19 days of 20 fall into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from detector.charts.drawing import Scale, escaped, path
from detector.charts.style import ROOT

WIDTH: Final = 168.0
HEIGHT: Final = 36.0
_GAP: Final = 0.2
"""Part of a day that stays empty between two bars."""
_CAP: Final = 2.5
"""Height of the mark on a day above the band, so that it is told without a colour."""


def sparkline(complaints: Sequence[int], high: Sequence[float], name: str) -> str:
    """Days as SVG of `WIDTH` x `HEIGHT` pixels, for a page that brings `style_sheet()`.

    `complaints` are counts a day and `high` the top of the band on each of them; `name` is what
    somebody hears who does not see it. Without a day there is only the name.
    """
    n = len(complaints)
    across = Scale(0.0, float(max(n, 1)), 0.0, WIDTH)
    up = Scale(0.0, max(1.0, *complaints, *high) if n else 1.0, HEIGHT - 1.0, _CAP + 2.0)
    band = "".join(f"V{up.at(high[i]):.1f}H{across.at(i + 1):.1f}" for i in range(n))
    width = (1.0 - _GAP) * (across.at(1.0) - across.at(0.0))
    shapes: dict[str, str] = {"count": "", "spike": ""}
    for i, count in enumerate(complaints):
        if count <= 0:
            continue
        x, top = across.at(i + _GAP / 2), up.at(count)
        is_above = count > high[i]
        steps = f"M{x:.1f},{up.start:.1f}V{top:.1f}h{width:.1f}V{up.start:.1f}Z"
        if is_above:
            steps += f"M{x:.1f},{top - 1:.1f}h{width:.1f}l{-width / 2:.2f},{-_CAP}Z"
        shapes["spike" if is_above else "count"] += steps
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{ROOT} page" role="img" direction="ltr" '
        f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}" width="{WIDTH:g}" height="{HEIGHT:g}">'
        f"<title>{escaped(name)}</title>"
        + path("band", f"M0,{up.start:.1f}{band}V{up.start:.1f}Z" if n else "")
        + path("rule", f"M0,{up.start:.1f}H{WIDTH:g}")
        + "".join(path(kind, steps) for kind, steps in shapes.items())
        + "</svg>"
    )
