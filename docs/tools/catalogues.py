"""The catalogues of the pages: every sentence of code and templates, and its translations.

What was translated before stays; a new sentence comes in empty, and one that is gone goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from detector.errors import Refusal
from service.console.languages.catalogues import TRANSLATED, path_of
from service.refusals import Missing, title_of

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = ("service/console", "service/portal")
METHODS: Final = [("**.html", "jinja2"), ("**.py", "python")]
OPTIONS: Final = {"**.html": {"newstyle_gettext": "true", "silent": "false"}}
FUNCTIONS: Final = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None}
"""What is called with a sentence; `marked` where it is looked up later."""
SAYING: Final = ("detector/rules/reports", "service/answers", "service/notices")
"""Folders whose code says sentences to parties without knowing their language."""
SAID: Final = {"say": None, "say_many": (1, 2)}
NAMED: Final = (Missing.__module__, Refusal.__module__)
"""Where those refusals are that a page may show."""
WIDTH: Final = 100
HEAD: Final = """\
# The pages in another language. `make catalogues` brings in the sentences of code and templates;
# what stands behind msgstr is written by hand.
msgid ""
msgstr ""
"Language: {tag}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
Message = str | tuple[str, ...]


def page(tag: str) -> str:
    """The catalogue of a language as a file, with all that was translated before."""
    path = path_of(tag)
    known = read_po(BytesIO(path.read_bytes() if path.exists() else b""), locale=tag)
    made = Catalog(locale=tag)
    for message, places in _sentences().items():
        before = known.get(message)
        is_same = before is not None and (before.id == message or tuple(before.id) == message)
        said = before.string if before is not None and is_same else ""
        made.add(message, said, locations=[(place, 1) for place in places])
    written = BytesIO()
    write_po(written, made, WIDTH, omit_header=True, sort_output=True, include_lineno=False)
    head = HEAD.format(tag=tag, plurals=made.plural_forms)
    return head + written.getvalue().decode().rstrip() + "\n"


def generated() -> dict[str, partial[str]]:
    """The files of all languages, from docs/, and what makes each."""
    folder = Path("..") / path_of("en").parent.relative_to(ROOT)
    return {f"{folder.as_posix()}/{tag}.po": partial(page, tag) for tag in TRANSLATED}


@cache
def _sentences() -> dict[Message, list[str]]:
    """Every sentence, and the files that it stands in."""
    found: dict[Message, list[str]] = {}
    for place, message in (*_written(), *_titles()):
        places = found.setdefault(message, [])
        if place not in places:
            places.append(place)
    return {message: sorted(places) for message, places in found.items()}


def _written() -> Iterator[tuple[str, Message]]:
    for folder in PAGES:
        rows = extract_from_dir(ROOT / folder, METHODS, OPTIONS, FUNCTIONS)
        for name, _line, message, _comments, _context in rows:
            yield f"{folder}/{name}", message
    for folder in SAYING:
        rows = extract_from_dir(ROOT / folder, METHODS, OPTIONS, SAID)
        for name, _line, message, _comments, _context in rows:
            yield f"{folder}/{name}", message


def sentences_in(folder: str) -> list[tuple[str, ...]]:
    """The messages in the files below a folder, each with its plural where it has one."""
    found = [message for place, message in _written() if place.startswith(f"{folder}/")]
    return [(one,) if isinstance(one, str) else one for one in dict.fromkeys(found)]


def _titles() -> Iterator[tuple[str, Message]]:
    """What refusals are called: any of them may be shown on a page."""
    kinds = [Refusal]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if kind.__module__ in NAMED:
            yield f"{kind.__module__.replace('.', '/')}.py", title_of(kind)
