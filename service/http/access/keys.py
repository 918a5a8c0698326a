"""API keys: made, checked, revoked.

A key is ``sd_<id>_<secret>``: the id finds the row, the secret (256 random bits) is compared with
its SHA-256 in constant time. A slow password hash would buy nothing against 256 random bits.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row

from detector.durations import DAY_US
from detector.errors import BadInput
from detector.rules.identity import is_legible
from service.http.access import store
from service.refusals import NoKey, NoSuchKey, UnknownKey
from service.roles import Role

PERSON_CHARACTERS_MAX: Final = 200
"""Longest name of a key's holder."""
DAYS_MAX: Final = 3_650
"""Longest life of a key."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling: one person or system, in one role."""

    person: str
    role: Role
    key_id: str


BY_ITSELF: Final = "the service"
"""Who acts where nobody does: the service, of what it does in time."""


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What may be shown of a key: everything but the key."""

    key_id: str
    role: Role
    person: str
    created_at: int
    expires_at: int
    revoked_at: int | None

    def state(self, now: int) -> Literal["live", "expired", "revoked"]:
        """Whether the key opens anything at an instant, and if not, why."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at <= now else "live"


def create_key(
    connection: Connection, role: Role, *, now: int, person: str | None = None, days: float = 365
) -> str:
    """Make a key and return it; it cannot be read again.

    Without a `person` the key stands for itself: two unnamed keys are two people. Raises BadInput
    when the name is too long or not as it looks, or the days are out of range.
    """
    if not 0 < days <= DAYS_MAX:
        raise BadInput(f"--days: a key lives between 0 and {DAYS_MAX} days, not {days:g}")
    if person is not None:
        check_name(person)
    key_id = secrets.token_hex(6)
    secret = secrets.token_urlsafe(32)
    store.insert_key(
        connection,
        key_id=key_id,
        digest=sha256(secret.encode()).digest(),
        role=role.value,
        person=person or f"key-{key_id}",
        created_at=now,
        expires_at=now + int(days * DAY_US),
    )
    return f"sd_{key_id}_{secret}"


def check_name(person: str) -> None:
    """Raise BadInput when a person's name is too long, or reads otherwise than it is written."""
    if len(person) > PERSON_CHARACTERS_MAX:
        raise BadInput(f"--name: longer than {PERSON_CHARACTERS_MAX} characters")
    if not is_legible(person):
        raise BadInput(
            f"--name: {person!r} is empty, begins or ends with a blank, or holds a control or "
            "format character; write the name as it is read"
        )


def caller_of(connection: Connection, key: str, *, now: int) -> Caller:
    """Who holds a key.

    Raises UnknownKey when the key is malformed, unknown, revoked or expired - without saying
    which - and NoKey when the store has no key at all, saying how to make the first.
    """
    key_id, secret = _parts(key)
    row = store.key_row(connection, key_id)
    expected = row.digest if row else bytes(32)
    matches = hmac.compare_digest(sha256(secret.encode()).digest(), expected)
    if row is None or not matches or row.revoked_at is not None or row.expires_at <= now:
        check_any_key(connection)
        raise UnknownKey("the key is unknown, revoked or expired")
    return Caller(row.person, Role(row.role), row.key_id)


def check_any_key(connection: Connection) -> None:
    """Raise NoKey when the store has no key at all: closed, but with the way in."""
    if not store.has_keys(connection):
        raise NoKey("no key exists yet; make one with: detector keys create --role admin")


def revoke_key(connection: Connection, key_id: str, *, now: int) -> None:
    """Make a key useless from now on; revoking twice changes nothing.

    Raises BadInput when no key has the id. Accepts a whole key in place of its id.
    """
    key_id = key_id_of(key_id)
    if not store.revoke(connection, key_id, now=now):
        raise BadInput(f"no key has the id {key_id!r}; see: detector keys list")


def keys_of(connection: Connection) -> list[KeyFacts]:
    """All keys ever made, oldest first."""
    return [_facts(row) for row in store.key_rows(connection)]


def key_of(connection: Connection, key_id: str) -> KeyFacts:
    """One key by its id; NoSuchKey when there is none."""
    row = store.key_row(connection, key_id)
    if row is None:
        raise NoSuchKey(f"no key has the id {key_id!r}")
    return _facts(row)


def key_id_of(key: str) -> str:
    """The id of a key, which may be given in the key's place."""
    return _parts(key)[0] if key.startswith("sd_") else key


def _facts(row: Row[Any]) -> KeyFacts:
    role = Role(row.role)
    return KeyFacts(row.key_id, role, row.person, row.created_at, row.expires_at, row.revoked_at)


def _parts(key: str) -> tuple[str, str]:
    prefix, _, rest = key.partition("_")
    key_id, _, secret = rest.partition("_")
    # Whatever does not look like a key is looked up all the same, so that it takes as long.
    return (key_id, secret) if prefix == "sd" else ("", secret)
