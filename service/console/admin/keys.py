"""Keys: who has one, making one, revoking one."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import Request, Response
from sqlalchemy import Connection

from detector.errors import BadInput
from service.callers.making import KeyWanted, make_key
from service.callers.revoking import is_last_of_admins
from service.callers.revoking import revoke as revoke_key
from service.console.languages.speaking import marked
from service.console.pages.forms import GivenForm, new_key
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import render
from service.console.sessions.actions import last_seen
from service.http.access.keys import Caller, key_id_of, key_of, keys_of
from service.http.context import Context
from service.http.fields import PathId
from service.roles import ADMINS, Role

router = page_router()
Admin = Annotated[Caller, signed_in(ADMINS)]
ROLES: Final = {
    Role.MODERATOR: marked("moderator: works the queue and gives verdicts"),
    Role.REVIEWER: marked("reviewer: decides appeals, approves sanctions, grants exceptions"),
    Role.ANALYST: marked("analyst: reads everything, changes nothing"),
    Role.ADMIN: marked("admin: all of it, and these pages"),
    Role.INGEST: marked("ingest: the marketplace's own systems, by the API alone"),
}


@router.get("/admin")
def go_to_keys(_: Admin) -> Response:
    """The first of the admin's pages."""
    return see("/admin/keys")


@router.get("/admin/keys")
def show_keys(
    request: Request, context: Context, _: Admin, which: Literal["live", "all"] = "live"
) -> Response:
    """The keys that are good, or all ever made, the last made first."""
    now = context.clock()
    with context.database.reading() as connection:
        keys = [(key, key.state(now)) for key in reversed(keys_of(connection))]
        seen = last_seen(connection)
    shown = [(key, state) for key, state in keys if which == "all" or state == "live"]
    ended = sum(state != "live" for _, state in keys)
    return render(
        request,
        "admin/keys.html",
        listed=shown,
        which=which,
        ended=ended,
        seen=seen,
        roles=ROLES,
        new_key=new_key,
    )


@router.post("/admin/keys")
def make(request: Request, context: Context, caller: Admin, form: GivenForm) -> Response:
    """Make a key and show it in this answer alone: what is stored of it does not open anything."""
    wanted, made = form.body(KeyWanted), ""

    def act(connection: Connection) -> None:
        nonlocal made
        made = make_key(
            connection,
            wanted.role,
            now=context.clock(),
            caller=caller,
            person=wanted.person,
            days=wanted.days,
        )

    context.write(form.key, act)
    return render(
        request,
        "admin/made.html",
        secret=made,
        person=wanted.person,
        role=wanted.role,
        is_for_people=wanted.role is not Role.INGEST,
    )


@router.get("/admin/keys/{key_id}/revoke")
def ask_to_revoke(key_id: PathId, request: Request, context: Context, caller: Admin) -> Response:
    """Say what revoking a key does, before it is done."""
    now = context.clock()
    with context.database.reading() as connection:
        key = key_of(connection, key_id_of(key_id))
        is_last = is_last_of_admins(connection, key.key_id, now=now)
    return render(
        request,
        "admin/revoke.html",
        key=key,
        state=key.state(now),
        is_own=key.key_id == caller.key_id,
        is_last=is_last,
        seconds=context.settings.key_cache_seconds,
        new_key=new_key,
    )


@router.post("/admin/keys/{key_id}/revoke")
def revoke(key_id: PathId, context: Context, caller: Admin, form: GivenForm) -> Response:
    """Revoke a key; the last of an admin only if that was said."""

    def act(connection: Connection) -> None:
        now = context.clock()
        if form.text("understood") != "yes" and is_last_of_admins(connection, key_id, now=now):
            raise BadInput(
                "this is the last key of an admin: go back, open the page again, and tick that "
                "you mean it"
            )
        revoke_key(connection, key_id, caller=caller, now=now)

    context.write(form.key, act)
    return see("/admin/keys", "key-revoked")
