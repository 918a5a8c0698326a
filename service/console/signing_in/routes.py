"""Signing in and out, one's sessions, and how pages look."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from service.cases import actions as cases
from service.console.languages.catalogues import offered
from service.console.languages.choice import BROWSER, COOKIE
from service.console.languages.writing import begun
from service.console.pages.forms import GivenForm
from service.console.pages.gate import cookie_name, limits_of, polling, signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import CHOICES, render, zones
from service.console.pages.words import english
from service.console.sessions import actions as sessions
from service.console.signing_in.entry import check_way_in, entered, wanted_page
from service.http.access.keys import Caller
from service.http.access.tokens import is_token
from service.http.context import AppContext, Context
from service.http.cookies import forget_cookie, set_cookie
from service.http.origin import check_same_origin
from service.refusals import NoKey, UnknownKey
from service.roles import READERS

router = page_router()
Reader = Annotated[Caller, signed_in(READERS)]


def _same_origin(request: Request, context: Context) -> None:
    check_same_origin(request, context.settings)


@router.get("/")
def go_to_queue(_: Reader) -> Response:
    """The queue is where work begins."""
    return see("/queue")


@router.get("/login")
def show_login(request: Request) -> Response:
    """Ask for a key."""
    return _login(request)


@router.post("/login", dependencies=[Depends(_same_origin)])
async def sign_in(request: Request, context: Context, form: GivenForm) -> Response:
    """Begin a session for who holds a key, or a link that signs in once."""
    check_way_in(request, context)
    key, once = form.text("key").strip(), form.text("once")
    try:
        caller = None if once else await context.identities.caller(key or None)
    except (UnknownKey, NoKey) as refusal:
        fault = english(f"{begun(str(refusal))}.")
        return _login(request, status=401, fault=fault, wanted=form.text("next"))
    cookie = await run_in_threadpool(_begin, context, request, caller, key, once)
    return entered(request, context, cookie, form.text("next"))


def _begin(
    context: AppContext, request: Request, caller: Caller | None, key: str, once: str
) -> str:
    now = context.clock()
    with context.database.writing() as connection:
        if caller is None:
            caller = sessions.caller_by_link(connection, once, now=now)
        return sessions.begin(
            connection,
            caller,
            key_id=None if is_token(key) else caller.key_id,
            browser=request.headers.get("user-agent", ""),
            now=now,
        )


@router.post("/logout")
def sign_out(request: Request, context: Context, _: Reader) -> Response:
    """End this session, and give back the cases that its person holds."""
    session, now = request.state.session, context.clock()
    with context.database.writing() as connection:
        cases.release_all(connection, caller=session.caller, now=now)
        sessions.end(connection, session.caller.person, now=now, session_id=session.session_id)
    return _forget(request, context, see("/login", "signed-out"))


@router.get("/sessions")
def show_sessions(request: Request, context: Context, caller: Reader) -> Response:
    """Where the reader is signed in."""
    with context.database.reading() as connection:
        found = sessions.open_sessions(
            connection, caller.person, limits=limits_of(context.settings), now=context.clock()
        )
    return render(
        request,
        "signing_in/sessions.html",
        sessions=found,
        zones=sorted(zones()),
        languages=offered(),
        chosen_language=request.cookies.get(COOKIE, BROWSER),
    )


@router.get("/sessions/left")
def seconds_left(
    request: Request, context: Context, _: Annotated[Caller, polling(READERS)]
) -> Response:
    """In how many seconds this session ends; to ask is no use of it."""
    return _left(request, context)


@router.post("/sessions/left")
def stay(request: Request, context: Context, _: Reader) -> Response:
    """Use this session, and nothing else: it ends later by that."""
    return _left(request, context)


@router.post("/sessions/end")
def end_sessions(request: Request, context: Context, caller: Reader, form: GivenForm) -> Response:
    """End one of the reader's sessions, or all."""
    session_id = form.text("session_id") or None
    with context.database.writing() as connection:
        sessions.end(connection, caller.person, now=context.clock(), session_id=session_id)
    if session_id not in (None, request.state.session.session_id):
        return see("/sessions", "session-ended")
    return _forget(request, context, see("/login", "signed-out"))


@router.post("/preferences")
def keep_preferences(request: Request, _: Reader, form: GivenForm) -> Response:
    """Keep in the browser how pages look to its reader."""
    response = see("/sessions", "preferences")
    allowed = {**CHOICES, "zone": zones(), COOKIE: {BROWSER, *(one.tag for one in offered())}}
    for name, values in allowed.items():
        if form.text(name) in values:
            set_cookie(response, request, name, form.text(name), seconds=365 * 86_400)
    return response


def _login(request: Request, *, status: int = 200, fault: str = "", wanted: str = "") -> Response:
    return render(
        request,
        "signing_in/login.html",
        status=status,
        fault=fault,
        wanted=wanted_page(wanted or request.query_params.get("next", "")),
        once=request.query_params.get("once", ""),
        has_provider=request.app.state.identity_provider is not None,
    )


def _left(request: Request, context: AppContext) -> Response:
    seconds = max(0, request.state.session.ends_at - context.clock()) // 1_000_000
    return Response(str(seconds), media_type="text/plain", headers={"Cache-Control": "no-store"})


def _forget(request: Request, context: AppContext, response: RedirectResponse) -> Response:
    forget_cookie(response, request, cookie_name(request, context.settings))
    return response
