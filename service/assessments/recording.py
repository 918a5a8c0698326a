"""The registry's log and the audit are one truth: what the log holds, the audit comes to hold.

The log is a file that may serve several stores or none, and says which version is in use; so the
audit is made from it, and never the other way round. The store knows how many changes of the log
its audit holds, and their seal. A change that somebody makes over the service is recorded in the
transaction that makes it, and written to the file last, just before the transaction is committed.
What comes to the file in another way (a command without a store, a transaction that was lost after
the file was written) is recorded by the next worker, or by the next change, as found there.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from detector.instants import text_of
from models.changes import Change, ChangeLog, line_of
from service.assessments import store
from service.audit import actions as audit
from service.http.access.keys import BY_ITSELF, Caller
from service.roles import Role

ACTIONS: Final = {"promote": "model.promoted", "rollback": "model.rolled_back"}
FINDER: Final = Caller(BY_ITSELF, Role.ADMIN, "registry")
"""Who records what was found in the log."""


def record_found(connection: Connection, log: ChangeLog, *, now: int) -> int:
    """Record what the log holds and the audit lacks; how many changes. Nobody else does meanwhile.

    A store that looks for the first time takes the log as it is, unless its audit ends with another
    version than is in use: then one record says which is. So does a log that is not the one that
    was recorded. Raises BadArtifact where the log cannot be read.
    """
    audit.lock_chain(connection)
    changes = log.promotions()
    lines = [line_of(change) for change in changes]  # read once: others may write meanwhile
    recorded = store.recorded_log(connection)
    if recorded is None or seal_of(lines[: recorded.changes]) != recorded.seal:
        is_new = _record_other_log(connection, changes, is_first=recorded is None, now=now)
        store.set_recorded_log(connection, changes=len(lines), seal=seal_of(lines))
        return is_new
    found = changes[recorded.changes :]
    before = changes[recorded.changes - 1].version if recorded.changes else ""
    for change in found:
        why = f"found in promotions.log, {_said(change)}"
        record(connection, change, before or None, caller=FINDER, now=now, why=why)
        before = change.version
    if found:
        store.set_recorded_log(connection, changes=len(lines), seal=seal_of(lines))
    return len(found)


def record_next(
    connection: Connection, log: ChangeLog, change: Change, *, caller: Caller, now: int, why: str
) -> None:
    """Record the change that is about to be written to a log that is held."""
    lines, stack = [*log.lines(), line_of(change)], log.stack()
    before = stack[-1] if stack else None
    record(connection, change, before, caller=caller, now=now, why=why)
    store.set_recorded_log(connection, changes=len(lines), seal=seal_of(lines))


def unrecorded(connection: Connection, log: ChangeLog) -> int:
    """How many changes the log holds and the audit lacks; all of them if it is another log.

    None is missing in a store that has not looked yet. Raises BadArtifact.
    """
    recorded = store.recorded_log(connection)
    if recorded is None:
        return 0
    lines = log.lines()
    if seal_of(lines[: recorded.changes]) != recorded.seal:
        return len(lines)
    return len(lines) - int(recorded.changes)


def record(
    connection: Connection,
    change: Change,
    before: str | None,
    *,
    caller: Caller,
    now: int,
    why: str,
) -> None:
    """Record one promotion or rollback."""
    after = change.version or None
    audit.record(
        connection,
        ACTIONS[change.kind],
        f"model {after or 'none'}",
        at=now,
        caller=caller,
        why=why,
        before=before,
        after=after,
        model=after,
    )


def seal_of(lines: Sequence[str]) -> str:
    """SHA-256 of the first lines of a log: another where one of them was changed."""
    return sha256("\n".join(lines).encode()).hexdigest()


def _record_other_log(
    connection: Connection, changes: Sequence[Change], *, is_first: bool, now: int
) -> int:
    last = audit.latest_records(connection, tuple(ACTIONS.values()), limit=1)
    before = last[0].after if last else None
    in_use = changes[-1].version if changes else ""
    if before == (in_use or None) or (is_first and not last):
        return 0
    why = (
        "found in use, by a log whose changes so far were not recorded"
        if is_first
        else "found in use, by a promotions.log that is not the one that was recorded"
    )
    other = Change(kind="promote", version=in_use)
    record(connection, other, before, caller=FINDER, now=now, why=why)
    return 1


def _said(change: Change) -> str:
    if change.note is None:
        return "without a date"
    why = f": {change.note.why}" if change.note.why else ""
    return f"done at {text_of(change.note.at)} by {change.note.by}{why}"
