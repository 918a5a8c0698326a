"""`detector work`: score sellers as complaints arrive, in processes of its own."""

from __future__ import annotations

import typer

from service.cli.serve import DatabaseOption, ModelsOption, settings_of


def work(database: DatabaseOption = None, models: ModelsOption = None) -> None:
    """Score sellers as complaints arrive, until SIGTERM or Ctrl-C.

    A second process scores the whole market now and then. Any number of these share the load.
    Start the service with DETECTOR_WORK=false then, so that it only serves.
    """
    import signal
    import threading

    from service.database.revisions import prepare
    from service.http.context import Household
    from service.http.request_metrics import log_as_json
    from service.scoring.process import CHECK_S, MarketProcess
    from service.startup import settle

    log_as_json()
    house = Household(settings_of(database=database, models=models))
    prepare(house.database)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    market = MarketProcess(house)
    market.start()
    settle()
    house.worker.start(market=False)
    house.courier.start()
    typer.echo(f"scoring as worker {house.worker.name}", err=True)
    while not ended.wait(CHECK_S):
        market.revive()
    house.worker.stop()
    house.courier.stop()
    market.stop()
    house.close()
