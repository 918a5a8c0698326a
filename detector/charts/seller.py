"""One seller's days: complaints beside what was expected, orders, the spike, and what was known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import isfinite, nan
from typing import TYPE_CHECKING, Final

from detector.charts.drawing import picture
from detector.charts.seller_days import Days, SellerWords, description
from detector.charts.seller_marks import drawn
from detector.charts.style import Theme
from detector.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = Sequence[float] | NDArray[np.float64] | NDArray[np.int64]
Span = tuple[date, date]
"""From a day until another, which is not in it any more."""

HEIGHT: Final = 440.0
ENGLISH: Final = SellerWords()


def seller_chart(
    seller: str,
    first_day: date,
    complaints: Numbers,
    *,
    expected: Numbers | None = None,
    low: Numbers | None = None,
    high: Numbers | None = None,
    orders: Numbers | None = None,
    spike: Span | None = None,
    guard: Span | None = None,
    as_of: date | None = None,
    words: SellerWords = ENGLISH,
    theme: Theme = "auto",
) -> str:
    """One seller's days as SVG.

    `complaints` are counts a day from `first_day` (UTC) on. Beside them, a number for each day and
    NaN where it is unknown: `expected` complaints, the band from `low` to `high` that 19 days of 20
    fall into, and `orders`. `spike` are the days that stand out, and `guard` those that what is
    expected was not learnt from. `as_of` is the day, or the time of day (UTC), before which all is
    known: the days after it are drawn hollow.

    Raises BadInput without a day, or where a sequence has another length or a count is no count.
    """
    counts = _numbers("complaints", complaints, len(complaints))
    for i, count in enumerate(counts):
        if not (isfinite(count) and count >= 0):
            day = (first_day + timedelta(days=i)).isoformat()
            raise BadInput(f"complaints of {day}: {count:g} is not a count; give 0 or more")
    n = len(counts)
    if not n:
        raise BadInput("complaints: there is no day to draw; give a count for each day")
    at = float(n) if as_of is None else min(max(_days_from(first_day, as_of), 0.0), float(n))
    days = Days(
        seller,
        first_day,
        counts,
        _numbers("expected", expected, n),
        _numbers("low", low, n),
        _numbers("high", high, n),
        None if orders is None else _numbers("orders", orders, n),
        _shown(spike, first_day, n),
        _shown(guard, first_day, n),
        at,
        as_of,
        words,
    )
    last = words.full(days.day(n - 1))
    title = words.title.format(seller=seller, first=words.full(first_day), last=last)
    return picture(title, description(days), HEIGHT, lambda frame: list(drawn(days, frame)), theme)


def _days_from(first: date, instant: date) -> float:
    """Days from the start of a day to an instant; a date is its midnight."""
    if not isinstance(instant, datetime):
        return float((instant - first).days)
    midnight = instant.replace(hour=0, minute=0, second=0, microsecond=0)
    return (instant.date() - first).days + (instant - midnight) / timedelta(days=1)


def _numbers(name: str, values: Numbers | None, n: int) -> list[float]:
    if values is None:
        return [nan] * n
    if len(values) != n:
        raise BadInput(f"{name}: {len(values)} days beside {n} of complaints; give one for each")
    return [float(value) for value in values]


def _shown(span: Span | None, first: date, n: int) -> range:
    """Numbers of the shown days in a span."""
    if span is None:
        return range(0)
    return range(max((span[0] - first).days, 0), min((span[1] - first).days, n))
