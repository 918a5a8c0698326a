"""The gate in front of every route: which roles may pass.

A route says ``caller: Annotated[Caller, allows(DECIDERS)]``. What has no gate must be in `OPEN`;
a test walks every route and fails on one that is in neither.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, Final

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from fastapi.security.utils import get_authorization_scheme_param

from service.database.engine import Database
from service.http.access.keys import Caller, caller_of, check_any_key
from service.http.access.tokens import Tokens, is_token
from service.refusals import NoKey, UnknownKey, WrongRole
from service.roles import Role

OPEN: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Routes without a key: they tell the platform's own machinery whether the service lives."""


LOOK_UP_THREADS: Final = 8
"""Threads that look credentials up: strangers who try keys take none from those who have one."""
HOW_TO_SEND: Final = "send the header Authorization: Bearer <key>"


_CALLER: Final[ContextVar[Caller]] = ContextVar("caller")


@contextmanager
def under_way(caller: Caller) -> Iterator[None]:
    """Know whose request it is, in this task and its threads."""
    token = _CALLER.set(caller)
    try:
        yield
    finally:
        _CALLER.reset(token)


def caller_under_way() -> Caller:
    """Whose request is under way; LookupError where none is."""
    return _CALLER.get()


class Gate(SecurityBase):
    """Lets callers of some roles pass; in the contract, a bearer token."""

    model = HTTPBearer(description="A key, or a token of the identity provider.")
    scheme_name = "HTTPBearer"

    def __init__(self, roles: frozenset[Role]) -> None:
        self.roles = roles

    async def admit(self, request: Request) -> Caller:
        """Judge who is calling, by the headers alone.

        Raises NoKey, UnknownKey, IdentityAway, TooManyRequests or WrongRole.
        """
        identities: Identities = request.app.state.context.identities
        scheme, given = get_authorization_scheme_param(request.headers.get("Authorization"))
        caller = await identities.caller(given if scheme.lower() == "bearer" else None)
        request.state.caller = caller
        request.app.state.context.rate_limiter.check(caller.key_id)
        if caller.role not in self.roles:
            allowed = ", ".join(sorted(self.roles))
            raise WrongRole(f"the role {caller.role} may not do this; it takes: {allowed}")
        return caller

    async def __call__(self, request: Request) -> Caller:
        """Who is calling, as judged before the body was received."""
        caller: Caller = request.state.caller
        return caller


def allows(roles: frozenset[Role]) -> Any:  # noqa: ANN401 - FastAPI's own marker type
    """The dependency that lets only these roles pass."""
    return Depends(Gate(roles))


class Identities:
    """Who is calling, by a key of ours or a token of the identity provider."""

    def __init__(self, keys: KeyCache, tokens: Tokens | None) -> None:
        self._keys = keys
        self._tokens = tokens
        self._token_threads = CapacityLimiter(LOOK_UP_THREADS)

    async def caller(self, credentials: str | None) -> Caller:
        """Who holds the credentials; raises NoKey, UnknownKey, WrongRole or IdentityAway."""
        if self._tokens is not None and credentials and is_token(credentials):
            return await to_thread.run_sync(
                self._tokens.caller, credentials, limiter=self._token_threads
            )
        return await self._keys.caller(credentials)

    async def signed_in(self, id_token: str, *, client_id: str, nonce: str) -> Caller:
        """Who signed in at the identity provider; raises UnknownKey, WrongRole, IdentityAway."""
        if self._tokens is None:
            raise UnknownKey("no identity provider is named")
        check = partial(self._tokens.signed_in, id_token, client_id=client_id, nonce=nonce)
        return await to_thread.run_sync(check, limiter=self._token_threads)


class KeyCache:
    """Checked keys, believed for a moment, so that not every request asks the database."""

    def __init__(self, database: Database, clock: Any, seconds: float) -> None:  # noqa: ANN401
        self._database = database
        self._clock = clock
        self._seconds = seconds
        self._known: dict[str, tuple[float, Caller]] = {}
        self._threads = CapacityLimiter(LOOK_UP_THREADS)
        self._has_keys = False

    async def caller(self, key: str | None) -> Caller:
        """Who holds the key; raises NoKey or UnknownKey."""
        known = self._known.get(key) if key else None
        if known and known[0] > time.monotonic():
            return known[1]
        if not key and self._has_keys:
            raise NoKey(HOW_TO_SEND)
        return await to_thread.run_sync(self._look_up, key, limiter=self._threads)

    def _look_up(self, key: str | None) -> Caller:
        with self._database.reading() as connection:
            if not key:
                check_any_key(connection)
                self._has_keys = True  # keys are revoked, never deleted: this stays so
                raise NoKey(HOW_TO_SEND)
            caller = caller_of(connection, key, now=self._clock())
        if len(self._known) > 1_000:  # only good keys get in, so this is many people
            self._known.clear()
        self._known[key] = (time.monotonic() + self._seconds, caller)
        return caller
