"""What rules say to people, in the language that is spoken: as plain text, and as HTML."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from babel.dates import format_skeleton
from markupsafe import Markup, escape

from detector.rules.reports.sentences import Paragraph, Sentence, Writer, plain_text, put
from service.console.languages import speaking
from service.console.languages.speaking import spoken
from service.console.languages.writing import duration, number


class _Plain:
    """Writes as text alone."""

    def message(self, sentence: Sentence) -> str:
        if sentence.many is None:
            return speaking.sentence(sentence.message)
        return speaking.plural(sentence.message, sentence.many, sentence.count)

    def text(self, words: str) -> str:
        return words

    def named(self, word: str) -> str:
        apart = word.replace("_", " ")
        return speaking.sentence(apart) if apart else ""

    def number(self, value: float) -> str:
        return number(value)

    def instant(self, at: int) -> str:
        """As letters write it: ``7 March 2026, 12:00 UTC``."""
        moment, locale = datetime.fromtimestamp(at / 1e6, UTC), spoken().locale
        day, time = (format_skeleton(parts, moment, locale=locale) for parts in ("yMMMMd", "Hm"))
        return f"{day}, {time} UTC"

    def span(self, length: int) -> str:
        return duration(length)


class _Html(_Plain):
    """Writes the same with nothing in it that could be markup; what people typed is set apart."""

    def message(self, sentence: Sentence) -> str:
        return escape(super().message(sentence))

    def text(self, words: str) -> str:
        return Markup("<bdi>{}</bdi>").format(words)

    def named(self, word: str) -> str:
        return self.text(super().named(word))


PLAIN: Final[Writer] = _Plain()
HTML: Final[Writer] = _Html()


def line(sentence: Sentence) -> str:
    """A sentence as text."""
    return put(sentence, PLAIN)


def plain_words(paragraphs: Iterable[Paragraph]) -> str:
    """Paragraphs as text, with an empty line between them."""
    return plain_text(paragraphs, PLAIN)


def html_words(paragraphs: Iterable[Paragraph]) -> Markup:
    """Paragraphs as HTML."""
    written = (Markup(" ").join(put(one, HTML) for one in paragraph) for paragraph in paragraphs)
    return Markup("\n").join(Markup("<p>{}</p>").format(one) for one in written)
