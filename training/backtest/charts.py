"""Small charts as SVG text: lines, steps and dots, without a script or a network.

Colours are classes that the page's style sheet gives a light and a dark value. Lines are named at
their ends rather than in a legend, and every mark shows its numbers under the pointer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import log10
from typing import Final

_LINE_HEIGHT: Final = 15.0


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to places along one axis."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def at(self, value: float) -> float:
        """Place of a value; values beyond the ends stay at the ends."""
        value = min(max(value, self.low), self.high)
        if self.logarithmic:
            share = log10(value / self.low) / log10(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Axis:
    """One side of a chart."""

    title: str
    ticks: Sequence[tuple[float, str]]
    low: float
    high: float
    logarithmic: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One method's points, (x, y) each, in order of x."""

    name: str
    style: str
    points: Sequence[tuple[float, float]]
    steps: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """Size and margins of a chart in pixels."""

    width: float = 720.0
    height: float = 380.0
    left: float = 68.0
    right: float = 168.0
    top: float = 14.0
    bottom: float = 46.0

    def x(self, axis: Axis) -> Scale:
        """The horizontal scale."""
        return Scale(axis.low, axis.high, self.left, self.width - self.right, axis.logarithmic)

    def y(self, axis: Axis) -> Scale:
        """The vertical scale, upwards."""
        return Scale(axis.low, axis.high, self.height - self.bottom, self.top, axis.logarithmic)


def line_chart(title: str, x: Axis, y: Axis, lines: Sequence[Line], frame: Frame) -> str:
    """Lines over a grid, each named at its right end; the first line is drawn last, on top."""
    across, up = frame.x(x), frame.y(y)
    marks = [_path(line, across, up, x, y) for line in reversed(lines)]
    return _svg(title, frame, [*_grid(x, y, across, up, frame), *marks, *_names(lines, up, frame)])


def _path(line: Line, across: Scale, up: Scale, x: Axis, y: Axis) -> str:
    if not line.points:
        return ""
    places = [(across.at(a), up.at(b)) for a, b in line.points]
    path = f"M{places[0][0]:.1f},{places[0][1]:.1f}"
    for place in places[1:]:
        path += (
            f"H{place[0]:.1f}V{place[1]:.1f}" if line.steps else f"L{place[0]:.1f},{place[1]:.1f}"
        )
    dots = (
        ""
        if line.steps
        else "".join(
            f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="3"><title>{escape(line.name)}: '
            f"{escape(x.title)} {a:g}, {escape(y.title)} {b:.3g}</title></circle>"
            for (cx, cy), (a, b) in zip(places, line.points, strict=True)
        )
    )
    return f'<g class="mark {line.style}"><path d="{path}"/>{dots}</g>'


def _names(lines: Sequence[Line], up: Scale, frame: Frame) -> list[str]:
    """Names beside the lines' ends, moved apart where they would cover each other."""
    ended = [(up.at(line.points[-1][1]), line) for line in lines if line.points]
    ended.sort(key=lambda pair: pair[0])
    places = spread([place for place, _ in ended], _LINE_HEIGHT, frame.top, frame.height - 8)
    x = frame.width - frame.right
    return [
        f'<g class="name {line.style}"><path d="M{x + 3:.1f},{end:.1f}L{x + 15:.1f},{place:.1f}"/>'
        f'<text x="{x + 19:.1f}" y="{place + 4:.1f}">{escape(line.name)}</text></g>'
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


def _grid(x: Axis, y: Axis, across: Scale, up: Scale, frame: Frame) -> list[str]:
    left, right = frame.left, frame.width - frame.right
    floor = frame.height - frame.bottom
    parts = [
        f'<line class="grid" x1="{left}" x2="{right}" y1="{up.at(v):.1f}" y2="{up.at(v):.1f}"/>'
        f'<text class="tick" x="{left - 8}" y="{up.at(v) + 4:.1f}" text-anchor="end">{label}</text>'
        for v, label in y.ticks
    ]
    parts += [
        f'<line class="grid" y1="{frame.top}" y2="{floor}" x1="{across.at(v):.1f}" '
        f'x2="{across.at(v):.1f}"/><text class="tick" x="{across.at(v):.1f}" y="{floor + 18}" '
        f'text-anchor="middle">{label}</text>'
        for v, label in x.ticks
    ]
    middle, halfway = (left + right) / 2, (frame.top + floor) / 2
    parts.append(
        f'<text class="axis" x="{middle}" y="{frame.height - 6}" text-anchor="middle">'
        f"{escape(x.title)}</text>"
        f'<text class="axis" text-anchor="middle" transform="translate(12 {halfway})'
        f' rotate(-90)">{escape(y.title)}</text>'
    )
    return parts


@dataclass(frozen=True, slots=True)
class Dot:
    """One method's share in a row, with the bounds of its interval."""

    name: str
    style: str
    value: float
    low: float
    high: float


def dot_rows(title: str, rows: Sequence[tuple[str, str, Sequence[Dot]]], axis: Axis) -> str:
    """Rows of dots on one share axis, whiskers for intervals; rows are (name, remark, dots)."""
    lane = 12.0
    lanes = max((len(dots) for _, _, dots in rows), default=1)
    row_height = lane * lanes + 16.0
    frame = Frame(height=row_height * len(rows) + 52, left=150.0, right=24.0, top=6.0)
    across = frame.x(axis)
    floor = frame.height - frame.bottom
    parts = [
        f'<line class="grid" y1="{frame.top}" y2="{floor}" x1="{across.at(v):.1f}" '
        f'x2="{across.at(v):.1f}"/><text class="tick" x="{across.at(v):.1f}" y="{floor + 18}" '
        f'text-anchor="middle">{label}</text>'
        for v, label in axis.ticks
    ]
    for number, (name, remark, dots) in enumerate(rows):
        top = frame.top + number * row_height
        centre = top + row_height / 2
        parts.append(
            f'<text class="row" x="{frame.left - 12}" y="{centre}" text-anchor="end">{escape(name)}'
            f'</text><text class="tick" x="{frame.left - 12}" y="{centre + 14}" text-anchor="end">'
            f"{escape(remark)}</text>"
            f'<line class="rule" x1="{frame.left}" x2="{frame.width - frame.right}" '
            f'y1="{top + row_height:.1f}" y2="{top + row_height:.1f}"/>'
        )
        for place, dot in enumerate(dots):
            parts.append(_dot(dot, across, top + 8 + lane * (place + 0.5)))
    parts.append(
        f'<text class="axis" x="{(frame.left + frame.width - frame.right) / 2}" '
        f'y="{frame.height - 6}" text-anchor="middle">{escape(axis.title)}</text>'
    )
    return _svg(title, frame, parts)


def _dot(dot: Dot, across: Scale, y: float) -> str:
    return (
        f'<g class="mark {dot.style}"><title>{escape(dot.name)}: {dot.value:.0%} '
        f"({dot.low:.0%} to {dot.high:.0%})</title>"
        f'<path class="whisker" d="M{across.at(dot.low):.1f},{y:.1f}H{across.at(dot.high):.1f}"/>'
        f'<circle cx="{across.at(dot.value):.1f}" cy="{y:.1f}" r="4"/></g>'
    )


def _svg(title: str, frame: Frame, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {frame.width:g} {frame.height:g}" role="img" '
        f'aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )
