"""The documents' pictures, drawn by the program from a made-up marketplace.

An SVG brings its own light and dark colours, so that it can be read on any page.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import wrap
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from detector.charts import seller_chart
from detector.charts.drawing import Frame, label, path, picture
from service.demo import story
from service.views.sellers.rules import Bands, bands_of

ROOT: Final = Path(__file__).parents[2]
DAY_US: Final = 86_400_000_000
NOW: Final = 20_605 * DAY_US
"""1 June 2026: the market ends here."""
AS_OF: Final = "2026-06-01"
UNTIL: Final = "2026-05-04"
SHOWN_DAYS: Final = 84
BACK_DAYS: Final = 14
QUEUE_ROWS: Final = 4
CHARACTERS: Final = 60
"""Of a reason's line in the picture of the queue."""


@dataclass(frozen=True, slots=True)
class Market:
    """What the pictures show: the queue, and the days of one of its sellers."""

    queue: Sequence[dict[str, Any]]
    seller: str
    complaints: NDArray[np.float64]
    """About the seller, by day, oldest first; the last day is the one before `AS_OF`."""
    orders: NDArray[np.float64]
    """Of the seller, on the same days."""
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
    return Market(queue, seller, filed[seller], sold[seller], bands_of(filed[seller], sold[seller]))


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
    seen, shown = market(), slice(-SHOWN_DAYS, None)
    as_of = date.fromisoformat(AS_OF)
    return seller_chart(
        seen.seller,
        as_of - timedelta(days=SHOWN_DAYS),
        seen.complaints[shown],
        expected=seen.bands.expected[shown],
        low=seen.bands.low[shown],
        high=seen.bands.high[shown],
        orders=seen.orders[shown],
        spike=(as_of - timedelta(days=BACK_DAYS), as_of),
        as_of=as_of,
    )


def queue() -> str:
    """The first rows of the queue, with their reasons."""
    rows = market().queue
    lines = sum(len(wrap(row["reasons"][0], CHARACTERS)) for row in rows)
    height = 48.0 + 19.0 * lines + 18.0 * len(rows)
    sentences = [f"{row['rank']}: seller {row['seller_id']}: {row['reasons'][0]}." for row in rows]
    title = "The queue: sellers in order, each with its reason"
    return picture(title, " ".join(sentences), height, _queue_drawn, "auto")


def _queue_drawn(frame: Frame) -> list[str]:
    """In a narrow place a reason stands below its seller, and only as much of it as fits."""
    size, right = frame.type, frame.width - 16.0
    odds = right - 6.0 * size
    parts = [
        label(16, 2.3 * size, f"Sellers to look at, {AS_OF}", "head"),
        label(odds, 2.3 * size, "score", anchor="end"),
        label(right, 2.3 * size, "q", anchor="end"),
    ]
    y = 4.3 * size
    for row in market().queue:
        parts += [
            path("grid", f"M16,{y - 1.2 * size:.1f}H{right:g}"),
            label(16, y, str(row["rank"])),
            label(36, y, row["seller_id"], "ink id"),
            label(odds, y, f"{row['score']:.1f}", "ink", "end"),
            label(right, y, f"{row['q_value']:.1g}", "ink", "end"),
        ]
        if row["flagged"]:
            box = f'x="{36 + 3.2 * size:.1f}" y="{y - 1.05 * size:.1f}" width="{4.6 * size:.1f}"'
            parts.append(f'<rect class="chip" {box} height="{1.4 * size:.1f}" rx="7"/>')
            parts.append(label(36 + 5.5 * size, y, "flagged", "chip-text", "middle"))
        reason = row["reasons"][0]
        if frame.narrow:
            y += 1.35 * size
            parts.append(label(36, y, frame.cut(reason, right - 36), "ink"))
            y += 1.75 * size
        else:
            for line in wrap(reason, CHARACTERS):
                parts.append(label(150, y, line, "ink"))
                y += 19.0
            y += 18.0
    return parts
