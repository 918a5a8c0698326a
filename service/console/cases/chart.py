"""A seller's days as a chart: what the history route answers, drawn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import nan
from typing import NamedTuple

from markupsafe import Markup

from detector.charts import SellerWords, seller_chart
from detector.charts.seller import Span
from detector.durations import DAY_US
from detector.instants import EPOCH
from service.assessments.schemas import AssessmentShown
from service.console.languages.speaking import gettext, spoken
from service.views.sellers.schemas import HistoryShown


class DaysDrawn(NamedTuple):
    """A seller's days, their chart, and what a sentence says of them."""

    history: HistoryShown
    chart: Markup
    complaints: int
    expected: float
    above: int
    """Days with more complaints than the band reaches."""


def drawn(history: HistoryShown, assessment: AssessmentShown | None, *, now: int) -> DaysDrawn:
    """Draw a seller's days up to an instant (microseconds UTC); the page brings the colours.

    The spike is the window of the strongest finding of the assessment.
    """
    days = history.days
    known = any(day.orders is not None for day in days)
    orders = [nan if day.orders is None else day.orders for day in days]
    chart = seller_chart(
        history.seller_id,
        (EPOCH + timedelta(days=days[0].day)).date(),
        [day.complaints for day in days],
        expected=[day.expected for day in days],
        low=[day.low for day in days],
        high=[day.high for day in days],
        orders=orders if known else None,
        spike=_spike(assessment),
        as_of=datetime.fromtimestamp(now / 1e6, UTC).replace(tzinfo=None),
        theme="page",
        words=_words(),
    )
    return DaysDrawn(
        history,
        Markup(chart),  # noqa: S704 - the chart escapes every text in it
        complaints=sum(day.complaints for day in days),
        expected=sum(day.expected for day in days),
        above=sum(day.complaints > day.high for day in days),
    )


def _words() -> SellerWords:
    """Every word of the chart in the language of the page."""
    months = spoken().locale.months["format"]["abbreviated"]
    return SellerWords(
        heading=gettext("Seller {seller}: complaints a day"),
        title=gettext("Complaints about seller {seller} by day, {first} to {last}"),
        complaints=gettext("complaints"),
        spike=gettext("spike"),
        expected=gettext("expected; band: 19 days of 20"),
        guard=gettext("not learnt from"),
        later=gettext("later"),
        as_of=gettext("as of {day}"),
        orders=gettext("orders a day"),
        day=gettext("{day}: complaints {complaints}, expected {expected} ({low} to {high})"),
        total=gettext("Complaints in {days} days: {complaints}; expected: {expected}."),
        most=gettext("Most on one day: {complaints}, on {day}. Days above the band: {above}."),
        spiked=gettext(
            "Spike from {first} to {last}: {complaints} complaints, {expected} expected."
        ),
        guarded=gettext("Not learnt from: {first} to {last}."),
        known=gettext("As of {day}."),
        sold=gettext("Orders in these days: {orders}."),
        unsold=gettext("Orders are not known."),
        unknown=gettext("unknown"),
        short_date=gettext("{day} {month}"),
        full_date=gettext("{day} {month} {year}"),
        months=tuple(months[number] for number in range(1, 13)),
    )


def _spike(assessment: AssessmentShown | None) -> Span | None:
    if assessment is None or not assessment.findings:
        return None
    start = assessment.as_of - assessment.findings[0].days * DAY_US
    first, last = ((EPOCH + timedelta(microseconds=at)).date() for at in (start, assessment.as_of))
    return first, last + timedelta(days=1)
