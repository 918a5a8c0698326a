"""Whether events are those that decisions made: none left out, none made up."""

from __future__ import annotations

from collections.abc import Container, Iterator

from sqlalchemy import Connection

from service.database.sealing import row_name
from service.outbox import store
from service.outbox.tables import events


def event_faults(connection: Connection, sealed: Container[str]) -> Iterator[str]:
    """Numbers that are missing, and events that no record made, in sentences.

    `sealed` are the rows that a record names. Events before the first of them are of an older
    revision, when records sealed none.
    """
    last, is_sealing = 0, False
    for number, event_id, kind in store.numbered(connection):
        if number != last + 1:
            yield f"an event is gone: number {number!r} follows {last!r}"
        name = row_name(events, event_id)
        is_sealing = is_sealing or name in sealed
        if is_sealing and kind not in store.UNDECIDED and name not in sealed:
            yield f"{name} is there, and no record decided it"
        last = number if isinstance(number, int) else last + 1  # SQLite keeps any type
