"""The shapes of a seller's chart, from the heading down to the orders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from math import isfinite
from typing import Final

from detector.charts.drawing import (
    Axis,
    Frame,
    Scale,
    escaped,
    grid_up,
    label,
    path,
    round_ticks,
)
from detector.charts.seller_days import Days, day_description, runs

_POINTED_DAYS_MAX: Final = 200
"""Days that tell their numbers under the pointer; a longer chart would weigh too much."""
_DAYS_APART: Final = (1, 2, 7, 14, 28, 56, 112, 364, 728, 1820, 3640)


def drawn(days: Days, frame: Frame) -> Iterator[str]:
    """The whole chart: heading, keys, days, and orders below them."""
    room, words = frame.width - 32, days.words
    heading = words.heading.format(seller=days.seller)
    yield label(16, frame.type * 1.9, frame.cut(heading, room * 0.85), "head")
    keys, below = _keys(days, frame, frame.type * 3.5)
    yield from keys
    strip = 0.0 if days.orders is None else frame.type * (2.4 if frame.narrow else 3.4)
    frame = replace(
        frame,
        left=34.0 if frame.narrow else 52.0,
        top=below + frame.type * (2.2 if days.spike else 1.0),
        bottom=strip + frame.type * 1.9,
    )
    n = float(len(days.complaints))
    across = frame.x(Axis("", (), 0.0, n))
    top = max(1.0, *days.complaints, *filter(isfinite, days.high + days.expected)) * 1.06
    ticks = round_ticks(top, 3 if frame.narrow else 5)
    y = Axis("", ticks, 0.0, top)
    up = frame.y(y)
    yield from grid_up(y, frame)
    yield _guard(days, across, up)
    yield _band(days, across, up)
    yield from _bars(days, across, up, pointed=not frame.narrow and n <= _POINTED_DAYS_MAX)
    yield _expected(days, across, up)
    yield from _bracket(days, across, frame)
    yield from _as_of(days, across, frame)
    yield from _dates(days, across, frame)
    if days.orders is not None:
        yield from _orders(days.orders, across, frame, strip)


def _keys(days: Days, frame: Frame, y: float) -> tuple[list[str], float]:
    """What the marks mean, in rows from height `y` on, and where the last row is."""
    words, high = days.words, frame.type * 0.75
    keys = [(words.complaints, '<rect class="count" x="{x:.1f}" y="{y:.1f}" {size}/>')]
    if days.spike:
        keys.append((words.spike, '<rect class="spike" x="{x:.1f}" y="{y:.1f}" {size}/>'))
    if days.known < len(days.complaints):
        keys.append((words.later, '<rect class="later" x="{x:.1f}" y="{y:.1f}" {size}/>'))
    if any(map(isfinite, days.expected)):
        both = '<rect class="band" x="{x:.1f}" y="{y:.1f}" {size}/>'
        keys.append((words.expected, both + '<path class="expected" d="M{x:.1f},{m:.1f}h{w:g}"/>'))
    if days.guard:
        hatched = '<path class="guard" d="M{x:.1f},{y:.1f}' + "v{h:g}m4,-{h:g}" * 4 + '"/>'
        keys.append((words.guard, hatched))
    if days.orders is not None:
        keys.append((words.orders, '<rect class="orders" x="{x:.1f}" y="{y:.1f}" {size}/>'))
    x, drawn = 16.0, []
    for text, mark in keys:
        wide = 18 + frame.length(text) + 14
        if x > 16.0 and x + wide - 14 > frame.width - 8:
            x, y = 16.0, y + frame.type * 1.45
        size = f'width="13" height="{high:g}"'
        top = y - high + 1
        drawn.append(mark.format(x=x, y=top, size=size, m=top + high / 2, w=13, h=high))
        drawn.append(label(x + 18, y, text))
        x += wide
    return drawn, y


def _guard(days: Days, across: Scale, up: Scale) -> str:
    """Hatched, so that it is told from the band without a colour."""
    if not days.guard:
        return ""
    start, end = across.at(days.guard[0]), across.at(days.guard[-1] + 1)
    lines = [start + 4.0 * i for i in range(int((end - start) / 4.0) + 1)]
    return path("guard", "".join(f"M{x:.1f},{up.end:.1f}V{up.start:.1f}" for x in lines))


def _band(days: Days, across: Scale, up: Scale) -> str:
    """From `low` to `high` on each day where both are known; gaps elsewhere."""
    parts = []
    for run in runs(days.low, days.high):
        top = "".join(f"V{up.at(days.high[i]):.1f}H{across.at(i + 1):.1f}" for i in run)
        back = "".join(f"V{up.at(days.low[i]):.1f}H{across.at(i):.1f}" for i in reversed(run))
        parts.append(f"M{across.at(run[0]):.1f},{up.at(days.low[run[0]]):.1f}{top}{back}Z")
    return path("band", "".join(parts))


def _expected(days: Days, across: Scale, up: Scale) -> str:
    steps = ""
    for run in runs(days.expected):
        steps += f"M{across.at(run[0]):.1f},{up.at(days.expected[run[0]]):.1f}" + "".join(
            f"V{up.at(days.expected[i]):.1f}H{across.at(i + 1):.1f}" for i in run
        )
    return path("expected", steps)


def _bars(days: Days, across: Scale, up: Scale, *, pointed: bool) -> Iterator[str]:
    """A bar a day with complaints; `pointed` ones say their numbers under the pointer."""
    width = 0.76 * (across.at(1.0) - across.at(0.0))
    shapes: dict[str, str] = {}
    for i, count in enumerate(days.complaints):
        if count <= 0:
            continue
        kind = "later" if i >= days.known else "spike" if i in days.spike else "count"
        x, top = across.at(i + 0.12), up.at(count)
        steps = f"M{x:.1f},{up.start:.1f}V{top:.1f}h{width:.2f}V{up.start:.1f}Z"
        if pointed:
            about = f"<title>{escaped(day_description(days, i))}</title>"
            yield f'<path class="{kind}" d="{steps}">{about}</path>'
        else:
            shapes[kind] = shapes.get(kind, "") + steps
    yield from (path(kind, steps) for kind, steps in shapes.items())


def _bracket(days: Days, across: Scale, frame: Frame) -> Iterator[str]:
    """Over the spike's days, with its name, so that it is told without a colour."""
    if not days.spike:
        return
    start, end = across.at(days.spike[0]), across.at(days.spike[-1] + 1)
    y = frame.top - 3
    yield path("edge", f"M{start:.1f},{y + 5:.1f}v-5H{end:.1f}v5")
    half = frame.length(days.words.spike) / 2
    middle = min((start + end) / 2, frame.width - frame.right - half)
    yield label(middle, y - 4, days.words.spike, "ink", "middle")


def _as_of(days: Days, across: Scale, frame: Frame) -> Iterator[str]:
    if days.as_of is None:
        return
    x = across.at(days.known)
    yield path("as-of", f"M{x:.1f},{frame.top:.1f}V{frame.height - frame.type * 1.6:.1f}")
    text = days.words.as_of.format(day=days.words.short(days.as_of))
    half = frame.length(text) / 2
    place = min(max(x, half + 4), frame.width - half - 4)
    yield label(place, frame.height - frame.type * 0.4, text, "ink", "middle")


def _dates(days: Days, across: Scale, frame: Frame) -> Iterator[str]:
    """As many dates below the days as have room, and none below the instant's own."""
    n, words = len(days.complaints), days.words
    long = n > 300
    write = words.full if long else words.short
    room = frame.length(write(date(2024, 12, 28))) + frame.type
    shown = across.at(1.0) - across.at(0.0)
    apart = next((k for k in _DAYS_APART if k * shown >= room), n)
    limit = frame.width
    if days.as_of is not None:
        text = words.as_of.format(day=words.short(days.as_of))
        limit = min(across.at(days.known), frame.width - frame.length(text) / 2)
        limit -= frame.length(text) / 2 + room / 2
    y = frame.height - frame.type * 0.4
    for i in range(0, n, apart):
        x = across.at(i)
        if x <= limit:
            yield label(x, y, write(days.day(i)), anchor="middle")


def _orders(orders: list[float], across: Scale, frame: Frame, strip: float) -> Iterator[str]:
    """Below the days, on a scale of their own."""
    floor = frame.height - frame.type * 1.9
    most = max((one for one in orders if isfinite(one)), default=0.0)
    up = Scale(0.0, max(most, 1.0), floor, floor - strip + frame.type * 0.7)
    steps = ""
    for run in runs(orders):
        steps += f"M{across.at(run[0]):.1f},{floor:.1f}" + "".join(
            f"V{up.at(orders[i]):.1f}H{across.at(i + 1):.1f}" for i in run
        )
        steps += f"V{floor:.1f}Z"
    yield path("orders", steps)
    yield label(frame.left - 7, up.end + frame.type * 0.6, f"{most:,.4g}", anchor="end")
    yield path("rule", f"M{frame.left:g},{floor:.1f}H{frame.width - frame.right:g}")
