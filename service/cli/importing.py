"""`detector import`: public dumps of complaints, or our own tables, into files or the store."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detector.nouns import counted
from service.cli.environment import settings_of
from service.cli.histories import AliasesOption

if TYPE_CHECKING:
    from training.tables.importers import Summary


class Layout(StrEnum):
    """Whose dump it is."""

    CONSUMIDOR = "consumidor"
    CFPB = "cfpb"
    OLIST = "olist"
    TABLES = "tables"


class OnBadRows(StrEnum):
    """What to do with rows that are not as the layout says."""

    REFUSE = "refuse"
    SKIP = "skip"


def import_(
    layout: Annotated[Layout, typer.Argument(help="Whose dump it is; `tables` is our own layout.")],
    files: Annotated[list[Path], typer.Argument(help="Its files, or a directory of them.")],
    out: Annotated[
        Path | None, typer.Option(help="Directory to write the Parquet files into.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Store to load into: sqlite:///FILE or postgresql://…"),
    ] = None,
    on_bad_rows: Annotated[
        OnBadRows,
        typer.Option(help="Refuse the import at the first bad row, or write them to refused.csv."),
    ] = OnBadRows.REFUSE,
    renamed: Annotated[
        str | None,
        typer.Option(
            "--map",
            metavar="THEIRS=OURS,…",
            help="Columns by other names, with tables: seller=seller_id,date=filed_at; "
            "recorded_at= leaves one out.",
        ),
    ] = None,
    aliases: AliasesOption = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was written as JSON.")
    ] = False,
) -> None:
    """Turn a public dump of complaints into our tables: Parquet files, or rows of the store.

    consumidor: the monthly files of consumidor.gov.br. cfpb: complaints.csv of the US Consumer
    Financial Protection Bureau. olist: the orders, order items, order reviews and (if there)
    customers of Olist's public marketplace. tables: complaints and orders in our own layout,
    recognised by their columns; or counts of complaints (seller_id, day, category, n), complaints
    without an id, days written 7/29/2013, other names of columns by --map. A file named - is stdin.

    Into the store goes all of it or nothing; complaints that are there already stay.
    """
    from tempfile import TemporaryDirectory

    from detector.errors import BadInput
    from service.clock import system_clock
    from training.tables.aliases import read_aliases
    from training.tables.importers import Imported, import_dumps

    names = _check_asked(layout, out, database, on_bad_rows, renamed)
    if aliases is not None and database is not None:
        raise BadInput("--aliases: a store keeps names as filed; see detector db load --aliases")
    known = () if aliases is None else read_aliases(aliases)
    said: list[str] = []

    def warn(sentence: str) -> None:
        sentence = plainly(sentence)
        said.append(sentence)
        typer.echo(f"warning: {sentence}", err=True)

    now, imported, stored = system_clock(), Imported(), dict[str, int]()
    summary = None
    with ExitStack() as kept:
        scratch = Path(kept.enter_context(TemporaryDirectory(prefix="detector-import-")))
        plainly = kept.enter_context(_said_plainly(scratch))
        paths = [_spooled(scratch / "stdin") if str(path) == "-" else path for path in files]
        if layout is Layout.TABLES:
            kept.enter_context(_telling_of_numbers(paths, names))
        tables = _ready_tables(paths, names) if layout is Layout.TABLES and not out else None
        if tables is None:
            directory = out or scratch / "tables"
            imported = import_dumps(
                layout.value, paths, directory, skip_bad_rows=on_bad_rows is OnBadRows.SKIP,
                renamed=names, aliases=known, now=now, warn=warn,
                called={str(path): plainly(str(path)) for path in paths},
            )  # fmt: skip
            tables = sorted((name, directory / f"{name}.parquet") for name in imported.rows)
            summary = imported.summary
        if database is not None:
            stored, summary = _load(tables, database, now, warn)
    if out is not None:
        for sentence in _rekeyed(out, imported.rows):
            warn(sentence)
    _print_counts(imported.rows, stored, summary, out, said, as_json=as_json)


def _rekeyed(out: Path, rows: dict[str, int]) -> list[str]:
    """Say that sellers were likely re-keyed, in tables that are small enough to be read again."""
    from detector.fitting import last_instant
    from service.cli.coverage import rekeyed_in
    from training.tables.readers import read_history

    if not rows.get("complaints") or sum(rows.values()) > _LOOKED_THROUGH:
        return []
    orders = out / "orders.parquet" if "orders" in rows else None
    history = read_history(out / "complaints.parquet", orders, on_bad_rows="skip")
    return rekeyed_in(history, last_instant(history)) if len(history.complaints) else []


_LOOKED_THROUGH = 2_000_000
"""Rows up to which an import looks for re-keyed sellers: some seconds."""


def _check_asked(
    layout: Layout,
    out: Path | None,
    database: str | None,
    on_bad_rows: OnBadRows,
    renamed: str | None,
) -> dict[str, str]:
    """The names that columns go by; BadInput where the options do not fit together."""
    from detector.errors import BadInput

    if out is None and database is None:
        raise BadInput("--out, --database: say where to, a directory or the store")
    if on_bad_rows is OnBadRows.SKIP and out is None:
        raise BadInput("--on-bad-rows: name --out as well, where the refused rows are written")
    if renamed is None:
        return {}
    if layout is not Layout.TABLES:
        raise BadInput(f"--map: the columns of the {layout.value} layout are known; leave it out")
    pairs = [part.split("=") for part in renamed.split(",")]
    names = {pair[0].strip(): pair[-1].strip() for pair in pairs}
    is_pair = all(len(pair) == 2 and pair[0].strip() for pair in pairs)
    ours = [name for name in names.values() if name]
    if not is_pair or len(names) < len(pairs) or len(set(ours)) < len(ours):
        raise BadInput(
            f"--map {renamed[:60]}: name each column once, theirs before ours, such as "
            "seller=seller_id,date=filed_at"
        )
    return names


def _spooled(stem: Path) -> Path:
    """What comes on stdin, as a file named after what its first bytes say it is."""
    import shutil
    import sys

    stream = sys.stdin.buffer
    first = stream.read(_MAGIC_BYTES)
    kinds = {b"PAR1": ".parquet", b"\x1f\x8b": ".csv.gz"}
    kind = next((suffix for magic, suffix in kinds.items() if first.startswith(magic)), ".csv")
    path = stem.with_name(stem.name + kind)
    with path.open("wb") as file:
        file.write(first)
        shutil.copyfileobj(stream, file)
    return path


_MAGIC_BYTES = 4


@contextmanager
def _said_plainly(scratch: Path) -> Iterator[Callable[[str], str]]:
    """Files that are gone after the import are called by what they hold, also in refusals."""
    from detector.errors import BadInput

    stdin = re.compile(re.escape(str(scratch / "stdin")) + r"(\.parquet|\.csv\.gz|\.csv)")
    table = re.compile(re.escape(str(scratch / "tables")) + r"/(\w+)\.parquet")

    def plainly(sentence: str) -> str:
        return table.sub(r"the imported \1", stdin.sub("stdin", sentence))

    try:
        yield plainly
    except BadInput as why:
        raise BadInput(plainly(str(why))) from why


@contextmanager
def _telling_of_numbers(paths: Sequence[Path], names: dict[str, str]) -> Iterator[None]:
    """Where complaints that we number are in the store already, another file had their name."""
    from service.refusals import ComplaintDiffers
    from training.tables.importers.renamed_table import RenamedTable

    try:
        yield
    except ComplaintDiffers as why:
        if not any(RenamedTable(path, names).is_numbered for path in paths):
            raise
        raise ComplaintDiffers(
            f"{why}; complaints without complaint_id are numbered by the name of their file, or "
            "by stdin, and the row, so other complaints came by that name before: give these as a "
            "file of another name"
        ) from why


def _ready_tables(files: Sequence[Path], names: dict[str, str]) -> list[tuple[str, Path]] | None:
    """Which files are complaints and which are orders, complaints first; None where they need work.

    Tables that are as ours are loaded straight from where they are.
    """
    from training.tables.importers.own_tables import check_renamed
    from training.tables.importers.renamed_table import RenamedTable, needs_preparation

    check_renamed(names)
    tables = [RenamedTable(path, names) for path in files]
    if any(needs_preparation(table, names) for table in tables):
        return None
    return sorted((table.kind, table.path) for table in tables)


def _load(
    tables: Sequence[tuple[str, Path]],
    database: str,
    now: int,
    warn: Callable[[str], None],
) -> tuple[dict[str, int], Summary | None]:
    """Load the files in one transaction; rows that the store did not have, and all complaints."""
    from service.cli.progress import progress
    from service.cli.stores import store_withdrawals
    from service.database.engine import Database
    from service.database.revisions import prepare
    from service.intake.bulk.load import Loaded, Withdrawn, load_complaints, load_orders
    from training.tables.importers import Gathering

    gathering = Gathering()
    loads: dict[str, Callable[..., Loaded]] = {
        "complaints": partial(load_complaints, gathered=gathering.add),
        "orders": load_orders,
    }
    fresh: dict[str, int] = {}
    withdrawn: list[Withdrawn] = []
    with closing(Database.of(settings_of(database=database))) as store:
        prepare(store)
        with store.writing() as connection:
            for name, path in tables:
                with progress(f"loading {name}") as advanced:
                    loaded = loads[name](connection, path, now=now, advanced=advanced, warn=warn)
                fresh[name] = fresh.get(name, 0) + loaded.fresh
                withdrawn += loaded.withdrawn
            store_withdrawals(connection, withdrawn, now, warn)
    return fresh, gathering.summary() if "complaints" in fresh else None


def _print_counts(
    rows: dict[str, int],
    stored: dict[str, int],
    summary: Summary | None,
    out: Path | None,
    said: Sequence[str],
    *,
    as_json: bool,
) -> None:
    import json

    written = {"out": str(out), "rows": rows} if out else {}
    if as_json:
        facts = written | ({"stored": stored} if stored else {})
        if summary is not None:
            facts |= {"summary": summary.facts()}
        typer.echo(json.dumps(facts | {"warnings": list(said)}, ensure_ascii=False))
        return
    for name, count in rows.items() if out else ():
        typer.echo(f"{out}/{name}.parquet: {counted(count, 'row')}")
    for name, count in stored.items():
        typer.echo(f"{name}: {count:,} stored")
    if summary is not None:
        typer.echo(summary.sentence())
