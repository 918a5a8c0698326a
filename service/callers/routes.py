"""HTTP for who is calling, and for the keys there are."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection

from service.callers import revoking
from service.http.access.gate import allows
from service.http.access.keys import Caller, KeyFacts, keys_of
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import Instant, PathId, ResponseBody
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.roles import ADMINS, ANYBODY, Role

router = router_of("access")
Admin = Annotated[Caller, allows(ADMINS)]


class CallerShown(ResponseBody):
    """Who is calling, as what they do is put on record."""

    person: str
    role: Role
    key_id: str = Field(description="Of the key, or of the identity provider's account.")


class KeyShown(ResponseBody):
    """What may be known of a key: everything but the key."""

    key_id: str
    role: Role
    person: str
    created_at: Instant
    expires_at: Instant
    revoked_at: Instant | None


class KeyList(ResponseBody):
    """All keys ever made, oldest first."""

    keys: list[KeyShown]


@router.get("/v1/me")
def show_caller(caller: Annotated[Caller, allows(ANYBODY)]) -> CallerShown:
    """Who the key or token stands for, and in which role."""
    return CallerShown(person=caller.person, role=caller.role, key_id=caller.key_id)


@router.get("/v1/keys")
def list_keys(context: Context, _: Admin) -> KeyList:
    """All keys ever made, oldest first; never the keys themselves."""
    with context.database.reading() as connection:
        return KeyList(keys=[_shown(key) for key in keys_of(connection)])


@router.post("/v1/keys/{key_id}/revoke")
def revoke(key_id: PathId, context: Context, caller: Admin, key: IdempotencyKey) -> KeyShown:
    """Make a key useless from now on; to make one takes access to the database itself."""
    now = context.clock()

    def act(connection: Connection) -> KeyShown:
        return _shown(revoking.revoke(connection, key_id, caller=caller, now=now))

    return context.write(key, act)


def _shown(key: KeyFacts) -> KeyShown:
    return KeyShown(**{name: getattr(key, name) for name in KeyShown.model_fields})
