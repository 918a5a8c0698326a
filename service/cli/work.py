"""`detector work`: score sellers as complaints arrive, in processes of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from models import DEFAULT_DIRECTORY
from service.cli.environment import settings_of
from service.cli.histories import ModelsOption
from service.cli.serve import DatabaseOption, trace_as_asked

if TYPE_CHECKING:
    from service.health.server import HealthServer
    from service.settings import Settings


def work(database: DatabaseOption = None, models: ModelsOption = DEFAULT_DIRECTORY) -> None:
    """Score sellers as complaints arrive, until SIGTERM or Ctrl-C.

    A second process scores the whole market now and then. Any number of these share the load.
    Start the service with DETECTOR_WORK=false then, so that it only serves.
    """
    import signal
    import threading

    from service import traces
    from service.assessments.active_model import ActiveModel
    from service.clock import system_clock
    from service.database.engine import Database
    from service.database.revisions import prepare
    from service.http.request_metrics import log_as_json
    from service.notices.enclosing import enclosing
    from service.outbox.webhook_dispatcher import WebhookDispatcher
    from service.policies import policies_named
    from service.scoring.process import CHECK_S, MarketProcess
    from service.scoring.worker import worker_for
    from service.startup import prepare_process

    settings = settings_of(database=database, models=models)
    log_as_json(settings.log_level)
    trace_as_asked("worker")
    store = Database.of(settings, pool_size=settings.pool_size)
    policies, active_model = policies_named(settings.policy), ActiveModel(settings.models)
    prepare(store)
    health = _health_of(settings)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    worker = worker_for(settings, store, policies, active_model)
    enclose = enclosing(policies, settings.language, system_clock)
    dispatcher = WebhookDispatcher(store, system_clock, enclose)
    market = MarketProcess(settings, store, worker_name=worker.name)
    market.start()
    prepare_process()
    worker.start(market=False)
    dispatcher.start()
    if health is not None:
        health.start()
    typer.echo(f"scoring as worker {worker.name}", err=True)
    while not ended.wait(CHECK_S):
        market.revive()
    worker.stop()
    dispatcher.stop()
    market.stop()
    if health is not None:
        health.stop()
    store.close()
    traces.stop()


def _health_of(settings: Settings) -> HealthServer | None:
    """What answers how this process is, where a port is set; BadInput when the port is taken."""
    from service.cli.serve import listen
    from service.health.server import HealthServer

    if settings.work_port is None:
        return None
    listening = listen(settings.host, settings.work_port, named="DETECTOR_WORK_PORT")
    address = f"http://{settings.host}:{listening.getsockname()[1]}"
    typer.echo(f"health and metrics on {address}", err=True)
    return HealthServer(settings, listening)
