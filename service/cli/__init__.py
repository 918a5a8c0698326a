"""The command line: one command, `detector`, with one file for each subcommand.

Every subcommand imports what it needs inside its function, so that `detector --help` stays quick.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from itertools import pairwise
from typing import Annotated, Final, NoReturn, cast

import typer

from detector.errors import Refusal
from service.cli.audit import audit
from service.cli.audit_sample import audit_sample
from service.cli.backtest import backtest
from service.cli.capacity import capacity
from service.cli.db import db
from service.cli.demo import demo
from service.cli.doctor import doctor
from service.cli.environment import variables_in_files
from service.cli.feed import feed
from service.cli.importing import import_
from service.cli.keys import keys
from service.cli.learning import learning
from service.cli.levels import levels
from service.cli.models import models
from service.cli.plain_output import escape_what_cannot_be_written
from service.cli.queue import queue
from service.cli.rules import rules
from service.cli.score import score
from service.cli.serve import serve
from service.cli.simulate import simulate
from service.cli.train import train
from service.cli.waiting import waiting
from service.cli.work import work
from service.kernel_cache import copy_where_read_only
from service.refusals import DatabaseAway, title_of, type_of

app = typer.Typer(
    name="detector",
    help="Find sellers whose buyers suddenly complain more than their orders explain.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"detector {version('suspicious-seller-detector')}")
        raise typer.Exit


@app.callback()
def _group(
    *,
    show_version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Find sellers whose buyers suddenly complain more than their orders explain."""
    del show_version


app.command()(demo)
app.command()(train)
app.command()(score)
app.command()(queue)
app.command()(levels)
app.command()(learning)
app.command()(waiting)
app.command()(audit_sample)
app.command()(feed)
app.command()(backtest)
app.command()(capacity)
app.command()(simulate)
app.command()(serve)
app.command()(work)
app.command("import")(import_)
app.add_typer(models, name="models")
app.add_typer(rules, name="rules")
app.add_typer(db)
app.add_typer(audit)
app.add_typer(keys)
app.command()(doctor)


def main() -> None:
    """Run the command line; a refusal is one line on stderr and exit code 1, wrong usage is 2.

    Where JSON is asked for, either is one JSON object: `type` for machines, `title` and `detail`.
    """
    copy_where_read_only()
    escape_what_cannot_be_written()
    as_json = wants_json(sys.argv[1:])
    try:
        os.environ.update(variables_in_files(os.environ))
        # Where it raises what is wrong instead of printing it, it returns the exit code.
        code = app(standalone_mode=not as_json)
    except _UsageError as error:
        _tell_fault("urn:detector:usage", _USAGE, error.format_message())
        raise SystemExit(2) from None
    except Refusal as refusal:
        _refuse(refusal, as_json=as_json)
    except Exception as error:
        fault = _fault_of_the_database(error)
        if fault is None:
            raise
        _refuse(DatabaseAway(fault), as_json=as_json)
    raise SystemExit(code)


_UsageError: Final = cast("type[typer.BadParameter]", typer.BadParameter.__base__)
"""Any wrong usage. Typer has the class from a library or within itself, by its version."""
_USAGE: Final = "The command is not called as its help says."


def wants_json(words: Sequence[str]) -> bool:
    """Whether the words of a command ask for JSON, however the rest of them is meant."""
    options = list(words[: words.index("--")] if "--" in words else words)
    asked = {"--json", "--format=json"} & set(options)
    return bool(asked) or ("--format", "json") in pairwise(options)


def _refuse(refusal: Refusal, *, as_json: bool) -> NoReturn:
    if as_json:
        kind = type(refusal)
        _tell_fault(type_of(kind), title_of(kind), str(refusal) or title_of(kind))
    else:
        sys.stderr.write(f"error: {refusal}\n")
    raise SystemExit(1) from None


def _tell_fault(kind: str, title: str, detail: str) -> None:
    fault = {"type": kind, "title": title, "detail": detail}
    sys.stderr.write(json.dumps(fault, ensure_ascii=False) + "\n")


def _fault_of_the_database(error: Exception) -> str | None:
    """What a database that cannot be reached says of itself; None for any other error."""
    if "sqlalchemy" not in sys.modules:
        return None
    from sqlalchemy.exc import DBAPIError

    if not isinstance(error, DBAPIError):
        return None
    cause = str(error.orig).strip().partition("\n")[0]
    return f"--database: {cause}; is the address right, and the store set up and writable?"
