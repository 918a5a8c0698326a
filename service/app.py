"""The application, put together: one factory, no globals."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.routing import BaseRoute

from detector.warm_up import warm_up
from service import traces
from service.answers.routes import router as answers
from service.assessments.active_model import ActiveModel
from service.assessments.routes import router as trained
from service.audit.routes import router as audit
from service.audit_sample.routes import router as audit_sample
from service.callers.routes import router as callers
from service.cases.routes import router as cases
from service.clock import Clock, system_clock
from service.console.pages import nowhere
from service.console.router import FILES, PAGES
from service.console.signing_in.identity_provider import provider_of
from service.console.what_if.runner import Runner
from service.decisions.adjustments.routes import router as adjustments
from service.decisions.appeals import routes as appeals
from service.decisions.sanctions.routes import router as sanctions
from service.decisions.verdicts.routes import router as verdicts
from service.decisions.withdrawals import routes as withdrawals
from service.erasure.routes import router as erasure
from service.health.gauges import Gauges
from service.health.routes import router as health
from service.http import problems
from service.http.access.rate_limiter import RateLimiter
from service.http.admission import Room
from service.http.context import AppContext
from service.http.limits import Limits
from service.http.metrics import Metrics
from service.http.paths import EncodedSlashes
from service.http.prefix import Prefix
from service.http.request_metrics import RequestMetrics
from service.intake.complaints.routes import router as filing
from service.intake.evidence.routes import router as evidence
from service.intake.evidence.storage import Folder
from service.intake.orders.routes import router as orders
from service.links.routes import router as links
from service.notices.enclosing import enclosing
from service.notices.routes import router as notices
from service.outbox.routes import router as outbox
from service.outbox.webhook_dispatcher import WebhookDispatcher
from service.portal.pages import nowhere as public_nowhere
from service.portal.router import PUBLIC_PAGES
from service.scoring.routes import router as scores
from service.scoring.worker import worker_for
from service.settings import Settings
from service.traces import UNTRACED
from service.views.common_causes.routes import router as common_causes
from service.views.complaints.routes import router as complaints
from service.views.decisions import routes as decided
from service.views.previews.routes import router as previews
from service.views.rulebook.routes import router as rulebook
from service.views.sellers.routes import router as sellers
from service.views.transparency.routes import router as transparency
from service.views.workload.routes import router as workload

DAY_S = 86_400
# A complaint's id may hold slashes, so the longer paths below it come before the complaint itself.
ROUTERS = (
    filing,
    evidence,
    answers,
    notices,
    verdicts,
    previews,
    decided.verdicts,
    appeals.filing,
    decided.appeals,
    appeals.deciding,
    withdrawals.filing,
    decided.withdrawals,
    withdrawals.deciding,
    complaints,
    orders,
    scores,
    rulebook,
    adjustments,
    transparency,
    sellers,
    common_causes,
    workload,
    cases,
    trained,
    decided.sanctions,
    sanctions,
    outbox,
    erasure,
    audit,
    audit_sample,
    callers,
    links,
    health,
)


def _routes_of(routers: Iterable[APIRouter]) -> list[BaseRoute]:
    """The routes of routers, one after the other; services of one process share them.

    They stand in one list, as the framework is slow to look into routers that are included: that
    took a tenth of a read.
    """
    return [route for router in routers for route in router.routes]


API_ROUTES: Final = _routes_of(ROUTERS)
FILE_ROUTES: Final = _routes_of(FILES)
PAGE_ROUTES: Final = _routes_of(PAGES)
PUBLIC_ROUTES: Final = _routes_of(PUBLIC_PAGES)


def create_app(settings: Settings | None = None, *, clock: Clock = system_clock) -> FastAPI:
    """The service as an ASGI application.

    The store must be at the current revision (`service.database.revisions.prepare`); if it is not,
    every request is a 503 that says so.
    """
    settings = settings or Settings()
    app = FastAPI(
        title="Suspicious-seller detector",
        version="1",
        description="Complaints in; a queue for moderators and a ledger of points out.",
        docs_url=None,  # the pages fetch scripts from elsewhere; the contract itself is here:
        redoc_url=None,
        openapi_url="/openapi.json",
        servers=[{"url": settings.root_path}] if settings.root_path else None,
        lifespan=_lifespan,
        telemetry=UNTRACED,
    )
    metrics = _install_parts(app, settings, clock)
    problems.install(app)
    if settings.console:
        nowhere.install(app)
    if settings.public:
        public_nowhere.install(app)
    app.add_middleware(
        Limits,
        bytes_max=settings.body_bytes_max,
        seconds_max=settings.body_seconds_max,
    )
    app.add_middleware(EncodedSlashes)
    app.add_middleware(Prefix, root_path=settings.root_path)
    app.add_middleware(
        RequestMetrics, metrics=metrics, logs=settings.log_requests
    )  # added last, so outermost
    app.router.routes.extend(_routes(settings))
    return app


def _routes(settings: Settings) -> Iterator[BaseRoute]:
    """The routes of what an installation serves."""
    yield from API_ROUTES
    if settings.console or settings.public:
        yield from FILE_ROUTES
    if settings.console:
        yield from PAGE_ROUTES
    if settings.public:
        yield from PUBLIC_ROUTES


def _install_parts(app: FastAPI, settings: Settings, clock: Clock) -> Metrics:
    """Build the parts of an installation, each from those it uses; slices ask for them by type."""
    state = app.state
    state.context = context = AppContext(settings, clock)
    state.room = Room(
        total=settings.requests_at_once,
        share=settings.requests_at_once_per_key,
        connections=settings.pool_size,
    )
    state.metrics = metrics = Metrics()
    state.active_model = active_model = ActiveModel(settings.models)
    state.storage = Folder(settings.evidence)
    state.comparison_lock = threading.Lock()
    state.levels_lock = threading.Lock()
    state.what_ifs = Runner(context)
    state.sign_ins = RateLimiter(
        settings.sign_ins_per_second, noun="sign-ins", verb="try", who="this address"
    )
    state.public_requests = RateLimiter(
        settings.public_requests_per_second, noun="requests", who="this address or link"
    )
    state.public_notices = RateLimiter(
        settings.public_notices_per_day / DAY_S,
        noun="notices",
        verb="send",
        who="this address",
        burst_s=DAY_S / 2,
    )
    state.identity_provider = provider_of(settings)
    state.gauges = Gauges(
        metrics.registry,
        database=context.database,
        clock=clock,
        active_model=active_model,
        snapshot_us=settings.snapshot_us,
    )
    enclose = enclosing(context.policies, settings.language, clock)
    state.webhook_dispatcher = WebhookDispatcher(context.database, clock, enclose)
    state.worker = worker_for(
        settings,
        context.database,
        context.policies,
        active_model,
        clock=clock,
        arrivals=context.rescoring_requested,
    )
    return metrics


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state = app.state
    # Compiled here, so that no request ever waits for a compiler.
    await run_in_threadpool(warm_up)
    if state.context.settings.work:
        state.worker.start()
        state.webhook_dispatcher.start()
    yield
    await run_in_threadpool(state.what_ifs.close)
    await run_in_threadpool(state.worker.stop)
    await run_in_threadpool(state.webhook_dispatcher.stop)
    state.context.close()
    await run_in_threadpool(traces.stop)
