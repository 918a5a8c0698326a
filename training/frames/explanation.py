"""Why a seller scores as it does: counts beside expectations, by window and column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from detector.assess import Assessment, assess, market_at, windows_and_features
from detector.charts import seller_chart
from detector.durations import DAY_US
from detector.errors import BadInput
from detector.expectation.baseline import Windows
from detector.expectation.negative_binomial import quantile
from detector.history.history import History
from detector.instants import EPOCH, MICROSECOND
from detector.settings import Settings
from detector.trained import TrainedDetector
from training.tables.frames import Frame, in_kind
from training.tables.instants import text_of

INTERVAL: Final = (0.025, 0.975)
"""19 counts of 20 lie inside, where there is no spike."""
SHOWN_DAYS: Final = 84
"""Days of the chart: twelve weeks, so that two or three usual months stand before a spike."""
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
            f"<div><p><strong>{escape(head)}</strong></p>"
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
    chart = _chart(one, as_of, windows, features.evidence[0, :, 0], trained.settings)
    return Explanation(assessment, in_kind(rows, kind), chart, rows)


def _chart(
    one: History, as_of: int, windows: Windows, evidence: NDArray[np.float64], settings: Settings
) -> str:
    """The seller's complaints by day, beside what the longest window's expectation is a day.

    The spike is the window of most evidence (W,) where it holds more complaints than its interval.
    """
    end = -(-as_of // DAY_US)
    first = end - SHOWN_DAYS
    filed, orders = one.complaints.filed_at // DAY_US - first, None
    if one.orders is not None:
        orders = np.zeros(SHOWN_DAYS)
        lately = one.orders.day >= first
        np.add.at(orders, one.orders.day[lately] - first, one.orders.count[lately])
    counts, mean, shape = windows.counts[0, :, 0], windows.mean[0, :, 0], windows.shape[0, :, 0]
    days, most = settings.windows_days, int(np.argmax(evidence))
    high = quantile(INTERVAL[1], shape, shape / (shape + mean))
    daily = mean[-1] / days[-1]
    band = [
        quantile(chance, shape[-1:], shape[-1:] / (shape[-1:] + daily))[0] for chance in INTERVAL
    ]
    known = np.arange(SHOWN_DAYS) >= SHOWN_DAYS - days[-1]
    begins = _date(as_of // DAY_US - days[-1])
    return seller_chart(
        one.sellers[0],
        _date(first),
        np.bincount(filed[filed >= 0], minlength=SHOWN_DAYS)[:SHOWN_DAYS],
        expected=np.where(known, daily, np.nan),
        low=np.where(known, band[0], np.nan),
        high=np.where(known, band[1], np.nan),
        orders=orders,
        spike=(_date(as_of // DAY_US - days[most]), _date(end))
        if counts[most] > high[most]
        else None,
        guard=(begins - timedelta(days=settings.guard_days), begins),
        as_of=EPOCH + as_of * MICROSECOND,
    )


def _date(day: int) -> date:
    return (EPOCH + timedelta(days=day)).date()


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
