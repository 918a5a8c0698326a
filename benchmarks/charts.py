"""Growth as charts: CPU time and peak memory over complaints, on logarithmic axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from pathlib import Path

from benchmarks.report import RESULTS
from detector.charts import Axis, Line, line_chart

_COMMANDS = {"score": "detector", "train": "r1"}
"""The commands measured, each with its colour."""


def write_growth(name: str, rows: Sequence[Mapping[str, float]]) -> list[Path]:
    """Write `results/<name>_cpu.svg` with linear growth dashed, and `results/<name>_peak.svg`."""
    first, last = rows[0]["complaints"], rows[-1]["complaints"]
    ticks = [(row["complaints"], f"{row['complaints'] / 1e6:g} M") for row in rows]
    paths = []
    for unit, title in (("cpu_s", "CPU seconds"), ("peak_gb", "peak memory, GB")):
        lines = [
            Line(run, style, [(row["complaints"], row[f"{run}_{unit}"]) for row in rows])
            for run, style in _COMMANDS.items()
        ]
        if unit == "cpu_s":
            start = lines[0].points[0][1]
            linear = [(first, start), (last, start * last / first)]
            lines.append(Line("linear", "ceiling", linear))
        values = [value for line in lines for _, value in line.points]
        low, high = floor(log10(min(values))), ceil(log10(max(values)))
        decades = [(10.0**n, f"{10.0**n:g}") for n in range(low, high + 1)]
        x = Axis("complaints", ticks, first, last, logarithmic=True)
        y = Axis(title, decades, 10.0**low, 10.0**high, logarithmic=True)
        path = RESULTS / f"{name}_{unit.split('_')[0]}.svg"
        path.write_text(line_chart(f"{title} over complaints", x, y, lines) + "\n")
        paths.append(path)
    return paths
