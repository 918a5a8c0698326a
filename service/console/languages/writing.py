"""Numbers, times and spans as the language of the page writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from math import isfinite
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from babel.numbers import format_decimal

from detector.durations import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from service.console.languages.speaking import gettext, marked, ngettext, spoken

DIGITS: Final = 6
"""Digits of a number of which nothing else is said: as many as anybody compares."""


def number(value: float, decimals: int | None = None) -> str:
    """A number; with so many decimals, or with as many as it has of its first six digits."""
    if not isfinite(value):
        return f"{value:g}"
    if decimals is None:
        if not isinstance(value, int):
            value = float(f"{value:.{DIGITS}g}")
        return format_decimal(value, f"#,##0.{'#' * 12}", locale=spoken().locale)
    # Rounded as Python does, which writes the API's sentences: Babel rounds what it reads.
    value = float(f"{value:.{decimals}f}") + 0.0  # which makes minus 0 plain 0
    return format_decimal(value, f"#,##0{'.' * (decimals > 0)}{'0' * decimals}", spoken().locale)


def signed(value: float) -> str:
    """A difference with its sign: ``+3``."""
    return f"{'-' if value < 0 else '+'}{number(abs(value))}"


def percent(share: float, decimals: int = 0) -> str:
    """A share of one as hundredths: ``12 %``."""
    return gettext("%(number)s %%", number=number(100 * share, decimals))


def clock_time(instant: int, zone: ZoneInfo) -> str:
    """An instant as people of a zone write it, to the minute: ``27 Nov 2026, 05:12 UTC``."""
    at, locale = datetime.fromtimestamp(instant / 1e6, UTC).astimezone(zone), spoken().locale
    day, time = (format_skeleton(parts, at, locale=locale) for parts in ("yMMMd", "Hm"))
    return f"{day}, {time} {at.tzname()}"


def calendar_day(instant: int, zone: ZoneInfo) -> str:
    """The day of an instant as people of a zone write it: ``27 Nov 2026``."""
    at = datetime.fromtimestamp(instant / 1e6, UTC).astimezone(zone)
    return str(format_skeleton("yMMMd", at, locale=spoken().locale))


def apart(instant: int, now: int) -> str:
    """How far an instant is from now: ``3 h ago``, ``in 2 d``."""
    span, is_ahead = abs(instant - now), instant > now
    days, hours, minutes = (span // length for length in (DAY_US, HOUR_US, MINUTE_US))
    if days >= 2:
        ahead, ago = (
            ngettext("in %(num)s d", "in %(num)s d", days),
            ngettext("%(num)s d ago", "%(num)s d ago", days),
        )
    elif hours:
        ahead, ago = (
            ngettext("in %(num)s h", "in %(num)s h", hours),
            ngettext("%(num)s h ago", "%(num)s h ago", hours),
        )
    elif minutes:
        ahead, ago = (
            ngettext("in %(num)s min", "in %(num)s min", minutes),
            ngettext("%(num)s min ago", "%(num)s min ago", minutes),
        )
    else:
        return gettext("now")
    return ahead if is_ahead else ago


def duration(length: int) -> str:
    """A time that rules give: whole days where it is whole days, else hours or seconds."""
    if length % DAY_US == 0:
        return ngettext("%(num)s day", "%(num)s days", length // DAY_US)
    if length % HOUR_US == 0:
        return ngettext("%(num)s hour", "%(num)s hours", length // HOUR_US)
    return ngettext("%(num)s second", "%(num)s seconds", length // SECOND_US)


def within(length: int) -> str:
    """The same as a bound, whose noun some languages decline."""
    if length % DAY_US == 0:
        return ngettext("within %(num)s day", "within %(num)s days", length // DAY_US)
    if length % HOUR_US == 0:
        return ngettext("within %(num)s hour", "within %(num)s hours", length // HOUR_US)
    return ngettext("within %(num)s second", "within %(num)s seconds", length // SECOND_US)


def round_number(value: float) -> str:
    """A number of any size as people say it, to two digits: ``350``, ``12 million``."""
    rounded = float(f"{value:.2g}")
    if rounded < 10:
        return number(rounded)
    fitting = [one for one in _SIZES if rounded >= one[0]]
    if not fitting:
        return number(int(rounded))
    size, words = fitting[0]
    if rounded >= 1_000 * size:
        return gettext("more than %(number)s", number=gettext(words, number=number(1_000)))
    return gettext(words, number=number(float(f"{rounded / size:.3g}")))


def file_size(size: int) -> str:
    """Bytes as people say them: ``1.2 MB``."""
    for least, unit in ((1_000_000, "MB"), (1_000, "kB")):
        if size >= least:
            return f"{number(size / least, 1)} {unit}"
    return ngettext("%(num)s byte", "%(num)s bytes", size)


def begun(text: str) -> str:
    """The same words with a capital at the beginning."""
    return text[:1].upper() + text[1:]


_SIZES: Final = (
    (1e12, marked("%(number)s trillion")),
    (1e9, marked("%(number)s billion")),
    (1e6, marked("%(number)s million")),
)
