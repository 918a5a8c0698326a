"""The keys of the pages, in one table.

No key writes: each follows a link or moves the focus. None is taken inside a field, and none
together with Ctrl, Alt or Meta, which are the browser's.
"""

from __future__ import annotations

from typing import Final

from service.console.languages.speaking import marked

KEYS: Final = {
    "help": ("?", marked("show the keys")),
    "search": ("/", marked("go to the box for any id")),
    "queue": ("q", marked("go to the queue")),
    "next": ("j", marked("go to the next row")),
    "previous": ("k", marked("go to the row before")),
    "claim": ("c", marked("go to “Claim next”, or to “Claim”")),
    "hold": ("h", marked("go to “Hold it for longer”")),
}
"""What a key is for, the key, and how it is told."""
