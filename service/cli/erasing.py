"""What `detector db erase` and `detector db retain` do."""

from __future__ import annotations

from typing import Final

from service.cli.progress import progress
from service.database.revisions import check_current
from service.erasure import actions
from service.erasure.schemas import ErasureDone
from service.http.access.keys import Caller
from service.http.context import AppContext
from service.roles import Role
from service.settings import Settings

CHUNK: Final = 1_000
"""Complaints to a transaction, so that nobody waits for long."""

OPERATOR: Final = Caller("the command line", Role.ADMIN, "cli")


def erase_buyer(settings: Settings, buyer_id: str, reason: str) -> ErasureDone:
    """Erase a buyer from the store and its evidence; what was removed."""
    context = _context(settings)
    with context.database.writing() as connection:
        done = actions.erase_buyer(
            connection, buyer_id, reason, context.retention, caller=OPERATOR, now=context.clock()
        )
    actions.remove_files(context.database, context.storage, done.files)
    context.close()
    return done.told


def apply_retention(settings: Settings) -> dict[str, int]:
    """Apply the retention policy to the whole store, and sweep lost files; counts by what."""
    context = _context(settings)
    told = {"complaints": 0, "evidence": 0, "words": 0, "files": 0}
    last, more = "", True
    with progress("applying retention") as advanced:
        while more:
            with context.database.writing() as connection:
                done = actions.apply_retention(
                    connection,
                    context.retention,
                    caller=OPERATOR,
                    now=context.clock(),
                    limit=CHUNK,
                    after=last,
                )
            last, more = done.last, done.told.more
            for name in ("complaints", "evidence", "words"):
                told[name] += getattr(done.told, name)
            told["files"] += actions.remove_files(context.database, context.storage, done.files)
            advanced(told["complaints"], told["complaints"])
    lost = actions.lost_files(context.storage, now=context.clock())
    told["files"] += actions.remove_files(context.database, context.storage, lost)
    context.close()
    return told


def _context(settings: Settings) -> AppContext:
    context = AppContext(settings)
    check_current(context.database)
    return context
