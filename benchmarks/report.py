"""Results on disk: a JSON file and a chart, with the machine they were measured on."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from xml.sax.saxutils import escape

RESULTS = Path(__file__).parent / "results"

_PACKAGES = (
    "numpy", "numba", "scikit-learn", "scipy", "pyod", "onnxruntime", "skl2onnx", "coniferest",
    "isotree", "treelite", "scikit-learn-intelex", "pandas", "polars", "duckdb", "pyarrow",
)  # fmt: skip


def machine() -> dict[str, object]:
    """What a reader must know to compare figures."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
    }


def write(name: str, report: dict[str, object]) -> Path:
    """Write `results/<name>.json`."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(report, indent=1) + "\n")
    return path


def write_bars(
    name: str, title: str, groups: Sequence[tuple[str, Sequence[tuple[str, float]]]]
) -> Path:
    """Write `results/<name>.svg`: for each group, one bar a contestant, longest first.

    Values are times faster than the reference; bars are logarithmic, since they span decades.
    """
    longest = max(value for _, bars in groups for _, value in bars)
    decades = max(len(str(int(longest))), 1)
    parts, y = [], 40
    for group, bars in groups:
        parts.append(f'<text x="10" y="{y + 12}" font-weight="bold">{escape(group)}</text>')
        y += 20
        for label, value in sorted(bars, key=lambda bar: -bar[1]):
            width = max(_decade(value) / decades * 420, 1.0)
            colour = "#1f6f4a" if label == "ours" else "#9aa5b1"
            parts.append(
                f'<text x="130" y="{y + 12}" text-anchor="end">{escape(label)}</text>'
                f'<rect x="140" y="{y + 2}" width="{width:.0f}" height="12" fill="{colour}"/>'
                f'<text x="{145 + width:.0f}" y="{y + 12}">{value:.3g}x</text>'
            )
            y += 17
        y += 10
    path = RESULTS / f"{name}.svg"
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="680" height="{y}" '
        'font-family="sans-serif" font-size="12">\n'
        f'<rect width="100%" height="100%" fill="white"/><text x="10" y="20" font-size="14">'
        f"{escape(title)}</text>\n" + "\n".join(parts) + "\n</svg>\n"
    )
    return path


def _decade(value: float) -> float:
    """A length that grows by one with every tenfold, from 0 at a tenth."""
    from math import log10

    return max(log10(max(value, 1e-9)) + 1.0, 0.02)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
