"""Sentences as values: a message, and what stands in it. English is the message itself.

What rules say to people is read in many languages. So a report makes sentences, and who shows them
writes them: `ENGLISH` here, a catalogue in the service. Both know every message by its English.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from detector.rules.instants import duration_text, written


@dataclass(frozen=True, slots=True)
class At:
    """An instant in microseconds UTC, to be written as a date and time."""

    instant: int


@dataclass(frozen=True, slots=True)
class Span:
    """A time in microseconds, to be written as days, hours or seconds."""

    length: int


@dataclass(frozen=True, slots=True)
class Named:
    """A policy's or a marketplace's own word, which a catalogue may know."""

    word: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message with its values; with `many` it has a number and other forms for others."""

    message: str
    values: Mapping[str, Any] = field(default_factory=dict)
    """Texts, numbers, `At`, `Span`, `Named`, other sentences, or a tuple of these."""
    many: str | None = None
    count: int = 0


Paragraph = tuple[Sentence, ...]
"""Sentences that stand together; none of them may be empty."""


def say(message: str, **values: Any) -> Sentence:  # noqa: ANN401
    """A sentence whose message belongs to the catalogues."""
    return Sentence(message, values)


def say_many(one: str, many: str, count: int, **values: Any) -> Sentence:  # noqa: ANN401
    """The same with a number, which is `num` in it."""
    return Sentence(one, {"num": count, **values}, many, count)


class Writer(Protocol):
    """Writes what a sentence consists of, in one language."""

    def message(self, sentence: Sentence) -> str:
        """The message of a sentence, its values still to be put in."""

    def text(self, words: str) -> str:
        """Words that somebody chose: an id, a name, a reason."""

    def named(self, word: str) -> str:
        """A word of a policy's or a marketplace's own."""

    def number(self, value: float) -> str:
        """A number."""

    def instant(self, at: int) -> str:
        """An instant in microseconds UTC."""

    def span(self, length: int) -> str:
        """A time in microseconds."""


def put(sentence: Sentence | Named, writer: Writer) -> str:
    """A sentence with its values in it; or a name alone."""
    if isinstance(sentence, Named):
        return writer.named(sentence.word)
    values = {name: _put_value(value, writer) for name, value in sentence.values.items()}
    return writer.message(sentence) % values


def _put_value(value: Any, writer: Writer) -> str:  # noqa: ANN401
    match value:
        case Sentence() | Named():
            return put(value, writer)
        case At():
            return writer.instant(value.instant)
        case Span():
            return writer.span(value.length)
        case tuple():
            parts = [_put_value(one, writer) for one in value]
            return type(parts[0])(", ").join(parts) if parts else ""
        case int() | float():
            return writer.number(value)
        case _:
            return writer.text(str(value))


class _English:
    """Writes a sentence as it stands."""

    def message(self, sentence: Sentence) -> str:
        return sentence.message if sentence.many is None or sentence.count == 1 else sentence.many

    def text(self, words: str) -> str:
        return words

    def named(self, word: str) -> str:
        return word.replace("_", " ")

    def number(self, value: float) -> str:
        return f"{value}"

    def instant(self, at: int) -> str:
        return written(at)

    def span(self, length: int) -> str:
        return duration_text(length)


ENGLISH: Final[Writer] = _English()


def plain_text(paragraphs: Iterable[Paragraph], writer: Writer = ENGLISH) -> str:
    """Paragraphs with an empty line between them, none where there is nothing in it."""
    texts = (" ".join(put(one, writer) for one in paragraph) for paragraph in paragraphs)
    return "\n\n".join(filter(None, texts))
