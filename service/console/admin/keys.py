"""Keys: who has one, making one, revoking one."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Connection

from detector.errors import BadInput
from service.callers.making import KeyWanted, make_key
from service.callers.revoking import is_last_of_admins
from service.callers.revoking import revoke as revoke_key
from service.console.languages.speaking import gettext, marked
from service.console.pages.faults import NOTHING_SENT, Fault, Refused, refused_by
from service.console.pages.forms import GivenForm, new_key
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import render
from service.console.sessions.actions import last_seen
from service.http.access.keys import Caller, key_id_of, key_of, keys_of
from service.http.context import AppContext, Context
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


LABELS: Final = {
    "person": marked("Whose it is"),
    "role": marked("Role"),
    "days": marked("Days until it expires"),
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
    return _page(request, context, which)


def _page(
    request: Request, context: AppContext, which: str = "live", refused: Refused = NOTHING_SENT
) -> Response:
    now = context.clock()
    with context.database.reading() as connection:
        keys = [(key, key.state(now)) for key in reversed(keys_of(connection))]
        seen = last_seen(connection)
    shown = [(key, state) for key, state in keys if which == "all" or state == "live"]
    ended = sum(state != "live" for _, state in keys)
    return render(
        request,
        "admin/keys.html",
        status=refused.page_status,
        refused=refused,
        labels=LABELS,
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
    made = ""
    try:
        wanted = form.body(KeyWanted)
    except RequestValidationError as error:
        return _page(request, context, refused=refused_by(form, error, LABELS))

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
    return _revoking(request, context, key_id, caller)


def _revoking(
    request: Request,
    context: AppContext,
    key_id: str,
    caller: Caller,
    refused: Refused = NOTHING_SENT,
) -> Response:
    now = context.clock()
    with context.database.reading() as connection:
        key = key_of(connection, key_id_of(key_id))
        is_last = is_last_of_admins(connection, key.key_id, now=now)
    return render(
        request,
        "admin/revoke.html",
        status=refused.page_status,
        refused=refused,
        key=key,
        state=key.state(now),
        is_own=key.key_id == caller.key_id,
        is_last=is_last,
        seconds=context.settings.key_cache_seconds,
        new_key=new_key,
    )


@router.post("/admin/keys/{key_id}/revoke")
def revoke(
    key_id: PathId, request: Request, context: Context, caller: Admin, form: GivenForm
) -> Response:
    """Revoke a key; the last of an admin only if that was said."""

    def act(connection: Connection) -> None:
        now = context.clock()
        if form.text("understood") != "yes" and is_last_of_admins(connection, key_id, now=now):
            raise BadInput("the last key of an admin is revoked only if that is meant")
        revoke_key(connection, key_id, caller=caller, now=now)

    try:
        context.write(form.key, act)
    except BadInput:
        said = gettext("Nothing was revoked: tick that you mean it.")
        refused = Refused(form.fields, [Fault("understood", said)])
        return _revoking(request, context, key_id, caller, refused)
    return see("/admin/keys", "key-revoked")
