"""Pictures to upload: real ones, each with the least that its type allows."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image


def picture(
    kind: str = "PNG", *, seed: int = 0, size: tuple[int, int] = (8, 6), **how: Any
) -> bytes:
    """A small picture; another `seed` gives another one."""
    width, height = size
    shown = Image.new("RGB", size)
    for number in range(width * height):
        colour = ((number * 37 + seed) % 256, (seed >> 8) % 256, number % 256)
        shown.putpixel((number % width, number // width), colour)
    kept = BytesIO()
    shown.save(kept, format=kind, **how)
    return kept.getvalue()


def pixels(content: bytes) -> list[tuple[int, ...]]:
    """What is seen of a picture: its pixels in rows."""
    with Image.open(BytesIO(content)) as shown:
        return list(shown.convert("RGBA").get_flattened_data())
