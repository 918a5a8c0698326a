"""What looking further down a queue costs: the share of false alarms among its first sellers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Final

from detector.charts.drawing import Axis, round_ticks
from detector.charts.lines import Line, line_chart
from detector.charts.style import Theme
from detector.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = Sequence[float] | NDArray[np.float64] | NDArray[np.int64]

_SHARES: Final = tuple((n / 5, f"{20 * n} %") for n in range(6))
_LOGARITHMIC_FROM: Final = 20.0
"""From so many times the first rank on, the first ranks would have no room of their own."""


def queue_chart(
    looked_at: Numbers,
    false_share: Numbers,
    *,
    low: Numbers | None = None,
    high: Numbers | None = None,
    budget: float | None = None,
    rate: float | None = None,
    across: str = "sellers looked at, best first",
    theme: Theme = "auto",
) -> str:
    """The share of false alarms by rank or budget, as SVG.

    `looked_at` rises: ranks in the queue, or alerts a day. `false_share` is the share in [0, 1] of
    false alarms among so many: where a queue is in order of p-values, the q-value at each rank; or
    what a back-test found, with its interval from `low` to `high`. Ranks where it is NaN are left
    out. `budget` is how many are looked at, and `rate` the share that is asked for; `across` names
    the axis. Raises BadInput where lengths differ, nothing rises or a share lies outside.
    """
    rows = _rows(looked_at, false_share, low, high)
    marks = [(budget, f"budget: {budget:,g}")] if budget else []
    ends = [row[0] for row in rows] + [at for at, _ in marks]
    first, last = min(ends), max(ends)
    first = first if last > first else last / 2.0
    logarithmic = last >= first * _LOGARITHMIC_FROM
    points = [(at, share) for at, share, _, _ in rows]
    around = [(at, a, b) for at, _, a, b in rows if isfinite(a) and isfinite(b)]
    lines = [Line("false alarms", "detector", points, len(rows) > 40, around)]
    if rate is not None:
        lines.append(Line(f"asked: {rate:.0%}", "ceiling", [(first, rate), (last, rate)]))
    x = Axis(across, _ticks(first, last, logarithmic=logarithmic), first, last, logarithmic)
    y = Axis("share of false alarms", _SHARES, 0.0, 1.0)
    return line_chart("False alarms among the first", x, y, lines, marks=marks, theme=theme)


def _rows(
    looked_at: Numbers, false_share: Numbers, low: Numbers | None, high: Numbers | None
) -> list[tuple[float, float, float, float]]:
    given = {"looked_at": looked_at, "false_share": false_share, "low": low, "high": high}
    n = len(looked_at)
    for name, values in given.items():
        if values is not None and len(values) != n:
            raise BadInput(f"{name}: {len(values)} numbers beside {n} of looked_at; give one each")
    nothing = [float("nan")] * n
    columns = (nothing if values is None else values for values in given.values())
    rows = [(float(a), float(b), float(c), float(d)) for a, b, c, d in zip(*columns, strict=True)]
    rising = all(one[0] < other[0] for one, other in pairwise(rows))
    if not rising or any(row[0] <= 0.0 for row in rows):
        raise BadInput("looked_at: give rising numbers above 0")
    for at, *shares in rows:
        if any(share < 0.0 or share > 1.0 for share in shares):
            raise BadInput(f"false_share: at {at:g} a share lies outside 0 to 1")
    rows = [row for row in rows if isfinite(row[1])]
    if not rows:
        raise BadInput("false_share: there is no share to draw")
    return rows


def _ticks(first: float, last: float, *, logarithmic: bool) -> list[tuple[float, str]]:
    if not logarithmic:
        return [(value, text) for value, text in round_ticks(last, 6) if value >= first]
    steps = (m * 10.0**n for n in range(12) for m in (1, 2, 5))
    return [(value, f"{value:,.0f}") for value in steps if first <= value <= last]
