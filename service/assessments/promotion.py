"""Which model scores, changed on record, in the caller's transaction."""

from __future__ import annotations

from sqlalchemy import Connection

from models.changes import Note
from service.assessments.active_model import ActiveModel
from service.audit import actions as audit
from service.http.access.keys import Caller
from service.refusals import ModelChanged


def promote(
    connection: Connection,
    active_model: ActiveModel,
    version: str,
    *,
    caller: Caller,
    now: int,
    reason: str | None = None,
) -> None:
    """Put a version in use, recorded once.

    Raises NoSuchModel, BadArtifact if it is damaged, ModelPinned, and GateRefused where the gate
    speaks against it and there is no reason to use it all the same.
    """
    audit.lock_chain(connection)
    before = active_model.current_version()
    if before != version:
        active_model.promote(version, Note(now, caller.person, reason or ""))
        _record(connection, "model.promoted", before, version, caller, now, reason or "")


def roll_back(
    connection: Connection, active_model: ActiveModel, seen: str, *, caller: Caller, now: int
) -> None:
    """Put the version in use that was so before the one that was `seen` in use.

    Raises ModelChanged when another is in use by now, and BadArtifact where there is none before.
    """
    audit.lock_chain(connection)
    before = active_model.current_version()
    if before != seen:
        raise ModelChanged(f"{before or 'no model'} is in use by now, not {seen}; look again")
    after = active_model.roll_back(Note(now, caller.person))
    _record(connection, "model.rolled_back", before, after, caller, now)


def _record(
    connection: Connection,
    action: str,
    before: str | None,
    after: str,
    caller: Caller,
    now: int,
    why: str = "",
) -> None:
    audit.record(
        connection,
        action,
        f"model {after}",
        at=now,
        caller=caller,
        why=why,
        before=before,
        after=after,
        model=after,
    )
