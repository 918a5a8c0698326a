"""`detector work`: score sellers as complaints arrive, in a process of its own."""

from __future__ import annotations

import typer

from service.cli.serve import DatabaseOption, ModelsOption, settings_of


def work(database: DatabaseOption = None, models: ModelsOption = None) -> None:
    """Score sellers as complaints arrive, until SIGTERM or Ctrl-C.

    Any number of these share the load. Start the service with DETECTOR_WORK=false then, so that
    it only serves.
    """
    import signal
    import threading

    from service.house import Household
    from service.observed import log_as_json
    from service.revisions import prepare

    log_as_json()
    house = Household(settings_of(database=database, models=models))
    prepare(house.database)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    house.worker.start()
    house.courier.start()
    typer.echo(f"scoring as worker {house.worker.name}", err=True)
    ended.wait()
    house.worker.stop()
    house.courier.stop()
    house.close()
