"""The catalogues: a sentence of the pages, which is English, and what another language says.

A catalogue is a file `locale/<tag>.po` beside this one. It is read as it is, once a process, so
that no compiled copy of it can be out of date.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final, get_args

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from service.console.languages.pseudo import PseudoTranslations
from service.settings import LanguageTag

SOURCE: Final = "en"
TRANSLATED: Final = tuple(tag for tag in get_args(LanguageTag) if tag != SOURCE)
FOLDER: Final = Path(__file__).parent / "locale"
PSEUDO: Final = "ar-XB"
"""Stands for any language written from right to left; made from the English, and never offered."""
_LOCALES: Final = {SOURCE: "en-GB", PSEUDO: "ar"}
"""How numbers and dates are written, where it is not as the language's own tag says."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language that pages can be read in."""

    tag: str
    """As `<html lang>` has it."""
    translations: NullTranslations
    locale: Locale
    """How it writes numbers, dates and percentages."""

    @property
    def direction(self) -> str:
        """From where its lines run: `ltr` or `rtl`."""
        return self.locale.text_direction

    @property
    def name(self) -> str:
        """What it is called by those who speak it."""
        return str(self.locale.language_name).capitalize()


@cache
def language(tag: str) -> Language:
    """The language of a tag; KeyError where there is none."""
    if tag not in (SOURCE, *TRANSLATED, PSEUDO):
        raise KeyError(tag)
    return Language(tag, _translations(tag), Locale.parse(_LOCALES.get(tag, tag), sep="-"))


def offered() -> list[Language]:
    """The languages that people can choose, English first."""
    return [language(tag) for tag in (SOURCE, *TRANSLATED)]


def path_of(tag: str) -> Path:
    """The file of a language."""
    return FOLDER / f"{tag}.po"


def catalogue_of(tag: str) -> Catalog:
    """What the file of a language holds."""
    with path_of(tag).open("rb") as file:
        return read_po(file, locale=tag)


def _translations(tag: str) -> NullTranslations:
    if tag == SOURCE:
        return NullTranslations()
    if tag == PSEUDO:
        known = catalogue_of(TRANSLATED[0])
        return PseudoTranslations(frozenset(_source_of(one.id) for one in known if one.id))
    compiled = BytesIO()
    write_mo(compiled, catalogue_of(tag))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _source_of(message: str | list[str] | tuple[str, ...]) -> str:
    """The sentence, or its singular, by which a message is asked for."""
    return message if isinstance(message, str) else message[0]
