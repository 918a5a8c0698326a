"""A language that nobody speaks: English with accents, which runs from right to left.

What stands on a page without an accent is in no catalogue. What breaks when lines run the other way
breaks before somebody translates into Arabic or Hebrew.
"""

from __future__ import annotations

import re
from gettext import NullTranslations
from typing import Final

OVERRIDE, END = "\u202e", "\u202c"
"""Between these two, letters run from right to left whatever they are."""
_ACCENTED: Final = str.maketrans(
    "ABCDEGHIJKLNORSTUWYZabcdeghijklnorstuwyz",
    "ÀƁÇĎÉĜĤÎĴĶĻÑÖŔŠŢÛŴÝŽàƀçďéĝĥîĵķļñöŕšţûŵýž",
)
_HELD: Final = re.compile(r"(%\([a-z_]+\)s|%%|\{[a-z]+\})")
"""What stays as it is: a place for a value, and a percent sign."""


class PseudoTranslations(NullTranslations):
    """Writes those sentences otherwise that the catalogues know, and leaves all others alone."""

    def __init__(self, known: frozenset[str]) -> None:
        super().__init__()
        self.known = known

    def gettext(self, message: str) -> str:
        """A sentence with accents, from right to left."""
        return pseudo(message) if message in self.known else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The same of a sentence with a number."""
        said = msgid1 if n == 1 else msgid2
        return pseudo(said) if msgid1 in self.known else said


def pseudo(message: str) -> str:
    """A sentence with accents; what stands between its values runs from right to left."""
    return "".join(map(_turned, _HELD.split(message)))


def _turned(part: str) -> str:
    if not part.strip() or _HELD.fullmatch(part):
        return part
    return f"{OVERRIDE}{part.translate(_ACCENTED)}{END}"
