"""Pure decisions about evidence files: what their content is, whatever their sender calls it."""

from __future__ import annotations

from typing import Final

MEDIA_TYPES: Final[tuple[tuple[bytes, int, str], ...]] = (
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"%PDF-", 0, "application/pdf"),
    (b"ftyp", 4, "video/mp4"),
)
"""What a file starts with, at which place, and what it therefore is. Nothing here is a script;
SVG and HTML are left out on purpose."""

INLINE: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""What a browser may show; everything else is offered for saving."""


def media_type_of(content: bytes) -> str | None:
    """What a file is, by its first bytes; None for anything that is not accepted."""
    for magic, place, media_type in MEDIA_TYPES:
        if content[place : place + len(magic)] == magic:
            return media_type
    return None
