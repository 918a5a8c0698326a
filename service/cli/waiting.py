"""`detector waiting`: how long cases wait by their place in the queue, and with more people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.json_option import JsonOption
from service.cli.serve import DatabaseOption

if TYPE_CHECKING:
    from service.views.workload.schemas import PlaceWaits, WaitingShown


def waiting(
    people: Annotated[
        int, typer.Option(min=1, max=1_000, help="Who look at cases at the same time.")
    ] = 2,
    shift: Annotated[
        str, typer.Option(help="When they do, in UTC: weekdays and hours.")
    ] = "mon-fri 9-17",
    days: Annotated[int, typer.Option(min=1, max=730, help="Days of cases to look at.")] = 90,
    minutes: Annotated[
        float | None,
        typer.Option(min=0.1, help="Minutes of a case where too few were timed."),
    ] = None,
    database: DatabaseOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Say how long cases waited until somebody took them, and would with more people.

    The cases of the last days are gone through as they came, by a queue that takes the first one
    first. Each keeps a person as long as it did, where that is known.
    """
    from detector.durations import DAY_US
    from detector.waiting import shift_of
    from service.cli.environment import settings_of
    from service.cli.stores import existing_store
    from service.clock import system_clock
    from service.views.workload.store import logged_cases
    from service.views.workload.waiting import waiting_shown

    hours = shift_of(shift)
    usual = minutes or settings_of(database=database).queue_minutes_a_case
    with existing_store(database) as store, store.reading() as connection:
        cases = logged_cases(connection, system_clock() - days * DAY_US)
    found = waiting_shown(cases, people, hours, minutes=usual, days=days)
    typer.echo(found.model_dump_json() if as_json else _table(found))


def _table(found: WaitingShown) -> str:
    lines = [
        f"{found.cases:,} cases in {found.days} days, of {found.minutes_a_case:.0f} minutes each",
        "hours until a case is taken, median (one of ten waits longer):",
        f"{'people':>8} {'load':>6} {'late':>6}   "
        + "".join(f"{_part(one):>22}" for one in found.measured),
        f"{'as it was':>8} {'':>6} {'':>6}  " + "".join(map(_hours, found.measured)),
    ]
    lines += [
        f"{one.people:>8} {one.load:>6.0%} {one.overdue:>6.0%}   "
        + "".join(map(_hours, one.places))
        for one in found.staffed
    ]
    return "\n".join(lines)


def _part(one: PlaceWaits) -> str:
    return f"{one.since:.0%} to {one.until:.0%}"


def _hours(one: PlaceWaits) -> str:
    if one.median_hours is None:
        return f"{'not known':>22}"
    return f"{f'{one.median_hours:.1f} ({one.tenth_hours:.1f})':>22}"
