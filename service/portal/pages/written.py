"""What people write on public pages in their own words: how much, and what is wrong with it."""

from __future__ import annotations

from typing import Final

from service.console.languages.speaking import gettext
from service.http.fields import has_words

WORDS_MAX: Final = 4_000
"""Characters of a complaint, an answer, an appeal or a withdrawal, as the API takes them."""


def fault_in(words: str, *, missing: str = "") -> str:
    """What is wrong with words, or nothing; `missing` is said where none may be left out."""
    if missing and not has_words(words):
        return missing
    if len(words) > WORDS_MAX or "\x00" in words:
        return gettext("Write %(most)s letters at most.", most=WORDS_MAX)
    return ""
