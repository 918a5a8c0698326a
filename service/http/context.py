"""What every route works with: settings, store, clock, rules, models, worker."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from sqlalchemy import Connection

from detector.durations import DAY_US, HOUR_US, MINUTE_US
from detector.rules import Policies, bundled, policies_of
from service.assessments.active_model import ActiveModel
from service.clock import Clock, system_clock
from service.database.engine import Database
from service.erasure.actions import Terms as Retention
from service.health.meters import Meters
from service.http.access.gate import Identities, KeyCache
from service.http.access.keyring import Keyring
from service.http.access.rate_limiter import RateLimiter
from service.http.access.tokens import Terms, Tokens
from service.http.idempotency.idempotency_key import IdempotentRequest
from service.intake.evidence.storage import Folder, Storage
from service.outbox.webhook_dispatcher import WebhookDispatcher
from service.scoring.worker import Worker
from service.settings import Settings

Answer = TypeVar("Answer")


@dataclass
class AppContext:
    """The parts of one installation, put together once."""

    settings: Settings
    clock: Clock = system_clock
    database: Database = field(init=False)
    policies: Policies = field(init=False)
    active_model: ActiveModel = field(init=False)
    keys: KeyCache = field(init=False)
    identities: Identities = field(init=False)
    rate_limiter: RateLimiter = field(init=False)
    worker: Worker = field(init=False)
    webhook_dispatcher: WebhookDispatcher = field(init=False)
    storage: Storage = field(init=False)
    meters: Meters = field(default_factory=Meters)
    folding: threading.Lock = field(default_factory=threading.Lock)
    """Held while a request folds the whole log: one is enough for a process."""

    def __post_init__(self) -> None:
        """Open what the settings name."""
        settings = self.settings
        self.database = Database(settings.database, pool_size=settings.pool_size)
        self.policies = policies_named(settings.policy)
        self.active_model = ActiveModel(settings.models)
        self.keys = KeyCache(self.database, self.clock, settings.key_cache_seconds)
        self.identities = Identities(self.keys, tokens_of(settings))
        self.rate_limiter = RateLimiter(settings.requests_per_second)
        self.storage = Folder(settings.evidence)
        self.worker = Worker(self)
        self.webhook_dispatcher = WebhookDispatcher(self.database, self.clock)

    @property
    def lease_us(self) -> int:
        """How long a claimed case is held, in microseconds."""
        return int(self.settings.lease_minutes * MINUTE_US)

    @property
    def due_us(self) -> int:
        """How long until a case is due, in microseconds."""
        return int(self.settings.due_hours * HOUR_US)

    @property
    def retention(self) -> Retention:
        """How long buyers' data is kept; a policy that knows no end of appeals holds a month."""
        window = self.policies.at(self.clock()).appeals.window
        return Retention(
            kept_us=int(self.settings.retain_days * DAY_US),
            appeal_us=30 * DAY_US if window is None else window,
        )

    @property
    def skew_us(self) -> int:
        """How far ahead a client's clock may be, in microseconds."""
        return int(self.settings.clock_skew_seconds * 1_000_000)

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
            answer = act(connection)
            answered = status() if callable(status) else status
            key.keep(connection, answer, answered, now=now)
        return answer

    def wake_worker(self) -> None:
        """Something arrived that changes assessments."""
        self.worker.wake()

    def catch_up(self, seller_ids: Sequence[str]) -> None:
        """Make assessments current before they are told, where this process scores."""
        if self.settings.work:
            self.worker.catch_up(seller_ids)

    def close(self) -> None:
        """Let go of every connection."""
        self.database.close()


def policies_named(name: str) -> Policies:
    """A bundled policy by name, or the policy in a TOML file."""
    path = Path(name)
    if path.suffix == ".toml":
        return policies_of(path.read_text(encoding="utf-8"), source=name)
    return bundled(name)


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
