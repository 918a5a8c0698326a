"""Health and metrics of a process that serves nothing else: `detector work`."""

from __future__ import annotations

import threading
from socket import socket
from typing import Final

from fastapi import FastAPI

from service.assessments.active_model import ActiveModel
from service.clock import Clock, system_clock
from service.health.gauges import Gauges
from service.health.routes import router
from service.http.context import AppContext
from service.http.metrics import Metrics
from service.settings import Settings
from service.traces import UNTRACED

CONNECTIONS: Final = 2
"""Of the database: a probe and a scrape at a time; others of the same kind wait."""


def health_app(settings: Settings, *, clock: Clock = system_clock) -> FastAPI:
    """The routes of health and metrics alone, as the service has them."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, telemetry=UNTRACED)
    context = AppContext(settings.model_copy(update={"pool_size": CONNECTIONS}), clock)
    app.state.context = context
    app.state.active_model = active_model = ActiveModel(settings.models)
    app.state.gauges = Gauges(
        Metrics().registry,
        database=context.database,
        clock=clock,
        active_model=active_model,
        snapshot_us=settings.snapshot_us,
    )
    app.include_router(router)
    return app


class HealthServer:
    """Answers on a socket, beside what the process is there for."""

    def __init__(self, settings: Settings, listening: socket) -> None:
        import uvicorn

        self._app = health_app(settings)
        self._listening = listening
        config = uvicorn.Config(
            self._app, log_level="warning", access_log=False, timeout_graceful_shutdown=2
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._answer, name="health", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Answer what was asked, and end."""
        self._server.should_exit = True
        self._thread.join()
        self._app.state.context.close()

    def _answer(self) -> None:
        self._server.run(sockets=[self._listening])
