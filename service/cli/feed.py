"""`detector feed`: whether complaints and orders arrived as they happened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detector.nouns import counted
from service.cli.histories import (
    AliasesOption,
    BadRowsOption,
    ComplaintsOption,
    OrdersOption,
    history_from,
)
from service.cli.json_option import JsonOption

if TYPE_CHECKING:
    from detector.feed import FeedFault
    from detector.rekeying import Rekeying


def feed(
    complaints: ComplaintsOption,
    orders: OrdersOption = None,
    until: Annotated[
        str | None, typer.Option(help="Look at days before this time; default: all there are.")
    ] = None,
    on_bad_rows: BadRowsOption = "refuse",
    aliases: AliasesOption = None,
    propose: Annotated[
        Path | None,
        typer.Option(
            "--propose-aliases",
            metavar="FILE",
            help="Write sellers that were likely re-keyed, as aliases for a person to accept: CSV.",
        ),
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Look for days on which the feed was faulty; exit code 1 if one certainly was.

    A fault shows in how a day is made up, not in how much there is of it: rows that came twice,
    categories or sellers under other names, hours that moved, a backlog dated by its arrival, days
    of which a part is missing. A training refuses such days of its last eight weeks.

    Sellers that were likely re-keyed, one name ending as another begins, are told as well. They are
    no fault: who accepts them names them by --aliases from then on.
    """
    import json

    from detector.feed import faults_in, sentence_of
    from detector.fitting import last_instant
    from detector.rekeying import rekeyings_in
    from detector.rekeying import sentence_of as sentence_of_rekeying
    from training.tables.aliases import write_aliases
    from training.tables.instants import instant_of, text_of

    asked = None if until is None else instant_of(until)
    history = history_from(
        complaints, orders, until=asked, on_bad_rows=on_bad_rows, aliases=aliases
    )
    end = last_instant(history) if asked is None else asked
    report, rekeyed = faults_in(history, end), rekeyings_in(history, end)
    if propose is not None:
        write_aliases(propose, rekeyed)
    if as_json:
        faults = [_plain(fault) for fault in report.faults]
        facts = {"until": text_of(end), "days": report.days, "faults": faults}
        facts |= {"cannot_tell": list(report.unknown)}
        typer.echo(json.dumps(facts | {"rekeyed": [_plain_rekeying(one) for one in rekeyed]}))
    else:
        for fault in report.faults:
            typer.echo(f"{'faulty' if fault.is_certain else 'odd'}: {sentence_of(fault)}")
        for one in rekeyed:
            typer.echo(f"re-keyed, likely: {sentence_of_rekeying(one)}")
        if not report.faults:
            typer.echo(f"nothing faulty in {counted(report.days, 'day')}")
        if report.unknown:
            kinds = ", ".join(kind.replace("_", " ") for kind in report.unknown)
            typer.echo(f"cannot tell, with so little on the last day: {kinds}")
    if report.certain:
        raise typer.Exit(1)


def _plain(fault: FeedFault) -> dict[str, Any]:
    from dataclasses import asdict

    from detector.durations import DAY_US
    from detector.feed import sentence_of
    from training.tables.instants import text_of

    days = {
        name: text_of(getattr(fault, name) * DAY_US)[:10]
        for name in ("first_day", "last_day", "seen_day")
    }
    return asdict(fault) | days | {"sentence": sentence_of(fault)}


def _plain_rekeying(one: Rekeying) -> dict[str, Any]:
    from dataclasses import asdict

    from detector.rekeying import sentence_of
    from training.tables.instants import text_of

    return asdict(one) | {"since": text_of(one.since), "sentence": sentence_of(one)}
