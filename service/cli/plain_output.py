"""Output to a terminal or pipe that is not UTF-8: nothing is lost, and nothing ends half-way.

A typographic sign gives way to its plain form, any other character to its JSON escape, such as
\\u0142: JSON stays JSON, and two names that differ stay two names.
"""

from __future__ import annotations

import codecs
import io
import json
import sys
from typing import Final

ESCAPED: Final = "escaped-as-json"
_PLAIN: Final = str.maketrans(
    {"“": "'", "”": "'", "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "→": "->"}
)
"""No plain form is a double quote or a comma, so that JSON and CSV keep their cells."""


def escape_what_cannot_be_written() -> None:
    """Let standard output and error take any text, whatever their encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors=ESCAPED)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_PLAIN)
    return "".join(c if c.isascii() else json.dumps(c)[1:-1] for c in text), error.end


codecs.register_error(ESCAPED, _escaped)
