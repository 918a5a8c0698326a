"""What works out what-ifs beside the requests: a thread watches over each one's process."""

from __future__ import annotations

import threading
from time import monotonic
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from detector.errors import Refusal
from service.console.what_if import store
from service.http.context import AppContext
from service.views.rulebook.schemas import WhatIf, WhatIfShown
from service.views.rulebook.what_if_process import WhatIfProcess

LOOK_SECONDS: Final = 0.5
"""How soon a process is stopped once somebody asked for it."""
SEEN_SECONDS: Final = 5.0
LISTED: Final = 5_000
"""Sellers listed one by one: more than anybody pages through."""


class Runner:
    """The what-ifs of one process of the service; they end with it."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._threads: list[threading.Thread] = []
        self._closing = threading.Event()

    def start(self, what_if_id: str, asked: WhatIf) -> None:
        """Begin to work one out; its row is there."""
        self._threads = [one for one in self._threads if one.is_alive()]
        thread = threading.Thread(target=self._run, args=(what_if_id, asked), daemon=True)
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        """Stop them all."""
        self._closing.set()
        for thread in self._threads:
            thread.join()

    def _run(self, what_if_id: str, asked: WhatIf) -> None:
        context = self._context
        process = WhatIfProcess(context.settings, asked, now=context.clock(), listed=LISTED)
        try:
            found = self._watched(what_if_id, process)
            values = {"state": "stopped"} if found is None else _done(found)
        except Refusal as refusal:
            values = {"state": "failed", "fault": str(refusal)}
        except SQLAlchemyError:
            structlog.get_logger().exception("what-if cut off", what_if_id=what_if_id)
            return  # nobody hears of it any more: its row tells so by itself
        finally:
            process.stop()
        with context.database.writing() as connection:
            store.end(connection, what_if_id, {**values, "ended_at": context.clock()})

    def _watched(self, what_if_id: str, process: WhatIfProcess) -> WhatIfShown | None:
        """What came out; None where somebody stopped it."""
        database, seen = self._context.database, monotonic()
        while (found := process.result(seconds=LOOK_SECONDS)) is None:
            with database.reading() as connection:
                row = store.what_if_of(connection, what_if_id)
            if self._closing.is_set() or row is None or row.state == "stopping":
                return None
            if monotonic() - seen > SEEN_SECONDS:
                seen = monotonic()
                with database.writing() as connection:
                    store.mark_seen(connection, what_if_id, now=self._context.clock())
        return found


def _done(found: WhatIfShown) -> dict[str, str]:
    return {"state": "done", "result": found.model_dump_json()}
