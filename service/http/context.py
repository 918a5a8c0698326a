"""What every route works with: settings, clock, store, rules, and who is calling."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from sqlalchemy import Connection

from detector.rules import Policies, policies_of
from service.clock import Clock, system_clock
from service.database.engine import Bounds, Database
from service.http.access.gate import Identities, KeyCache
from service.http.access.keyring import Keyring
from service.http.access.rate_limiter import RateLimiter
from service.http.access.tokens import Terms, Tokens
from service.http.idempotency.idempotency_key import IdempotentRequest
from service.http.redaction import shown_to
from service.policies import policy_text
from service.settings import Settings

Answer = TypeVar("Answer")


@dataclass
class AppContext:
    """The parts that every route needs; what only some need, they ask for by themselves."""

    settings: Settings
    clock: Clock = system_clock
    database: Database = field(init=False)
    policies: Policies = field(init=False)
    policy_text: str = field(init=False)
    """The TOML that the policies were read from."""
    identities: Identities = field(init=False)
    rate_limiter: RateLimiter = field(init=False)
    events_limiter: RateLimiter = field(init=False)
    rescoring_requested: threading.Event = field(default_factory=threading.Event)
    """Set when a request changed what assessments rest on; a worker in this process waits on it."""

    def __post_init__(self) -> None:
        """Open what the settings name."""
        settings = self.settings
        self.database = Database.of(
            settings,
            pool_size=settings.pool_size,
            bounds=Bounds(settings.lock_seconds, settings.statement_seconds),
        )
        self.policy_text = policy_text(settings.policy)
        self.policies = policies_of(self.policy_text, source=settings.policy)
        keys = KeyCache(self.database, self.clock, settings.key_cache_seconds)
        self.identities = Identities(keys, tokens_of(settings))
        self.rate_limiter = RateLimiter(settings.requests_per_second)
        self.events_limiter = RateLimiter(
            settings.events_per_second, noun="events of sellers' logs", verb="have folded"
        )

    def write(
        self,
        key: IdempotentRequest,
        act: Callable[[Connection], Answer],
        status: int | Callable[[], int] = HTTPStatus.OK,
        *,
        alone: bool = False,
    ) -> Answer:
        """One request, one transaction: act, and store the answer for a request sent again.

        A `status` that depends on what was done is asked for afterwards. `alone`: on PostgreSQL
        `act` writes with a single statement, which needs no transaction around it.
        """
        now = self.clock()
        is_alone = alone and key.request_key is None
        database = self.database
        with database.writing_alone() if is_alone else database.writing() as connection:
            stored = key.replay(connection, now=now)
            if stored is not None:
                return stored  # type: ignore[return-value]  # FastAPI passes a Response through
            # As the caller is shown it: what is stored may be sent again, past the route.
            answer = shown_to(key.request.state.caller, act(connection))
            answered = status() if callable(status) else status
            key.keep(connection, answer, answered, now=now)
        return answer

    def wake_worker(self) -> None:
        """Something arrived that changes assessments."""
        self.rescoring_requested.set()

    def close(self) -> None:
        """Let go of every connection."""
        self.database.close()


def tokens_of(settings: Settings) -> Tokens | None:
    """What checks people's tokens; None where no identity provider is named."""
    if not (settings.oidc_issuer and settings.oidc_audience and settings.oidc_jwks):
        return None
    terms = Terms(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        role_claim=settings.oidc_role_claim,
        person_claim=settings.oidc_person_claim,
        roles=settings.oidc_roles,
        leeway_seconds=settings.oidc_leeway_seconds,
    )
    return Tokens(terms, Keyring(settings.oidc_jwks))


async def _context_of(request: Request) -> AppContext:
    context: AppContext = request.app.state.context
    return context


Context = Annotated[AppContext, Depends(_context_of)]
"""What a route asks for to get at the installation."""
