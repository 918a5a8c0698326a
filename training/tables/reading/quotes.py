"""Quotes of a CSV, followed byte by byte: one that was left open must not swallow rows in silence.

A parser takes an open quote's value to end at the next quote, which is where another value begins,
some rows further on. What follows that quote then is neither a separator nor a line's end, and that
is how it is found.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from detector.errors import BadInput

_QUOTE: Final = b'"'
_LINE_END: Final = 10
_MARK: Final = b"\xef\xbb\xbf"
"""How some programs begin a file of UTF-8."""


class Quotes:
    """Where in a stream of bytes a quoted value is open."""

    def __init__(self, path: Path, delimiter: str) -> None:
        self._path = path
        self._around_value = frozenset(b"\n\r" + delimiter.encode())
        self._around = np.isin(np.arange(256), [*self._around_value, _QUOTE[0]])
        """Which bytes stand before an opening and after a closing quote; a pair is a text's own."""
        self._last = b""
        self._held = b""
        """A quote at the end of a piece: the next byte tells whether the value ends there."""
        self._lines = 1
        self._opened_on: int | None = None

    @property
    def are_open(self) -> bool:
        """Whether the bytes so far end inside a quoted value."""
        return self._opened_on is not None and not self._held

    def follow(self, piece: bytes) -> None:
        """Take the next bytes; BadInput where a value of several lines ends within another."""
        data = self._held + piece
        if not self._last and data.startswith(_MARK):
            data = data[len(_MARK) :]
        self._held = b""
        if self._last == b"\r" and data.startswith(b"\n"):
            self._lines -= 1  # the two are one end, counted again below
        if _QUOTE in data and not self._leap(data):
            self._walk(data)
        self._lines += _line_ends(data)
        self._last = data[-1:] or self._last

    def _leap(self, data: bytes) -> bool:
        """Do what `_walk` does where every other quote opens and the others close, as most do."""
        inside = self._opened_on is not None
        held = data.endswith(_QUOTE)
        read = np.frombuffer(data, dtype=np.uint8)
        quotes = np.flatnonzero(read == _QUOTE[0])
        held = held and (len(quotes) + inside) % 2 == 0
        opening = quotes[int(inside) :: 2]
        closing = quotes[1 - int(inside) :: 2][: -1 if held else None]
        before = read[opening - 1]
        if len(opening) and opening[0] == 0:
            before[0] = self._last[0] if self._last else _LINE_END
        if not (self._around[before].all() and self._around[read[closing + 1]].all()):
            return False
        self._held = _QUOTE if held else b""
        if held or (len(quotes) + inside) % 2:
            first = opening[before != _QUOTE[0]]
            if len(first):
                self._opened_on = self._line_of(data, int(first[-1]))
        else:
            self._opened_on = None
        return True

    def _walk(self, data: bytes) -> None:
        """Go from quote to quote; those inside a value without quotes are a part of it."""
        opening, opened_on = -1, self._opened_on
        place = data.find(_QUOTE)
        while place >= 0:
            if opened_on is None:
                before = data[place - 1 : place] if place else self._last
                if not before or before[0] in self._around_value:
                    opening, opened_on = place, 0
                place = data.find(_QUOTE, place + 1)
                continue
            if place + 1 == len(data):
                self._held = _QUOTE
                break
            after = data[place + 1]
            if after == _QUOTE[0]:
                place = data.find(_QUOTE, place + 2)
                continue
            if after not in self._around_value:
                self._refuse_if_lines_lie_between(data, opening, place)
            opened_on = None
            place = data.find(_QUOTE, place + 1)
        if opened_on is not None and opening >= 0:
            opened_on = self._line_of(data, opening)
        self._opened_on = opened_on

    def _refuse_if_lines_lie_between(self, data: bytes, opening: int, closing: int) -> None:
        first = self._opened_on if opening < 0 else self._line_of(data, opening)
        last = self._line_of(data, closing)
        if first != last:
            raise BadInput(
                f"{self._path}: the quote that opens a value on line {first:,} is not closed; "
                f"its text would run to the next quote, within line {last:,}: close it, or double "
                "it where it belongs to the text"
            )

    def _line_of(self, data: bytes, place: int) -> int:
        return self._lines + _line_ends(data[:place])


def _line_ends(data: bytes) -> int:
    """How often a line ends: with LF, CR LF, or CR alone."""
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
