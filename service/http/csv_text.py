"""Rows as CSV that is safe to open in a spreadsheet, where a cell may be taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

FORMULA: Final = ("=", "+", "-", "@")
"""With what a cell begins that spreadsheets work out."""


def csv_of(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Lines as RFC 4180 has them, every cell in quotes, the first with the columns' names."""
    written = StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerow(names)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return written.getvalue()


def safe(cell: object) -> str:
    """A cell's text; an apostrophe before one that a spreadsheet would work out."""
    text = "" if cell is None else str(cell)
    is_number = isinstance(cell, int | float)
    is_formula = text.lstrip().startswith(FORMULA) or text.startswith(("\t", "\r", "\n"))
    return f"'{text}" if is_formula and not is_number else text
