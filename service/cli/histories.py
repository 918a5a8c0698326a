"""The options that name a history, and how the command line reads one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from detector.history.history import History

ComplaintsOption = Annotated[
    str, typer.Option("--complaints", help="Complaints: Parquet, CSV, CSV.gz or a database URL.")
]
OrdersOption = Annotated[
    str | None, typer.Option("--orders", help="Orders, a row an order or a row a seller and day.")
]
ModelsOption = Annotated[
    Path,
    typer.Option(
        "--models",
        metavar="DIR",
        envvar="DETECTOR_MODELS",
        help="Directory of the trained models.",
    ),
]
ModelOption = Annotated[
    str | None, typer.Option("--model", help="Version to use; default: the promoted one.")
]
FdrOption = Annotated[
    float,
    typer.Option("--fdr", min=0.0001, max=0.9999, help="False-discovery rate of the flags."),
]
BadRowsOption = Annotated[
    str, typer.Option("--on-bad-rows", help="refuse the table, or skip the rows.")
]
AliasesOption = Annotated[
    Path | None,
    typer.Option(
        "--aliases", metavar="FILE", help="Sellers that go by another name: CSV, Parquet."
    ),
]


def history_from(
    complaints: str,
    orders: str | None,
    *,
    until: int | None = None,
    on_bad_rows: str = "refuse",
    beside: Path | None = None,
    aliases: Path | None = None,
    with_recorded_at: bool = False,
) -> History:
    """Read a history from files or from the service's own store; `aliases` are applied to it.

    `with_recorded_at` asks the store when complaints were recorded; a file says it or does not.
    """
    from detector.history.aliases import joined
    from service.clock import system_clock
    from training.tables.aliases import read_aliases
    from training.tables.readers import read_history

    known = () if aliases is None else read_aliases(aliases)
    if "://" in complaints:
        before = system_clock() if until is None else until
        stored = _stored(complaints, before, with_recorded_at=with_recorded_at)
        return joined(stored, known)
    history = read_history(
        complaints,
        orders,
        until=until,
        now=system_clock(),
        on_bad_rows=on_bad_rows,  # type: ignore[arg-type]  # read_history refuses other words
        beside=beside,
        warn=lambda sentence: typer.echo(f"warning: {sentence}", err=True),
    )
    return joined(history, known)


def _stored(url: str, before: int, *, with_recorded_at: bool) -> History:
    from sqlalchemy.exc import DBAPIError

    from detector.errors import BadInput
    from service.cli.environment import settings_of
    from service.database.engine import Database
    from service.scoring.history.histories import stored_history

    store = Database.of(settings_of(database=url))
    file = store.url.database
    if not store.is_postgresql and not (file and Path(file).is_file()):
        raise BadInput(f"{url}: there is no such SQLite file")
    try:
        with store.reading() as connection:
            return stored_history(connection, before=before, with_recorded_at=with_recorded_at)
    except DBAPIError as why:
        cause = str(why.orig).strip().partition("\n")[0]
        raise BadInput(
            f"{store.url}: cannot be read ({cause}); is it the service's store? "
            "detector db upgrade sets one up"
        ) from why
    finally:
        store.close()
