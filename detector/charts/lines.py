"""Lines over a grid, each named at its end, and rows of dots with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from detector.charts.drawing import (
    Axis,
    Frame,
    Scale,
    escaped,
    grid_across,
    grid_up,
    label,
    path,
    picture,
    upright_title,
)
from detector.charts.style import Theme

_LANE: Final = 12.0
_ROW_MIN: Final = 60.0
"""A row's name and its remark fit into half of it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One method's points, (x, y) each, in order of x."""

    name: str
    style: str
    points: Sequence[tuple[float, float]]
    steps: bool = False
    around: Sequence[tuple[float, float, float]] = ()
    """A band: (x, low, high) each, in order of x."""


@dataclass(frozen=True, slots=True)
class LineWords:
    """What is said of a chart to who does not see it, for another language; `{…}` is filled in."""

    axes: str = "Across: {x}. Up: {y}."
    ends: str = "{name}: {first} at {start}, {last} at {end}."


ENGLISH: Final = LineWords()


def line_chart(
    title: str,
    x: Axis,
    y: Axis,
    lines: Sequence[Line],
    *,
    marks: Sequence[tuple[float, str]] = (),
    height: float = 380.0,
    theme: Theme = "auto",
    words: LineWords = ENGLISH,
) -> str:
    """Lines over a grid; the first line is drawn last, on top. Values are in the axes' units.

    `marks` are places on the horizontal axis that have a name.
    """
    names = max((len(line.name) for line in lines), default=0)

    def draw(frame: Frame) -> list[str]:
        left = 2.2 * frame.type + max((frame.length(text) for _, text in y.ticks), default=0.0) + 4
        right = min(names * frame.type * 0.57 + 26.0, frame.width * 0.3)
        bottom = 2.0 * frame.type + 14.0
        frame = replace(frame, left=left, right=right, top=14.0, bottom=bottom)
        across, up = frame.x(x), frame.y(y)
        shown = _thinned(x, frame)
        return [
            *grid_across(shown, frame),
            *grid_up(y, frame),
            upright_title(y, frame),
            *(_band(line, across, up) for line in lines),
            *(_drawn(line, (across, up), (x, y), frame) for line in reversed(lines)),
            *_names(lines, up, frame),
            *(_marked(across.at(value), text, frame) for value, text in marks),
        ]

    return picture(title, _description(x, y, lines, marks, words), height, draw, theme)


def _thinned(axis: Axis, frame: Frame) -> Axis:
    """Only as many ticks as have room beside each other, the last among them."""
    scale, kept = frame.x(axis), list[tuple[float, str]]()
    for value, text in reversed(axis.ticks):
        room = frame.length(text) + frame.type / 2
        if not kept or scale.at(kept[-1][0]) - scale.at(value) >= room:
            kept.append((value, text))
    return replace(axis, ticks=kept[::-1])


def _marked(x: float, text: str, frame: Frame) -> str:
    steps = f"M{x:.1f},{frame.top:g}V{frame.height - frame.bottom:.1f}"
    beside = x + frame.length(text) + 5 < frame.width - frame.right
    place = (x + 5, "start") if beside else (x - 5, "end")
    name = label(place[0], frame.top + frame.type, text, "ink over", place[1])
    return path("as-of", steps) + name


def _description(
    x: Axis,
    y: Axis,
    lines: Sequence[Line],
    marks: Sequence[tuple[float, str]],
    words: LineWords,
) -> str:
    """The chart in words: its axes, and where each line begins and ends."""
    ends = [
        words.ends.format(
            name=line.name,
            first=f"{line.points[0][1]:.3g}",
            start=f"{line.points[0][0]:.3g}",
            last=f"{line.points[-1][1]:.3g}",
            end=f"{line.points[-1][0]:.3g}",
        )
        for line in lines
        if line.points
    ]
    places = [f"{text}." for _, text in marks]
    return " ".join([words.axes.format(x=x.title, y=y.title), *ends, *places])


def _band(line: Line, across: Scale, up: Scale) -> str:
    if not line.around:
        return ""
    top = "L".join(f"{across.at(a):.1f},{up.at(high):.1f}" for a, _, high in line.around)
    back = "L".join(f"{across.at(a):.1f},{up.at(low):.1f}" for a, low, _ in reversed(line.around))
    return path("band", f"M{top}L{back}Z")


def _drawn(line: Line, scales: tuple[Scale, Scale], axes: tuple[Axis, Axis], frame: Frame) -> str:
    if not line.points:
        return ""
    (across, up), (x, y) = scales, axes
    places = [(across.at(a), up.at(b)) for a, b in line.points]
    radius = 2 if frame.narrow else 3
    steps = f"M{places[0][0]:.1f},{places[0][1]:.1f}"
    for a, b in places[1:]:
        steps += f"H{a:.1f}V{b:.1f}" if line.steps else f"L{a:.1f},{b:.1f}"
    dots = (
        ""
        if line.steps
        else "".join(
            f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="{radius}"><title>{escaped(line.name)}: '
            f"{escaped(x.title)} {a:g}, {escaped(y.title)} {b:.3g}</title></circle>"
            for (cx, cy), (a, b) in zip(places, line.points, strict=True)
        )
    )
    return f'<g class="mark {line.style}"><path d="{steps}"/>{dots}</g>'


def _names(lines: Sequence[Line], up: Scale, frame: Frame) -> list[str]:
    """Names beside the lines' ends, moved apart where they would cover each other."""
    ended = [(up.at(line.points[-1][1]), line) for line in lines if line.points]
    ended.sort(key=lambda pair: pair[0])
    places = spread(
        [place for place, _ in ended],
        frame.type + 2,
        frame.top + frame.type / 2,
        frame.height - frame.type / 2,
    )
    x = frame.width - frame.right
    return [
        f'<g class="name {line.style}"><path d="M{x + 3:.1f},{end:.1f}L{x + 15:.1f},{place:.1f}"/>'
        + label(x + 19, place + 4, frame.cut(line.name, frame.right - 19))
        + "</g>"
        for (end, line), place in zip(ended, places, strict=True)
    ]


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Rising places moved as little as needed to lie `gap` apart, within the bounds if they fit."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, low if not moved else moved[-1] + gap))
    bound = high
    for number in range(len(moved) - 1, -1, -1):
        moved[number] = min(moved[number], bound)
        bound = moved[number] - gap
    return moved


@dataclass(frozen=True, slots=True)
class Dot:
    """One method's share in a row, with the bounds of its interval."""

    name: str
    style: str
    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.name}: {self.value:.0%} ({self.low:.0%} to {self.high:.0%})"


def dot_rows(
    title: str,
    rows: Sequence[tuple[str, str, Sequence[Dot]]],
    axis: Axis,
    *,
    theme: Theme = "auto",
) -> str:
    """Rows of dots on one share axis, whiskers for intervals; rows are (name, remark, dots)."""
    lanes = max((len(dots) for _, _, dots in rows), default=1)
    tall = max(_LANE * lanes + 16.0, _ROW_MIN)

    def draw(frame: Frame) -> list[str]:
        scale = frame.width / 720.0
        bottom = 52.0 if not frame.narrow else 2.0 * frame.type + 12.0
        left = 150.0 if not frame.narrow else 96.0
        frame = replace(frame, left=left, right=20.0, top=6.0, bottom=bottom)
        row = (frame.height - frame.top - bottom) / max(len(rows), 1)
        across = frame.x(axis)
        parts = grid_across(_thinned(axis, frame), frame)
        for number, (name, remark, dots) in enumerate(rows):
            top = frame.top + number * row
            x, centre = frame.left - 10, top + row / 2
            floor = top + row
            parts += [
                label(x, centre - 1, frame.cut(name, x), "ink", "end"),
                label(x, centre + frame.type, frame.cut(remark, x), anchor="end"),
                path("rule", f"M{frame.left:g},{floor:.1f}H{frame.width - frame.right:g}"),
            ]
            lane = _LANE * scale
            first = centre - lane * (len(dots) - 1) / 2
            parts += [_dot(dot, across, first + lane * i, 4 * scale) for i, dot in enumerate(dots)]
        return parts

    sentences = [f"{name} ({remark}): {'; '.join(map(str, dots))}." for name, remark, dots in rows]
    description = " ".join([f"Across: {axis.title}.", *sentences])
    return picture(title, description, tall * len(rows) + 66.0, draw, theme)


def _dot(dot: Dot, across: Scale, y: float, radius: float) -> str:
    return (
        f'<g class="mark {dot.style}"><title>{escaped(str(dot))}</title>'
        f'<path class="whisker" d="M{across.at(dot.low):.1f},{y:.1f}H{across.at(dot.high):.1f}"/>'
        f'<circle cx="{across.at(dot.value):.1f}" cy="{y:.1f}" r="{radius:g}"/></g>'
    )
