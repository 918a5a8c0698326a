"""When two pictures are one picture: saved once more, made smaller, a little brighter or in greys.

A difference hash: the picture in greys, nine columns by eight rows, and for each of the 64 pairs of
neighbours which one is brighter. The same photograph saved once more has the same bits, or nearly;
others differ in about half of them. Pictures that are almost of one colour say nothing.
"""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from typing import Final

from PIL import Image

from service.intake.evidence.pictures import BROKEN, READERS, of_eight_bits, turn

COLUMNS: Final = 9
ROWS: Final = 8
BITS_APART_MAX: Final = 3
"""Most bits in which two likenesses of one picture differ; so one of four bands is equal."""
BANDS: Final = 4
PLAIN: Final = 12
"""A picture whose grey values span less says nothing."""
FEW_BITS: Final = 4
"""Nor does one in which so few neighbours are brighter, or so few are not: a plain shade."""


def likeness_of(content: bytes, media_type: str) -> str | None:
    """A picture's likeness as 16 hex digits; None for what is no picture or says nothing.

    Raises TooBusy.
    """
    reader = READERS.get(media_type)
    if reader is None:
        return None
    try:
        with turn(), reader(BytesIO(content)) as picture:
            picture.draft("L", (COLUMNS * 8, ROWS * 8))
            grey = of_eight_bits(picture).convert("L").resize((COLUMNS, ROWS), Image.Resampling.BOX)
    except BROKEN:
        return None  # what was kept before this service cleaned pictures
    values = list(grey.tobytes())
    if max(values) - min(values) < PLAIN:
        return None
    lines = [values[start : start + COLUMNS] for start in range(0, len(values), COLUMNS)]
    bits = [left < right for line in lines for left, right in pairwise(line)]
    if not FEW_BITS <= sum(bits) <= len(bits) - FEW_BITS:
        return None
    return f"{int(''.join('01'[bit] for bit in bits), 2):016x}"


def bands_of(likeness: str) -> list[int]:
    """The parts of a likeness, of which two of one picture share at least one."""
    return [int(likeness[start : start + 4], 16) for start in range(0, 16, 4)]


def bits_apart(one: str, other: str) -> int:
    """In how many bits two likenesses differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def is_alike(one: str, other: str) -> bool:
    """Whether two likenesses are of one picture."""
    return bits_apart(one, other) <= BITS_APART_MAX
