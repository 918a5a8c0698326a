"""What can be done with what-ifs; each inside one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Final

from pydantic import BaseModel
from sqlalchemy import Connection

from detector.durations import SECOND_US
from service.console.what_if import store
from service.http.access.keys import Caller
from service.refusals import Missing, TooBusy
from service.views.rulebook.schemas import WhatIf, WhatIfShown

KEPT: Final = 10
"""A person's last ones that stay."""
SILENT_US: Final = 30 * SECOND_US
"""Its process notes every few seconds that it runs; silent for so long, it was cut off."""


class Begun(BaseModel):
    """One that has begun."""

    what_if_id: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One as a page shows it."""

    what_if_id: str
    person: str
    state: str
    """`running`, `stopping`, `done`, `stopped`, `failed`, or `cut_off` with its service."""
    asked: WhatIf
    begun_at: int
    ended_at: int | None
    result: WhatIfShown | None
    fault: str | None

    @property
    def is_live(self) -> bool:
        """Whether it is being worked out."""
        return self.state in store.LIVE


def begin(connection: Connection, asked: WhatIf, *, caller: Caller, now: int) -> Begun:
    """Note that one begins; TooBusy while another is being worked out."""
    other = store.live_one(connection, seen_since=now - SILENT_US)
    if other is not None:
        raise TooBusy(
            f"a what-if of {other.person} is being worked out, and one at a time is enough for "
            "this machine; wait for it, or stop it"
        )
    what_if_id = token_hex(8)
    row = {
        "what_if_id": what_if_id,
        "person": caller.person,
        "state": "running",
        "asked": asked.model_dump_json(),
        "begun_at": now,
        "seen_at": now,
    }
    store.insert_what_if(connection, row)
    store.delete_older(connection, caller.person, kept=KEPT)
    return Begun(what_if_id=what_if_id)


def what_if_of(connection: Connection, what_if_id: str, *, now: int) -> Shown:
    """One, of any person; Missing when there is none, or it is no longer kept."""
    row = store.what_if_of(connection, what_if_id)
    if row is None:
        raise Missing("there is no such what-if; a person's last ten are kept")
    return Shown(
        what_if_id=row.what_if_id,
        person=row.person,
        state=state_of(row, now=now),
        asked=WhatIf.model_validate_json(row.asked),
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        result=None if row.result is None else WhatIfShown.model_validate_json(row.result),
        fault=row.fault,
    )


def last_of(connection: Connection, person: str) -> Sequence[store.AnyRow]:
    """A person's last ones, newest first."""
    return store.of_person(connection, person, limit=KEPT)


def state_of(row: store.AnyRow, *, now: int) -> str:
    """How far one is."""
    is_silent = row.state in store.LIVE and row.seen_at < now - SILENT_US
    return "cut_off" if is_silent else str(row.state)


def stop(connection: Connection, what_if_id: str, *, now: int) -> None:
    """Have it stopped, if it runs: by any reader, for it keeps the others from asking."""
    if what_if_of(connection, what_if_id, now=now).is_live:
        store.ask_to_stop(connection, what_if_id)
