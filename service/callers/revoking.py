"""Revoking a key, from the API and from the command line: once, and on record."""

from __future__ import annotations

from sqlalchemy import Connection

from service.audit import actions as audit
from service.http.access.keys import Caller, KeyFacts, key_id_of, key_of, keys_of, revoke_key
from service.roles import Role


def revoke(connection: Connection, key_id: str, *, caller: Caller, now: int) -> KeyFacts:
    """Make a key useless from now on; raises NoSuchKey. Revoked again, it stays as it was.

    A whole key may be given in place of its id.
    """
    key_id = key_id_of(key_id)
    audit.lock_chain(connection)
    before = key_of(connection, key_id)
    if before.revoked_at is None:
        revoke_key(connection, key_id, now=now)
        subject = f"key {key_id} of {before.person}"
        audit.record(connection, "key.revoked", subject, at=now, caller=caller)
    return key_of(connection, key_id)


def is_last_of_admins(connection: Connection, key_id: str, *, now: int) -> bool:
    """Whether no admin had a good key any more without this one."""
    good = {
        key.key_id
        for key in keys_of(connection)
        if key.role is Role.ADMIN and key.state(now) == "live"
    }
    return good == {key_id}
