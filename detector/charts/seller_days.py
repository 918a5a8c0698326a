"""What a seller's chart shows and how it says it: a seller's days, and every word about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite, nan
from typing import Final

_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)


@dataclass(frozen=True, slots=True)
class SellerWords:
    """Every word of the chart, for another language; `{…}` is filled in."""

    heading: str = "Seller {seller}: complaints a day"
    title: str = "Complaints about seller {seller} by day, {first} to {last}"
    complaints: str = "complaints"
    spike: str = "spike"
    expected: str = "expected; band: 19 days of 20"
    guard: str = "not learnt from"
    later: str = "later"
    as_of: str = "as of {day}"
    orders: str = "orders a day"
    day: str = "{day}: complaints {complaints}, expected {expected} ({low} to {high})"
    total: str = "Complaints in {days} days: {complaints}; expected: {expected}."
    most: str = "Most on one day: {complaints}, on {day}. Days above the band: {above}."
    spiked: str = "Spike from {first} to {last}: {complaints} complaints, {expected} expected."
    guarded: str = "Not learnt from: {first} to {last}."
    known: str = "As of {day}."
    sold: str = "Orders in these days: {orders}."
    unsold: str = "Orders are not known."
    unknown: str = "unknown"
    short_date: str = "{day} {month}"
    full_date: str = "{day} {month} {year}"
    months: tuple[str, ...] = _MONTHS

    def short(self, day: date) -> str:
        """A day beside others of its year."""
        return self._filled(self.short_date, day)

    def full(self, day: date) -> str:
        """A day on its own."""
        return self._filled(self.full_date, day)

    def _filled(self, text: str, day: date) -> str:
        return text.format(day=day.day, month=self.months[day.month - 1], year=day.year)


@dataclass(frozen=True, slots=True)
class Days:
    """What is drawn; all sequences have one length."""

    seller: str
    first: date
    complaints: list[float]
    expected: list[float]
    low: list[float]
    high: list[float]
    orders: list[float] | None
    spike: range
    guard: range
    known: float
    """Days before the instant that the chart is of, with their parts; later ones were not known."""
    as_of: date | None
    words: SellerWords

    def day(self, i: int) -> date:
        """The date of a shown day."""
        return self.first + timedelta(days=i)

    @property
    def above(self) -> int:
        """Days with more complaints than the band reaches."""
        return sum(count > high for count, high in zip(self.complaints, self.high, strict=True))


def runs(*values: list[float]) -> Iterator[range]:
    """Runs of days on which all values are known."""
    start = None
    for i, day in enumerate([*zip(*values, strict=True), (nan,)]):
        known = all(map(isfinite, day))
        if known and start is None:
            start = i
        if not known and start is not None:
            yield range(start, i)
            start = None


def description(days: Days) -> str:
    """The chart in words."""
    words, counts, n = days.words, days.complaints, len(days.complaints)
    most = max(range(n), key=counts.__getitem__)
    sentences = [
        words.total.format(days=n, **_sums(days, range(n))),
        words.most.format(
            complaints=f"{counts[most]:g}", day=words.full(days.day(most)), above=days.above
        ),
    ]
    if days.spike:
        sentences.append(words.spiked.format(**_ends(days, days.spike), **_sums(days, days.spike)))
    if days.guard:
        sentences.append(words.guarded.format(**_ends(days, days.guard)))
    if days.as_of:
        sentences.append(words.known.format(day=words.full(days.as_of)))
    if days.orders is None:
        sentences.append(words.unsold)
    else:
        sentences.append(
            words.sold.format(orders=_number(sum(filter(isfinite, days.orders)), words))
        )
    return " ".join(sentences)


def _ends(days: Days, span: range) -> dict[str, str]:
    return {
        "first": days.words.full(days.day(span[0])),
        "last": days.words.full(days.day(span[-1])),
    }


def _sums(days: Days, span: range) -> dict[str, str]:
    return {
        "complaints": f"{sum(days.complaints[i] for i in span):g}",
        "expected": _number(sum(days.expected[i] for i in span), days.words),
    }


def day_description(days: Days, i: int) -> str:
    """One day in words."""
    words = days.words
    return words.day.format(
        day=words.full(days.day(i)),
        complaints=f"{days.complaints[i]:g}",
        expected=_number(days.expected[i], words),
        low=_number(days.low[i], words),
        high=_number(days.high[i], words),
    )


def _number(value: float, words: SellerWords) -> str:
    return f"{value:,.4g}" if isfinite(value) else words.unknown
