"""Making a key, on record."""

from __future__ import annotations

from sqlalchemy import Connection

from detector.instants import text_of
from service.audit import actions as audit
from service.callers.operator import OPERATOR
from service.http.access.keys import Caller, create_key, key_id_of, key_of
from service.roles import Role


def make_key(
    connection: Connection,
    role: Role,
    *,
    now: int,
    caller: Caller = OPERATOR,
    person: str | None = None,
    days: float = 365,
) -> str:
    """Make a key and return it; it cannot be read again. Raises what `create_key` does."""
    key = create_key(connection, role, now=now, person=person, days=days)
    made = key_of(connection, key_id_of(key))
    after = {"role": made.role.value, "expires_at": text_of(made.expires_at)}
    subject = f"key {made.key_id} of {made.person}"
    audit.record(connection, "key.created", subject, at=now, caller=caller, after=after)
    return key
