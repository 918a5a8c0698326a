"""HTTP for erasure and retention."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from sqlalchemy import Connection

from service.erasure import actions
from service.erasure.schemas import Erasure, ErasureDone, Retention, RetentionDone
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.context import House
from service.http.idempotency.idempotency_key import RunOnce
from service.roles import ADMINS

router = APIRouter(tags=["erasure"])
Admin = Annotated[Caller, allows(ADMINS)]


@router.post("/v1/erasures")
def erase_buyer(body: Erasure, house: House, caller: Admin, once: RunOnce) -> ErasureDone:
    """Erase a buyer: a pseudonym takes their place, their evidence and words are removed.

    Points, verdicts and the audit chain stay as they are. It cannot be undone.
    """
    files: set[str] = set()

    def act(connection: Connection) -> ErasureDone:
        done = actions.erase_buyer(
            connection,
            body.buyer_id,
            body.reason,
            house.retention,
            caller=caller,
            now=house.clock(),
        )
        files.update(done.files)
        return done.told

    answer = house.write(once, act)
    actions.remove_files(house.database, house.storage, files)
    return answer


@router.post("/v1/retention")
def apply_retention(body: Retention, house: House, caller: Admin, once: RunOnce) -> RetentionDone:
    """Remove what buyers gave from complaints whose time is over; ask again while there is more."""
    files: set[str] = set()

    def act(connection: Connection) -> RetentionDone:
        now, terms = house.clock(), house.retention
        done = actions.apply_retention(connection, terms, caller=caller, now=now, limit=body.limit)
        files.update(done.files)
        return done.told

    answer = house.write(once, act)
    actions.remove_files(house.database, house.storage, files)
    return answer
