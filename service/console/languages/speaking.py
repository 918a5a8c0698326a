"""The language in which the page is written that is being made, and its sentences.

A request has one language from its first line to its last; it is kept beside the request, as what
writes a sentence is often far from the request.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from service.console.languages.catalogues import SOURCE, Language, language

_SPOKEN: ContextVar[Language | None] = ContextVar("language", default=None)


def spoken() -> Language:
    """The language of the page that is being made; English where none is."""
    return _SPOKEN.get() or language(SOURCE)


@contextmanager
def speaking(chosen: Language) -> Iterator[None]:
    """Write what is written inside in a language."""
    token = _SPOKEN.set(chosen)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def gettext(message: str, **values: object) -> str:
    """A sentence in the language of the page, with its values in it."""
    return sentence(message) % values


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The same of a sentence with a number, which is `num` in it."""
    return plural(one, many, count) % {"num": count, **values}


def marked(message: str) -> str:
    """The same message: it is looked up where it is shown, and belongs to the catalogues."""
    return message


def sentence(message: str) -> str:
    """What the language says for a message, without any value in it."""
    return spoken().translations.gettext(message)


def plural(one: str, many: str, count: int) -> str:
    """The form that the language has for so many, without any value in it."""
    return spoken().translations.ngettext(one, many, count)
