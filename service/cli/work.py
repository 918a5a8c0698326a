"""`detector work`: score sellers as complaints arrive, in processes of its own."""

from __future__ import annotations

import typer

from models import DEFAULT_DIRECTORY
from service.cli.histories import ModelsOption
from service.cli.serve import DatabaseOption, settings_of


def work(database: DatabaseOption = None, models: ModelsOption = DEFAULT_DIRECTORY) -> None:
    """Score sellers as complaints arrive, until SIGTERM or Ctrl-C.

    A second process scores the whole market now and then. Any number of these share the load.
    Start the service with DETECTOR_WORK=false then, so that it only serves.
    """
    import signal
    import threading

    from service.database.revisions import prepare
    from service.http.context import AppContext
    from service.http.request_metrics import log_as_json
    from service.scoring.process import CHECK_S, MarketProcess
    from service.startup import settle

    log_as_json()
    context = AppContext(settings_of(database=database, models=models))
    prepare(context.database)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    market = MarketProcess(context)
    market.start()
    settle()
    context.worker.start(market=False)
    context.webhook_dispatcher.start()
    typer.echo(f"scoring as worker {context.worker.name}", err=True)
    while not ended.wait(CHECK_S):
        market.revive()
    context.worker.stop()
    context.webhook_dispatcher.stop()
    market.stop()
    context.close()
