"""What can be done with sessions; each inside one transaction.

A session is ``<id>.<secret>`` in a cookie: the id finds the row, the secret (256 random bits) is
compared with its SHA-256 in constant time. It rests on a key, or on a token of the identity
provider, and gives what that gave. With a key revoked or expired it ends by itself.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Row

from detector.durations import DAY_US, MINUTE_US
from service.console.sessions import store
from service.http.access.keys import Caller, key_of
from service.refusals import SessionEnded, SignInLapsed, WrongRole
from service.roles import READERS, Role

SEEN_US: Final = 5 * MINUTE_US
"""A session's last use is noted no more often than this."""
FORGOTTEN_US: Final = 30 * DAY_US
"""Sessions that began longer ago are deleted."""
LINK_US: Final = 10 * MINUTE_US
"""How long a link that signs in once is good."""
BROWSER_CHARACTERS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Limits:
    """How long sessions last, in microseconds."""

    idle: int
    total: int


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is good at this instant."""

    session_id: str
    caller: Caller
    is_due: bool
    """Whether its use is to be noted."""
    ends_at: int
    """When it ends unless it is used before, in microseconds UTC."""
    last_at: int
    """When it ends however much it is used."""


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What may be shown of a session: everything but the secret."""

    session_id: str
    browser: str
    began_at: int
    seen_at: int


def begin(
    connection: Connection,
    caller: Caller,
    *,
    key_id: str | None,
    browser: str,
    now: int,
    session_id: str | None = None,
) -> str:
    """Begin a session and return what its cookie holds; it cannot be read again.

    Raises WrongRole where the caller is no person, and SignInLapsed where a session with the given
    id was begun before.
    """
    if caller.role not in READERS:
        raise WrongRole(f"the pages are for people; the role {caller.role} has the API")
    store.delete_older(connection, now - FORGOTTEN_US)
    session_id, secret = session_id or secrets.token_hex(8), secrets.token_urlsafe(32)
    is_new = store.insert_session(
        connection,
        session_id=session_id,
        digest=_digest(secret),
        key_id=key_id,
        role=caller.role.value,
        person=caller.person,
        browser=browser[:BROWSER_CHARACTERS_MAX],
        began_at=now,
        seen_at=now,
    )
    if not is_new:
        raise SignInLapsed("this sign-in was used before; sign in once more")
    return f"{session_id}.{secret}"


def session_of(connection: Connection, cookie: str, *, limits: Limits, now: int) -> Session:
    """The session of a cookie; SessionEnded when it is not good (any more), without saying why."""
    session_id, _, secret = cookie.partition(".")
    row = store.session_row(connection, session_id)
    expected = row.digest if row else bytes(32)
    matches = hmac.compare_digest(_digest(secret), expected)
    if row is None or not matches or not _is_good(row, limits, now):
        raise SessionEnded("you are signed out; sign in again")
    caller = Caller(row.person, Role(row.role), row.key_id or f"session-{row.session_id}")
    is_due = now - row.seen_at >= min(SEEN_US, limits.idle // 4)
    last_at = row.began_at + limits.total
    return Session(row.session_id, caller, is_due, _ends_at(row, limits), last_at)


def _is_good(row: Row[Any], limits: Limits, now: int) -> bool:
    if row.ended_at is not None or now >= _ends_at(row, limits):
        return False
    if row.key_id is None:
        return True
    revoked = row.key_role is None or row.key_revoked_at is not None
    return not revoked and row.key_role == row.role and now < row.key_expires_at


def _ends_at(row: Row[Any], limits: Limits) -> int:
    """When a session ends unless it is used before, in microseconds UTC."""
    ends_at: int = min(row.began_at + limits.total, row.seen_at + limits.idle)
    return ends_at


def mark_seen(connection: Connection, session: Session, *, limits: Limits, now: int) -> Session:
    """Note that a session is in use; the session, which ends later by that."""
    store.mark_seen(connection, session.session_id, now)
    return replace(session, is_due=False, ends_at=min(session.last_at, now + limits.idle))


def end(connection: Connection, person: str, *, now: int, session_id: str | None = None) -> None:
    """End one of a person's sessions, or all of them."""
    store.end(connection, person, now, session_id=session_id)


def open_sessions(
    connection: Connection, person: str, *, limits: Limits, now: int
) -> Sequence[SessionFacts]:
    """A person's sessions that are good, the last used first."""
    return [
        SessionFacts(row.session_id, row.browser, row.began_at, row.seen_at)
        for row in store.sessions_of(connection, person)
        if now < _ends_at(row, limits)
    ]


def last_seen(connection: Connection) -> dict[str, int]:
    """When each key's holder last used the pages, by the key's id; those of the last 30 days."""
    return {row.key_id: row.seen_at for row in store.last_seen(connection)}


def make_link(connection: Connection, key_id: str, *, now: int) -> str:
    """Make what signs in once in a key's place, within ten minutes; it cannot be read again."""
    secret = secrets.token_urlsafe(32)
    store.insert_link(connection, _digest(secret), key_id, now + LINK_US)
    return secret


def caller_by_link(connection: Connection, secret: str, *, now: int) -> Caller:
    """Use a link up: whose key it stands for. SessionEnded when it is not good any more."""
    key_id = store.use_link(connection, _digest(secret), now)
    if key_id is None:
        raise SessionEnded("this link was used or is older than ten minutes; sign in with a key")
    key = key_of(connection, key_id)
    if key.state(now) != "live":
        raise SessionEnded("the key of this link is revoked or expired; sign in with another")
    return Caller(key.person, key.role, key.key_id)


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "replace")).digest()
