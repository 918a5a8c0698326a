"""Making a key, on record."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from sqlalchemy import Connection

from detector.instants import text_of
from detector.rules.identity import is_legible
from service.audit import actions as audit
from service.callers.operator import OPERATOR
from service.http.access.keys import (
    DAYS_MAX,
    PERSON_CHARACTERS_MAX,
    Caller,
    create_key,
    key_id_of,
    key_of,
)
from service.http.fields import RequestBody
from service.roles import Role


def _legible(name: str) -> str:
    if not is_legible(name):
        raise ValueError("begins or ends with a blank, or holds a character that nobody sees")
    return name


class KeyWanted(RequestBody):
    """Whose key, and what for."""

    person: Annotated[
        str,
        StringConstraints(min_length=1, max_length=PERSON_CHARACTERS_MAX),
        AfterValidator(_legible),
    ]
    role: Role
    days: Annotated[float, Field(gt=0, le=DAYS_MAX)] = 365


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
