"""The documents' pictures, drawn by the program from a made-up marketplace.

An SVG brings its own light and dark colours, so that it can be read on any page.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import wrap
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from service.demo import story
from service.views.sellers.rules import Bands, bands_of
from training.backtest.charts import Axis, Frame, Scale

ROOT: Final = Path(__file__).parents[2]
DAY_US: Final = 86_400_000_000
NOW: Final = 20_605 * DAY_US
"""1 June 2026: the market ends here."""
AS_OF: Final = "2026-06-01"
UNTIL: Final = "2026-05-04"
SHOWN_DAYS: Final = 84
BACK_DAYS: Final = 14
QUEUE_ROWS: Final = 4
CHARACTERS: Final = 66
"""Of a reason's line in the picture of the queue."""

STYLE: Final = """<style>
svg { font: 13px system-ui, 'Segoe UI', Roboto, Arial, sans-serif; }
.paper { fill: #fbfaf7; stroke: #dfe2e7; } .ink { fill: #1d2430; } .soft { fill: #5b6472; }
.hair { stroke: #dfe2e7; } .band { fill: #0a5bd3; fill-opacity: .13; }
.usual { stroke: #0a5bd3; fill: none; stroke-width: 2; } .name { fill: #0a5bd3; }
.bar { fill: #8a94a3; } .spike { fill: #c2410c; } .bold { font-weight: 650; }
.chip { fill: #c2410c; } .chip-text { fill: #ffffff; font-weight: 650; font-size: 11px; }
@media (prefers-color-scheme: dark) {
.paper { fill: #191f29; stroke: #303947; } .ink { fill: #e8ebf0; } .soft { fill: #9aa4b2; }
.hair { stroke: #303947; } .band { fill: #6fb0ff; fill-opacity: .17; }
.usual { stroke: #6fb0ff; } .name { fill: #6fb0ff; }
.bar { fill: #77828f; } .spike { fill: #ff9a66; }
.chip { fill: #ff9a66; } .chip-text { fill: #191f29; }
}
</style>"""


@dataclass(frozen=True, slots=True)
class Market:
    """What the pictures show: the queue, and the days of one of its sellers."""

    queue: Sequence[dict[str, Any]]
    seller: str
    complaints: NDArray[np.float64]
    """About the seller, by day, oldest first; the last day is the one before `AS_OF`."""
    bands: Bands


@cache
def market() -> Market:
    """Simulate, train and ask for the queue, by the commands that a user has."""
    with TemporaryDirectory() as folder:
        directory = Path(folder)
        story.simulate(directory, now=NOW)
        tables = ["--complaints", f"{directory}/complaints.parquet"]
        tables += ["--orders", f"{directory}/orders.parquet", "--models", f"{directory}/models"]
        _detector("train", *tables, "--until", UNTIL)
        printed = _detector("queue", *tables, "--as-of", AS_OF, "--format", "json")
        queue = json.loads(printed)[:QUEUE_ROWS]
        return _market(directory, queue)


def _market(directory: Path, queue: list[dict[str, Any]]) -> Market:
    """With the days of the seller that the last two weeks brought most complaints."""
    complaints = pq.read_table(directory / "complaints.parquet").to_pylist()
    orders = pq.read_table(directory / "orders.parquet").to_pylist()
    epoch = np.datetime64(0, "D").item()
    filed = {row["seller_id"]: np.zeros(NOW // DAY_US) for row in queue}
    sold = {row["seller_id"]: np.zeros(NOW // DAY_US) for row in queue}
    for row in complaints:
        if row["seller_id"] in filed:
            filed[row["seller_id"]][(row["filed_at"].date() - epoch).days] += 1
    for row in orders:
        if row["seller_id"] in sold:
            sold[row["seller_id"]][(row["day"] - epoch).days] += row["orders"]
    seller = max(filed, key=lambda one: filed[one][-BACK_DAYS:].sum())
    return Market(queue, seller, filed[seller], bands_of(filed[seller], sold[seller]))


def _detector(*words: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "service.cli", *words],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    return done.stdout


def spike() -> str:
    """One seller's complaints by day over what is usual for it."""
    seen = market()
    counts = seen.complaints[-SHOWN_DAYS:]
    high = seen.bands.high[-SHOWN_DAYS:]
    frame = Frame(width=760.0, height=300.0, left=46.0, right=24.0, top=64.0, bottom=44.0)
    across = frame.x(Axis("", (), 0.0, float(SHOWN_DAYS)))
    up = frame.y(Axis("", (), 0.0, float(max(counts.max(), high.max()) + 1)))
    right = frame.width - frame.right
    parts = [
        _text(frame.left, 28, f"Seller {seen.seller}", "ink bold"),
        _text(frame.left, 48, "Complaints by day, and what its orders explain", "soft"),
        _text(right, 28, "complaints of the last two weeks", "spike", "end"),
        _text(right, 48, "expected; 19 days of 20 stay within", "name", "end"),
        *_levels(frame, up),
        _band(high, across, up),
        *_bars(counts, across, up),
        _usual(seen.bands.expected[-SHOWN_DAYS:], across, up),
    ]
    weeks = range(0, SHOWN_DAYS, 14)
    parts += [_text(across.at(i), frame.height - 18, f"{_day(i):%d %b}", "soft") for i in weeks]
    return _svg("A seller's complaints by day, with a spike in the last two weeks", frame, parts)


def _day(i: int) -> date:
    """The date of a shown day."""
    return date.fromisoformat(AS_OF) - timedelta(days=SHOWN_DAYS - i)


def _levels(frame: Frame, up: Scale) -> Iterator[str]:
    for count in range(int(up.high) + 1):
        y = up.at(count)
        yield f'<path class="hair" d="M{frame.left},{y:.1f}H{frame.width - frame.right}"/>'
        yield _text(frame.left - 10, y + 4, str(count), "soft", "end")


def _band(high: NDArray[np.float64], across: Scale, up: Scale) -> str:
    path = "".join(f"V{up.at(top):.1f}H{across.at(i + 1):.1f}" for i, top in enumerate(high))
    floor = up.at(0.0)
    return f'<path class="band" d="M{across.at(0):.1f},{floor:.1f}{path}V{floor:.1f}Z"/>'


def _bars(counts: NDArray[np.float64], across: Scale, up: Scale) -> Iterator[str]:
    width = across.at(0.76) - across.at(0.0)
    for i in np.flatnonzero(counts):
        kind = "spike" if i >= SHOWN_DAYS - BACK_DAYS else "bar"
        top = up.at(counts[i])
        yield (
            f'<rect class="{kind}" x="{across.at(i) + 1:.1f}" y="{top:.1f}" width="{width:.1f}" '
            f'height="{up.at(0.0) - top:.1f}"><title>{_day(int(i))}: {counts[i]:.0f}</title></rect>'
        )


def _usual(expected: NDArray[np.float64], across: Scale, up: Scale) -> str:
    places = [f"{across.at(i + 0.5):.1f},{up.at(one):.1f}" for i, one in enumerate(expected)]
    return f'<path class="usual" d="M{"L".join(places)}"/>'


def queue() -> str:
    """The first rows of the queue, with their reasons."""
    rows = market().queue
    y, parts = 62.0, [_text(24, 34, f"Sellers to look at, {AS_OF}", "ink bold")]
    parts.append(_text(666, 34, "score", "soft", "end"))
    parts.append(_text(736, 34, "q", "soft", "end"))
    for row in rows:
        parts.append(f'<path class="hair" d="M24,{y - 16:.0f}H736"/>')
        parts.append(_text(24, y + 4, str(row["rank"]), "soft"))
        parts.append(_text(48, y + 4, row["seller_id"], "ink bold"))
        if row["flagged"]:
            box = f'x="92" y="{y - 9:.0f}" width="58" height="17" rx="8"'
            parts.append(f'<rect class="chip" {box}/>')
            parts.append(_text(121, y + 4, "flagged", "chip-text", "middle"))
        parts.append(_text(666, y + 4, f"{row['score']:.1f}", "ink", "end"))
        parts.append(_text(736, y + 4, f"{row['q_value']:.1g}", "ink", "end"))
        for line in wrap(row["reasons"][0], CHARACTERS):
            parts.append(_text(168, y + 4, line, "ink"))
            y += 19
        y += 18
    frame = Frame(width=760.0, height=y - 8)
    return _svg("The queue: sellers in order, each with its reason", frame, parts)


def _text(x: float, y: float, text: str, style: str, anchor: str = "start") -> str:
    placed = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text class="{style}" x="{x:g}" y="{y:.1f}"{placed}>{escape(text)}</text>'


def _svg(title: str, frame: Frame, parts: Sequence[str]) -> str:
    size = f'width="{frame.width - 1:g}" height="{frame.height - 1:g}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {frame.width:g} {frame.height:g}" '
        f'role="img" aria-label="{escape(title)}">{STYLE}\n'
        f'<rect class="paper" x=".5" y=".5" rx="10" {size}/>\n' + "\n".join(parts) + "\n</svg>\n"
    )
