"""The language in which the page is written that is being made, its sentences, and its time zone.

A request has one of each from its first line to its last; they are kept beside the request, as what
writes a sentence is often far from the request.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final
from zoneinfo import ZoneInfo

from service.console.languages.catalogues import SOURCE, Language, language

UTC: Final = ZoneInfo("UTC")
_SPOKEN: ContextVar[Language | None] = ContextVar("language", default=None)
_ZONE: ContextVar[ZoneInfo] = ContextVar("zone", default=UTC)


def spoken() -> Language:
    """The language of the page that is being made; English where none is."""
    return _SPOKEN.get() or language(SOURCE)


def spoken_zone() -> ZoneInfo:
    """The time zone of who reads the page that is being made; UTC where nobody does."""
    return _ZONE.get()


@contextmanager
def speaking(chosen: Language, zone: ZoneInfo = UTC) -> Iterator[None]:
    """Write what is written inside in a language, for a reader in a time zone."""
    token, zone_token = _SPOKEN.set(chosen), _ZONE.set(zone)
    try:
        yield
    finally:
        _SPOKEN.reset(token)
        _ZONE.reset(zone_token)


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
