"""Which version was in use at a time, as API and command line show it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from detector.instants import text_of
from models.changes import Note, Term
from service.http.fields import Instant, ResponseBody


class TermShown(ResponseBody):
    """The version in use at a time, and who had put it in use."""

    instant: Instant = Field(description="The time that was asked about.")
    version: str | None = Field(description="Null where none was in use.")
    since: Instant | None = Field(description="Null where nobody wrote it down.")
    until: Instant | None = Field(description="Null where it is in use still, or not known.")
    by: str | None = Field(description="Who put it in use; null where nobody wrote it down.")
    why: str
    how: Literal["promoted", "rolled back"] | None
    sentence: str


def shown(instant: int, term: Term) -> TermShown:
    """A term, and what it says of an instant (microseconds UTC)."""
    began = None if term.began is None else term.began.note
    how: Literal["promoted", "rolled back"] | None = None
    if term.began is not None:
        how = "rolled back" if term.began.kind == "rollback" else "promoted"
    return TermShown(
        instant=instant,
        version=term.version,
        since=None if began is None else began.at,
        until=None if term.ended is None or term.ended.note is None else term.ended.note.at,
        by=None if began is None else began.by,
        why="" if began is None else began.why,
        how=how,
        sentence=_sentence(instant, term, how),
    )


def _sentence(instant: int, term: Term, how: str | None) -> str:
    if term.began is None:
        return f"{text_of(instant)}: no version was in use"
    note: Note | None = term.began.note
    what = "rolled back to" if how == "rolled back" else how
    known = f"at {text_of(note.at)} by {note.by}" if note else "without a date"
    why = f": {note.why}" if note and note.why else ""
    return f"{text_of(instant)}: {term.version or 'no version'} was in use, {what} {known}{why}"
