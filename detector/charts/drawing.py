"""Charts as SVG text: shapes, scales and axes, without a script, a network or an identifier.

A chart is drawn twice, once for a wide and once for a narrow place, and the style sheet shows the
one that can be read; both have one shape, so that nothing moves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10
from typing import Final

from detector.charts.style import ROOT, Theme, style_sheet

WIDTH: Final = 720.0
"""Pixels of a chart where there is room for it."""
_NARROW: Final = 2.0
"""How much less of everything fits into a narrow place: it is drawn for 360 pixels."""
_LETTER: Final = 0.57
"""Mean width of a letter over the size of the type, for text that no browser measured yet."""
_UNWRITABLE: Final = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]"
)
"""What XML has no place for, and what turns the text after it round."""


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
class Frame:
    """Size and margins of a chart in pixels, and the size of its type."""

    width: float
    height: float
    left: float = 16.0
    right: float = 16.0
    top: float = 14.0
    bottom: float = 46.0
    type: float = 13.0

    @property
    def narrow(self) -> bool:
        """Whether it is drawn for a narrow place."""
        return self.width < WIDTH

    def x(self, axis: Axis) -> Scale:
        """The horizontal scale."""
        return Scale(axis.low, axis.high, self.left, self.width - self.right, axis.logarithmic)

    def y(self, axis: Axis) -> Scale:
        """The vertical scale, upwards."""
        return Scale(axis.low, axis.high, self.height - self.bottom, self.top, axis.logarithmic)

    def length(self, text: str) -> float:
        """About how wide a text is."""
        return len(text) * self.type * _LETTER

    def cut(self, text: str, width: float) -> str:
        """As much of a text as fits, with an ellipsis in place of the rest."""
        room = max(int(width / (self.type * _LETTER)), 2)
        return text if len(text) <= room else text[: room - 1] + "…"


def picture(
    title: str,
    description: str,
    height: float,
    draw: Callable[[Frame], Sequence[str]],
    theme: Theme,
) -> str:
    """A chart of `WIDTH` x `height` pixels that `draw` fills with shapes, named for who hears it.

    The same arguments give the same text, and text of any kind stays text.
    """
    style = "" if theme == "page" else f"<style>{style_sheet(theme)}</style>"
    wide = "".join(draw(Frame(WIDTH, height)))
    narrow = "".join(draw(Frame(WIDTH / _NARROW, height / _NARROW, type=11.0)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{ROOT} {theme}" role="img" '
        f'direction="ltr" viewBox="0 0 {WIDTH:g} {height:g}" width="{WIDTH:g}" height="{height:g}">'
        f"<title>{escaped(title)}</title><desc>{escaped(description)}</desc>{style}"
        f'<rect class="paper" width="{WIDTH:g}" height="{height:g}" rx="8"/>'
        f'<g class="wide">{wide}</g>'
        f'<g class="narrow" display="none" transform="scale({_NARROW:g})">{narrow}</g></svg>'
    )


def escaped(text: str) -> str:
    """A text between tags or in an attribute; what XML cannot hold becomes �."""
    return escape(_UNWRITABLE.sub("�", text))


def label(x: float, y: float, text: str, style: str = "", anchor: str = "start") -> str:
    """One line of text."""
    worn = f' class="{style}"' if style else ""
    placed = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text{worn} x="{x:.1f}" y="{y:.1f}"{placed}>{escaped(text)}</text>'


def path(style: str, steps: str) -> str:
    """A shape; nothing where it has no steps."""
    return f'<path class="{style}" d="{steps}"/>' if steps else ""


def grid_across(axis: Axis, frame: Frame) -> list[str]:
    """Upright hairs at the ticks of the horizontal axis, with their labels and its title."""
    across, floor_ = frame.x(axis), frame.height - frame.bottom
    steps = "".join(f"M{across.at(v):.1f},{frame.top:g}V{floor_:.1f}" for v, _ in axis.ticks)
    middle = (frame.left + frame.width - frame.right) / 2
    below = floor_ + frame.type + 3
    return [
        path("grid", steps),
        *(label(across.at(v), below, text, anchor="middle") for v, text in axis.ticks),
        label(middle, frame.height - frame.type / 2, axis.title, anchor="middle"),
    ]


def grid_up(axis: Axis, frame: Frame) -> list[str]:
    """Level hairs at the ticks of the vertical axis, with their labels."""
    up, right = frame.y(axis), frame.width - frame.right
    steps = "".join(f"M{frame.left:g},{up.at(v):.1f}H{right:g}" for v, _ in axis.ticks)
    middle = frame.type * 0.35
    return [
        path("grid", steps),
        *(label(frame.left - 7, up.at(v) + middle, text, anchor="end") for v, text in axis.ticks),
    ]


def upright_title(axis: Axis, frame: Frame) -> str:
    """The title of the vertical axis, read upwards."""
    middle = (frame.top + frame.height - frame.bottom) / 2
    turned = f'transform="translate({frame.type:g} {middle:.1f}) rotate(-90)"'
    return f'<text text-anchor="middle" {turned}>{escaped(axis.title)}</text>'


def round_ticks(high: float, most: int) -> list[tuple[float, str]]:
    """Whole round numbers from 0 up to `high`, at most so many steps apart from 0."""
    step = 1.0
    if high > most:
        size = 10.0 ** floor(log10(high / most))
        step = next(m * size for m in (1.0, 2.0, 5.0, 10.0) if high / (m * size) <= most)
    return [(n * step, f"{n * step:,.0f}") for n in range(int(high / step) + 1)]
