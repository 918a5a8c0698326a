"""Sentences as a mail: subject, plain text and HTML, in one language."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from detector.rules.reports.sentences import Paragraph, Sentence
from service.console.languages.catalogues import language
from service.console.languages.speaking import speaking
from service.console.languages.telling import html_words, line, plain_words
from service.decisions.schemas import Party
from service.notices.schemas import Mail
from service.settings import LanguageTag

_PAGE = Markup(
    '<!doctype html>\n<html lang="{lang}" dir="{dir}">\n<head><meta charset="utf-8">'
    "<title>{subject}</title></head>\n<body>\n{body}\n</body>\n</html>\n"
)


def mail_of(
    subject: Sentence, paragraphs: Sequence[Paragraph], *, to: Party, tag: LanguageTag
) -> Mail:
    """A notice in a language."""
    chosen = language(tag)
    with speaking(chosen):
        title = line(subject)
        body = html_words(paragraphs)
        page = _PAGE.format(lang=chosen.tag, dir=chosen.direction, subject=title, body=body)
        return Mail(
            to=to, language=tag, subject=title, text=plain_words(paragraphs), html=str(page)
        )
