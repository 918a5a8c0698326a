"""Growth as a chart: CPU time and peak memory over complaints, on logarithmic axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log10
from pathlib import Path

from benchmarks.report import RESULTS

_COLOURS = {"score": "#1f6f4a", "train": "#3d6fb6"}
_WIDTH, _HEIGHT, _MARGIN = 330, 260, 50


def write_growth(name: str, rows: Sequence[Mapping[str, float]]) -> Path:
    """Write `results/<name>.svg`: two panels, a line for each command, linear growth dashed."""
    panels = [_panel(rows, "cpu_s", "CPU seconds", 0), _panel(rows, "peak_gb", "peak GB", 1)]
    path = RESULTS / f"{name}.svg"
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * (_WIDTH + _MARGIN) + 20}" '
        f'height="{_HEIGHT + 90}" font-family="sans-serif" font-size="12">\n'
        '<rect width="100%" height="100%" fill="white"/>\n' + "\n".join(panels) + "\n</svg>\n"
    )
    return path


def _panel(rows: Sequence[Mapping[str, float]], unit: str, title: str, place: int) -> str:
    x = [log10(row["complaints"]) for row in rows]
    lines = {run: [log10(row[f"{run}_{unit}"]) for row in rows] for run in _COLOURS}
    low = min(min(line) for line in lines.values()) - 0.15
    high = max(max(line) for line in lines.values()) + 0.15
    left = _MARGIN + place * (_WIDTH + _MARGIN)

    def at(a: float, b: float) -> str:
        across = left + (a - x[0]) / (x[-1] - x[0]) * (_WIDTH - 30)
        down = 40 + _HEIGHT - (b - low) / (high - low) * _HEIGHT
        return f"{across:.0f},{down:.0f}"

    parts = [f'<text x="{left}" y="22" font-size="14">{title} over complaints</text>']
    for a, row in zip(x, rows, strict=True):
        across = at(a, low).split(",")[0]
        label = f"{row['complaints'] / 1e6:g} M"
        parts.append(f'<text x="{across}" y="{_HEIGHT + 58}" text-anchor="middle">{label}</text>')
    for run, line in lines.items():
        points = " ".join(at(a, b) for a, b in zip(x, line, strict=True))
        colour = _COLOURS[run]
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}"/>')
        for a, b, row in zip(x, line, rows, strict=True):
            across, down = at(a, b).split(",")
            parts.append(
                f'<circle cx="{across}" cy="{down}" r="3" fill="{colour}"/>'
                f'<text x="{across}" y="{int(down) - 7}" fill="{colour}" text-anchor="middle">'
                f"{row[f'{run}_{unit}']:g}</text>"
            )
        parts.append(
            f'<text x="{left + 10 + 60 * list(lines).index(run)}" y="{_HEIGHT + 80}" '
            f'fill="{colour}">{run}</text>'
        )
    if unit == "cpu_s":
        end = lines["score"][0] + x[-1] - x[0]
        parts.append(
            f'<polyline points="{at(x[0], lines["score"][0])} {at(x[-1], end)}" fill="none" '
            'stroke="#9aa5b1" stroke-dasharray="4"/>'
        )
    return "\n".join(parts)
