"""The gate in front of every page: a session, in a role that the page is for."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from anyio import to_thread
from fastapi import Depends, Request

from service.console.sessions import actions as sessions
from service.console.sessions.actions import Limits, Session
from service.http.access.gate import Gate
from service.http.access.keys import Caller
from service.http.context import AppContext
from service.http.origin import check_same_origin, is_secure
from service.refusals import SessionEnded, WrongRole
from service.roles import Role
from service.settings import Settings
from service.views.workload.store import waiting_of

SECURE_COOKIE: Final = "__Host-detector"
"""Browsers take this name only by https, for this host alone and for every path."""
SHARED_COOKIE: Final = "__Secure-detector"
"""The same where others share the host: by https, and for the paths below our prefix alone."""
LOCAL_COOKIE: Final = "detector"
"""By plain http, which is for this machine only."""


class SessionGate(Gate):
    """Lets people of some roles pass who are signed in."""

    is_use = True
    """Whether a person asks, so that the session is in use."""

    async def admit(self, request: Request) -> Caller:
        """Judge who is looking, by the headers alone.

        Raises CrossSite, SessionEnded, TooManyRequests or WrongRole.
        """
        context: AppContext = request.app.state.context
        check_same_origin(request, context.settings)
        cookie = request.cookies.get(cookie_name(request, context.settings))
        if cookie is None:
            raise SessionEnded("sign in first")
        counts = self.is_use and request.method == "GET"
        session, request.state.waiting = await to_thread.run_sync(
            partial(_session_of, context, cookie, is_use=self.is_use, counts=counts)
        )
        request.state.session, request.state.caller = session, session.caller
        context.rate_limiter.check(session.caller.key_id)
        if session.caller.role not in self.roles:
            allowed = ", ".join(sorted(self.roles))
            raise WrongRole(f"the role {session.caller.role} may not do this; it takes: {allowed}")
        return session.caller


def signed_in(roles: frozenset[Role]) -> Any:  # noqa: ANN401 - FastAPI's own marker type
    """The dependency that lets only people of these roles pass."""
    return Depends(SessionGate(roles))


class PollGate(SessionGate):
    """The same for what an open page asks for again and again."""

    is_use = False


def polling(roles: frozenset[Role]) -> Any:  # noqa: ANN401 - FastAPI's own marker type
    """`signed_in` where nobody has to sit in front of the page."""
    return Depends(PollGate(roles))


def cookie_name(request: Request, settings: Settings) -> str:
    """What the session's cookie is called where people reach the service so."""
    if not is_secure(request, settings):
        return LOCAL_COOKIE
    return SHARED_COOKIE if settings.root_path else SECURE_COOKIE


def limits_of(settings: Settings) -> Limits:
    """How long sessions last."""
    return Limits(settings.session_idle_us, settings.session_us)


def _session_of(
    context: AppContext, cookie: str, *, is_use: bool, counts: bool
) -> tuple[Session, dict[str, int]]:
    """The session of a cookie and, where it `counts`, how much waits for a second person."""
    now, limits = context.clock(), limits_of(context.settings)
    with context.database.reading() as connection:
        session = sessions.session_of(connection, cookie, limits=limits, now=now)
        waiting = waiting_of(connection, now=now) if counts else {}
    if session.is_due and is_use:
        with context.database.writing() as connection:
            session = sessions.mark_seen(connection, session, limits=limits, now=now)
    return session, waiting
