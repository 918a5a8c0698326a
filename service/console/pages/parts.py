"""The parts of a page, each read by itself: one that cannot be read leaves the others drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

import structlog
from sqlalchemy import Connection

from detector.errors import Refusal
from service.console.languages.speaking import gettext
from service.console.pages.words import english
from service.http.context import AppContext

Value = TypeVar("Value")
log = structlog.get_logger()


class Part(NamedTuple, Generic[Value]):
    """What a part of a page shows, or why it shows nothing."""

    value: Value | None
    why_not: str = ""


def part_of(context: AppContext, read: Callable[[Connection], Value]) -> Part[Value]:
    """Read a part of a page, in a transaction of its own: a failed statement ends it."""
    try:
        with context.database.reading() as connection:
            return Part(read(connection))
    except Refusal as refusal:
        return Part(None, english(str(refusal)))
    except Exception:  # whatever it is, people go on with the rest
        log.exception("part.failed")
        return Part(None, gettext("It could not be read; the log of the service says why."))
