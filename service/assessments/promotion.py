"""Which model scores, changed on record, in the caller's transaction.

The audit's record comes first and the file last: what is refused or fails before leaves both as
they were, and what is lost after (the commit alone) is found in the file by `recording`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from models.changes import Change, Note
from service.assessments import recording
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
    active_model.check_known(version)
    with _held(connection, active_model, now) as before:
        if before == version:
            return
        change = Change(kind="promote", version=version)
        _record(connection, active_model, change, caller, now, reason or "")
        active_model.promote(version, Note(now, caller.person, reason or ""))


def roll_back(
    connection: Connection,
    active_model: ActiveModel,
    seen: str | None,
    *,
    caller: Caller,
    now: int,
    reason: str | None = None,
) -> None:
    """Put the version in use that was so before the one that was `seen` in use.

    Raises ModelChanged when another is in use by now, BadArtifact where there is none before, and
    ModelPinned.
    """
    with _held(connection, active_model, now) as before:
        if before != seen:
            raise ModelChanged(f"{before or 'no model'} is in use by now, not {seen}; look again")
        change = Change(kind="rollback", version=active_model.former_version() or "")
        _record(connection, active_model, change, caller, now, reason or "")
        active_model.roll_back(Note(now, caller.person, reason or ""))


@contextmanager
def _held(connection: Connection, active_model: ActiveModel, now: int) -> Iterator[str | None]:
    """Keep everybody else from changing the log or the chain; yields the version in use.

    The chain before the log, always: who holds the log alone waits for no chain.
    """
    log = active_model.registry.log
    audit.lock_chain(connection)
    with log.held():
        recording.record_found(connection, log, now=now)
        yield active_model.current_version()


def _record(
    connection: Connection,
    active_model: ActiveModel,
    change: Change,
    caller: Caller,
    now: int,
    why: str,
) -> None:
    log = active_model.registry.log
    recording.record_next(connection, log, change, caller=caller, now=now, why=why)
