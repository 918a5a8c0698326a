"""`detector serve`: the HTTP service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from models import DEFAULT_DIRECTORY
from service.cli.environment import settings_of
from service.cli.histories import ModelsOption

if TYPE_CHECKING:
    from socket import socket

    from service.settings import Settings

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="sqlite:///FILE or postgresql://…; default: detector.sqlite3 in this directory.",
    ),
]


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")
    ] = None,
    database: DatabaseOption = None,
    models: ModelsOption = DEFAULT_DIRECTORY,
) -> None:
    """Serve the HTTP API, and pages for people. An empty database is set up by itself.

    Every setting can also come from the environment: DETECTOR_PORT, DETECTOR_DATABASE, …
    """
    from service.database.engine import Database
    from service.database.revisions import prepare
    from service.http.request_metrics import log_as_json

    settings = settings_of(host=host, port=port, database=database, models=models)
    store = Database.of(settings)
    prepare(store)
    store.close()
    listening = listen(settings.host, settings.port)
    log_as_json(settings.log_level)
    trace_as_asked("api")
    address = f"http://{settings.host}:{listening.getsockname()[1]}{settings.root_path}"
    typer.echo(f"serving on {address}", err=True)
    run(settings, listening)


def trace_as_asked(part: str) -> None:
    """Make spans of what a process does, where OTEL_* asks for it; say so where it asks in vain."""
    import os

    from service import traces

    why_not = traces.start(part, os.environ)
    if why_not is not None:
        typer.echo(f"note: {why_not}", err=True)


def listen(host: str, port: int, *, named: str = "--port") -> socket:
    """A listening socket; BadInput when the port is taken or the address is not ours."""
    import socket

    from detector.errors import BadInput

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on and answers wait 40 ms for an ACK.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise BadInput(
            f"{named}: cannot listen on {host}:{port} ({error.strerror}); try another, or 0"
        ) from error
    listening.listen(2048)
    return listening


def run(settings: Settings, listening: socket) -> None:
    """Serve until SIGTERM or Ctrl-C; requests under way are finished first."""
    import uvicorn

    from service.app import create_app
    from service.startup import prepare_process

    app = create_app(settings)
    prepare_process()
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.forwarded_from,
        timeout_graceful_shutdown=10,
    )
    uvicorn.Server(config).run(sockets=[listening])
