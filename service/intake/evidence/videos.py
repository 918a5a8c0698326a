"""Videos as they are kept: without the boxes that say where and with what they were taken.

An MP4 is a tree of boxes. Phones put place, device and time into `udta`, `meta` and `uuid`. These
become free space of the same length, so that nothing else moves. What a track itself holds stays:
picture, sound, and a recorder's own track of places.
"""

from __future__ import annotations

from typing import Final

from service.refusals import WrongMediaType

TELLING: Final = frozenset({b"udta", b"meta", b"uuid"})
"""Boxes that hold what is said about the video."""
HOLDING: Final = frozenset({b"moov", b"trak", b"mdia", b"moof", b"traf"})
"""Boxes in which such boxes lie."""
HEADER: Final = 8
"""Bytes of a box's length and name."""


def cleaned_video(content: bytes) -> bytes:
    """The video with what is said about it blanked; as long as before.

    Raises WrongMediaType where the boxes do not fit into one another.
    """
    cleaned = bytearray(content)
    todo = [(0, len(content))]
    while todo:
        start, end = todo.pop()
        while start < end:
            name, inside, after = _box(content, start, end)
            if name in TELLING:
                cleaned[start + 4 : start + HEADER] = b"free"
                cleaned[inside:after] = bytes(after - inside)
            elif name in HOLDING:
                todo.append((inside, after))
            start = after
    return bytes(cleaned)


def _box(content: bytes, start: int, end: int) -> tuple[bytes, int, int]:
    """A box's name, where its content begins and where it ends."""
    if end - start >= HEADER:
        length, inside = int.from_bytes(content[start : start + 4]), start + HEADER
        if length == 1:  # longer than four bytes can say
            length, inside = int.from_bytes(content[inside : inside + 8]), inside + 8
        after = end if length == 0 else start + length
        if inside <= after <= end:
            return content[start + 4 : start + HEADER], inside, after
    raise WrongMediaType("the file begins as an MP4 but is not a whole one: send it once more")
