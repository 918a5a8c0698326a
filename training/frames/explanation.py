"""Why a seller scores as it does: counts beside expectations, by window and column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import numpy as np
import pyarrow as pa

from detector.assess import Assessment, assess, market_at, windows_and_features
from detector.durations import DAY_US
from detector.errors import BadInput
from detector.expectation.negative_binomial import quantile
from detector.history.history import History
from detector.trained import TrainedDetector
from training.backtest.charts import Axis, Line, line_chart
from training.backtest.charts import Frame as Size
from training.tables.frames import Frame, in_kind
from training.tables.instants import text_of

INTERVAL: Final = (0.025, 0.975)
"""19 counts of 20 lie inside, where there is no spike."""
SHOWN_DAYS: Final = 84
"""Days of the chart: twelve weeks, so that two or three usual months stand before a spike."""
_STYLE: Final = """<style>
.explanation svg { width: 100%; max-width: 760px; height: auto; font: 12px system-ui, sans-serif; }
.explanation text { fill: currentColor; } .explanation .grid { stroke: currentColor; opacity: .15; }
.explanation .mark path { fill: none; stroke-width: 2; }
.explanation .detector path { stroke: #c2410c; } .explanation .ceiling path { stroke: #3b82f6; }
</style>"""
EXPLAINED: Final = pa.schema(
    [
        ("days", pa.int64()),
        ("column", pa.string()),
        ("count", pa.int64()),
        ("expected", pa.float64()),
        ("low", pa.int64()),
        ("high", pa.int64()),
        ("evidence", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Explanation:
    """One seller at one instant; a notebook shows it as a chart and a table."""

    assessment: Assessment
    """Score, p, q, flag, rank, reasons and suspicion, as `assess` gives them."""
    table: Frame
    """A row a window and column: days (the window's length), column (what is counted: all, a
    category, or a column across categories), count, expected (complaints), low and high (19 counts
    of 20 lie from one to the other where there is no spike) and evidence (natural logarithm of the
    odds that a spike changes)."""
    chart: str
    """Complaints by day as SVG."""
    rows: pa.Table
    """`table` as Arrow."""

    def __repr__(self) -> str:
        one = self.assessment
        flagged = ", flagged" if one.flagged else ""
        head = (
            f"{one.seller_id} as of {text_of(one.as_of)}: rank {one.rank}, score {one.score:.1f}, "
            f"q {one.q_value:.2g}{flagged}"
        )
        return "\n".join([head, *(f"- {reason}" for reason in one.reasons)])

    def _repr_html_(self) -> str:
        head, *reasons = repr(self).split("\n")
        items = "".join(f"<li>{escape(reason.removeprefix('- '))}</li>" for reason in reasons)
        return (
            f"<div class='explanation'>{_STYLE}<p><strong>{escape(head)}</strong></p>"
            + (f"<ul>{items}</ul>" if items else "")
            + f"{self.chart}{''.join(_html_table(self.rows))}</div>"
        )


def explain(
    history: History, seller: str, as_of: int, trained: TrainedDetector, *, fdr: float, kind: str
) -> Explanation:
    """Explain one seller at an instant (microseconds UTC), with a table of a kind of frame.

    Raises BadInput where the seller has neither a complaint nor an order before the instant.
    """
    assessment = assess(history, as_of, trained, fdr=fdr).of(seller)
    if assessment is None:
        raise BadInput(
            f"seller {seller[:60]!r} has neither a complaint nor an order before {text_of(as_of)}"
        )
    known = history.as_of(as_of)
    market = market_at(known, as_of, trained)
    one = known.only([seller])
    windows, features = windows_and_features(one, as_of, trained, market)
    counts, mean, shape = windows.counts[0], windows.mean[0], windows.shape[0]
    low, high = (quantile(chance, shape, shape / (shape + mean)) for chance in INTERVAL)
    days = trained.settings.windows_days
    rows = pa.table(
        [
            np.repeat(days, len(trained.columns)),
            list(trained.columns) * len(days),
            *(
                np.asarray(values).ravel().astype(field.type.to_pandas_dtype())
                for values, field in zip(
                    (counts, mean, low, high, features.evidence[0]),
                    list(EXPLAINED)[2:],
                    strict=True,
                )
            ),
        ],
        schema=EXPLAINED,
    )
    chart = _chart(one, as_of, seller, float(mean[-1, 0]) / days[-1], days[-1])
    return Explanation(assessment, in_kind(rows, kind), chart, rows)


def _chart(one: History, as_of: int, seller: str, daily: float, window: int) -> str:
    """The seller's complaints by day, and what the longest window's expectation is a day."""
    last = as_of // DAY_US
    day = one.complaints.filed_at // DAY_US - (last - SHOWN_DAYS)
    counts = np.bincount(day[day >= 0], minlength=SHOWN_DAYS + 1)[: SHOWN_DAYS + 1]
    high = max(int(counts.max()), 1)
    filed = Line("complaints", "detector", list(enumerate(counts.tolist())), steps=True)
    level = [(float(SHOWN_DAYS - window), daily), (float(SHOWN_DAYS), daily)]
    weeks = [
        (float(i), text_of((last - SHOWN_DAYS + i) * DAY_US)[:10]) for i in range(0, SHOWN_DAYS, 21)
    ]
    step = -(-high // 5)
    return line_chart(
        f"Complaints about {seller} by day",
        Axis("day (UTC)", weeks, 0.0, float(SHOWN_DAYS)),
        Axis("complaints", [(n, str(n)) for n in range(0, high + 1, step)], 0.0, float(high)),
        [filed, Line("expected", "ceiling", level, steps=True)],
        Size(height=260.0, right=100.0),
    )


def _html_table(rows: pa.Table) -> Iterator[str]:
    """A row a column of the explanation, a cell a window: count, expectation and interval."""
    days = list(dict.fromkeys(rows["days"].to_pylist()))
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for row in rows.to_pylist():
        found.setdefault(row["column"], {})[row["days"]] = row
    yield "<table><caption>complaints (expected; 19 of 20 lie from … to …)</caption><thead><tr><th>"
    yield "".join(f"<th scope='col'>last {one} days" for one in days)
    yield "</thead><tbody>"
    for column, windows in found.items():
        yield f"<tr><th scope='row'>{escape(column)}"
        for one in days:
            cell = windows[one]
            said = f"{cell['count']} ({cell['expected']:.1f}; {cell['low']}–{cell['high']})"
            odd = cell["count"] > cell["high"]
            title = f"evidence {cell['evidence']:.1f}"
            yield f"<td title='{title}'>{f'<strong>{said}</strong>' if odd else said}"
    yield "</tbody></table>"
