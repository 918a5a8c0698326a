"""The keys of the pages, in one table.

No key writes: each follows a link or moves the focus. None is taken inside a field, and none
together with Ctrl, Alt or Meta, which are the browser's.
"""

from __future__ import annotations

from typing import Final

KEYS: Final = {
    "help": ("?", "show the keys"),
    "search": ("/", "go to the box for any id"),
    "queue": ("q", "go to the queue"),
    "next": ("j", "go to the next row"),
    "previous": ("k", "go to the row before"),
    "claim": ("c", "go to “Claim next”, or to “Claim”"),
    "hold": ("h", "go to “Hold it for longer”"),
}
"""What a key is for, the key, and how it is told."""
