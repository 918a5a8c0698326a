"""What `detector db erase` and `detector db retain` do."""

from __future__ import annotations

from typing import Final

from service.callers.operator import OPERATOR
from service.cli.progress import progress
from service.cli.stores import check_ready
from service.erasure import actions
from service.erasure.schemas import ErasureDone
from service.http.context import AppContext
from service.intake.evidence.storage import Folder
from service.settings import Settings

CHUNK: Final = 1_000
"""Complaints to a transaction, so that nobody waits for long."""


def erase_buyer(settings: Settings, buyer_id: str, reason: str) -> ErasureDone:
    """Erase a buyer from the store and its evidence; what was removed."""
    context, storage = _context(settings), Folder(settings.evidence)
    now = context.clock()
    terms = actions.retention_terms(settings, context.policies, now=now)
    with context.database.writing() as connection:
        done = actions.erase_buyer(connection, buyer_id, reason, terms, caller=OPERATOR, now=now)
    actions.remove_files(context.database, storage, done.files)
    context.close()
    return done.response


def apply_retention(settings: Settings) -> dict[str, int]:
    """Apply the retention policy to the whole store, and sweep lost files; counts by what."""
    context, storage = _context(settings), Folder(settings.evidence)
    removed = {"complaints": 0, "evidence": 0, "words": 0, "files": 0}
    last, more = "", True
    with progress("applying retention") as advanced:
        while more:
            now = context.clock()
            terms = actions.retention_terms(settings, context.policies, now=now)
            with context.database.writing() as connection:
                done = actions.apply_retention(
                    connection, terms, caller=OPERATOR, now=now, limit=CHUNK, after=last
                )
            last, more = done.last, done.response.more
            for name in ("complaints", "evidence", "words"):
                removed[name] += getattr(done.response, name)
            removed["files"] += actions.remove_files(context.database, storage, done.files)
            advanced(removed["complaints"], removed["complaints"])
    lost = actions.lost_files(storage, now=context.clock())
    removed["files"] += actions.remove_files(context.database, storage, lost)
    context.close()
    return removed


def _context(settings: Settings) -> AppContext:
    context = AppContext(settings)
    check_ready(context.database)
    return context
