"""Sellers under one name each: an old name's rows become those of the name that followed it.

An alias says that from an instant on, a seller goes by another name. People accept aliases; this
module only applies them. What it is given may be part of a market, or joined already: a name that
is not there changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.errors import BadInput
from detector.history.building import daily_orders, sorted_complaints
from detector.history.history import History
from detector.instants import text_of

_SHOWN: Final = 60
_FAULTS_MAX: Final = 5
"""Bad rows that one refusal names."""
NEVER: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Alias:
    """A seller that goes by another name from an instant on."""

    old: str
    new: str
    since: int
    """Microseconds UTC."""
    place: str = "aliases"
    """Where it was read, for a refusal to name: a file and row."""


@dataclass(frozen=True, slots=True)
class Span:
    """When a name was used, in microseconds UTC: `first` is NEVER, `last` -1 where it was not."""

    first: int = NEVER
    last: int = -1
    """Of its complaints."""
    first_day: int = NEVER
    """Start of the first day with orders."""
    last_day: int = -1
    """Start of the last one."""


def final_names(aliases: Iterable[Alias]) -> dict[str, str]:
    """The last name of each old one, along chains.

    Raises BadInput where a name becomes itself, two names, or one that another has become, where a
    chain ends in itself, and where its instants go back; the message names the rows.
    """
    by_old, by_new, faults = dict[str, Alias](), dict[str, Alias](), list[str]()
    for alias in dict.fromkeys(aliases):
        if alias.old == alias.new:
            faults.append(f"{alias.place}: {_shown(alias.old)} is its own new name")
        elif (other := by_old.get(alias.old)) is not None:
            if (other.new, other.since) != (alias.new, alias.since):
                faults.append(
                    f"{alias.place}: {_shown(alias.old)} has another new name or day in "
                    f"{other.place}"
                )
        elif (other := by_new.get(alias.new)) is not None:
            faults.append(
                f"{alias.place}: {_shown(alias.new)} is the new name of "
                f"{_shown(other.old)} as well, in {other.place}; two sellers are not joined"
            )
        else:
            by_old[alias.old] = by_new[alias.new] = alias
    _refuse(faults)
    return _ends_of(by_old)


def _ends_of(by_old: Mapping[str, Alias]) -> dict[str, str]:
    ends: dict[str, str] = {}
    faults: dict[str, None] = {}  # each once, though several chains may pass it
    for first in by_old.values():
        alias, seen = first, {first.old}
        while (following := by_old.get(alias.new)) is not None and alias.new not in seen:
            if following.since <= alias.since:
                fault = f"{following.place}: {_shown(alias.new)} ends when or before it begins, in "
                faults[fault + alias.place] = None
            seen.add(alias.new)
            alias = following
        if following is not None:
            faults[f"{first.place}: {_shown(first.old)} is its own new name in the end"] = None
        ends[first.old] = alias.new
    _refuse(list(faults))
    return ends


def check_spans(
    aliases: Iterable[Alias], spans: Mapping[str, Span], *, is_daily: bool = False
) -> None:
    """Refuse aliases whose names were used at the same time; the message names the rows.

    `spans` are the names that are there. One whose old name is not there joins nothing. Where
    orders stay one row a seller-day (`is_daily`), both names may not have the same day.
    """
    faults = []
    for alias in aliases:
        old, new = spans.get(alias.old), spans.get(alias.new, Span())
        if old is None:
            continue
        since, day = text_of(alias.since), alias.since // DAY_US * DAY_US
        # A day's orders are one number: on the day of the change both names may have some.
        day_after = day if alias.since == day else day + DAY_US
        if old.last >= alias.since:
            faults.append(
                f"{alias.place}: {_shown(alias.old)} got a complaint at {text_of(old.last)}, after "
                f"{since}, from which on it is {_shown(alias.new)}"
            )
        elif old.last_day >= day_after:
            faults.append(
                f"{alias.place}: {_shown(alias.old)} has orders on {text_of(old.last_day)[:10]}, "
                f"after {since}, from which on it is {_shown(alias.new)}"
            )
        elif is_daily and old.last_day == new.first_day:
            faults.append(
                f"{alias.place}: {_shown(alias.old)} and {_shown(alias.new)} both have orders on "
                f"{text_of(old.last_day)[:10]}; make them one row, under the new name"
            )
        elif new.first < alias.since or new.first_day < day:
            first = text_of(min(new.first, new.first_day))[:10]
            faults.append(
                f"{alias.place}: {_shown(alias.new)} was there on {first} already, before {since}: "
                "two sellers are not joined"
            )
    _refuse(faults)


def joined(history: History, aliases: Sequence[Alias], *, is_checked: bool = True) -> History:
    """The history with each seller under its last name; itself where no old name is in it.

    Raises BadInput where aliases contradict each other, or the history if it `is_checked`.
    """
    last = final_names(aliases)
    if not any(name in last for name in history.sellers):
        return history
    if is_checked:
        check_spans(aliases, spans_of(history, {*last, *last.values()}))
    names = [last.get(name, name) for name in history.sellers]
    orders = None if history.orders is None else history.orders.seller
    return regrouped(history, names, history.complaints.seller, orders)


def spans_of(history: History, names: set[str]) -> dict[str, Span]:
    """When some of the sellers were there."""
    complaints, orders = history.complaints, history.orders
    found = {}
    for number in (code for code, name in enumerate(history.sellers) if name in names):
        low, high = np.searchsorted(complaints.seller, _bounds(number))
        span = Span()
        if low < high:
            span = Span(int(complaints.filed_at[low]), int(complaints.filed_at[high - 1]))
        if orders is not None:
            low, high = np.searchsorted(orders.seller, _bounds(number))
            if low < high:
                first, end = int(orders.day[low]) * DAY_US, int(orders.day[high - 1]) * DAY_US
                span = replace(span, first_day=first, last_day=end)
        found[history.sellers[number]] = span
    return found


def regrouped(
    history: History,
    names: Sequence[str],
    complaint_seller: NDArray[np.int32],
    order_seller: NDArray[np.int32] | None,
) -> History:
    """The history's rows under other sellers: codes of them index into `names`.

    `names` may stand in any order, and one more than once.
    """
    sellers = tuple(sorted(set(names)))
    number = {name: code for code, name in enumerate(sellers)}
    place = np.fromiter((number[name] for name in names), dtype=np.int32, count=len(names))
    complaints = replace(history.complaints, seller=place[complaint_seller])
    orders = history.orders
    if orders is not None and order_seller is not None:
        orders = daily_orders(place[order_seller], orders.day, orders.count)
    return replace(
        history, sellers=sellers, complaints=sorted_complaints(complaints), orders=orders
    )


def _bounds(number: int) -> NDArray[np.int32]:
    # Of the column's type, since NumPy would otherwise convert the whole column.
    return np.array([number, number + 1], dtype=np.int32)


def _refuse(faults: Sequence[str]) -> None:
    if faults:
        more = len(faults) - _FAULTS_MAX
        rest = f"; and {more:,} more" if more > 0 else ""
        raise BadInput("; ".join(faults[:_FAULTS_MAX]) + rest)


def _shown(name: str) -> str:
    return repr(name[:_SHOWN])
