"""`detector audit-sample`: which sellers without a case to look at, and what was missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from detector.nouns import counted
from service.cli.json_option import JsonOption
from service.cli.serve import DatabaseOption

if TYPE_CHECKING:
    from service.audit_sample.schemas import AuditSample


def audit_sample(
    database: DatabaseOption = None,
    *,
    size: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=10_000,
            help="Sellers to draw, on average; default: DETECTOR_AUDITS_A_WEEK.",
        ),
    ] = None,
    week: Annotated[
        str | None,
        typer.Option(help="Show a week such as 2026-W48, and draw nothing; default: this one."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Draw this week's sellers without a case, if that was not done, and say what was missed.

    A score cannot see what it misses. So sellers with complaints and without a case are drawn by
    lot, and people look at them without the score. From what they find follows which share of the
    complaints was about sellers at fault that had no case.
    """
    import json

    from service.audit_sample import actions
    from service.audit_sample.rules import week_in
    from service.callers.operator import OPERATOR
    from service.cli.environment import settings_of
    from service.cli.stores import existing_store
    from service.clock import system_clock

    try:
        wanted = None if week is None else week_in(week)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--week") from None
    with existing_store(database) as store:
        if wanted is None:
            many = size or settings_of(database=database).audits_a_week
            with store.writing() as connection:
                found = actions.draw(connection, size=many, caller=OPERATOR, now=system_clock())
        else:
            with store.reading() as connection:
                found = actions.show(connection, wanted)
    if as_json:
        typer.echo(json.dumps(found.model_dump(mode="json"), ensure_ascii=False))
    else:
        _print(found)


def _print(found: AuditSample) -> None:
    from service.audit_sample.rules import week_text

    week = week_text(found.week)
    if found.drawn_at is None:
        typer.echo(f"{week}: no sellers were drawn")
    else:
        typer.echo(
            f"{week}: {len(found.sellers):,} drawn of "
            f"{counted(found.frame_sellers or 0, 'seller')} without a case, with "
            f"{counted(found.frame_complaints or 0, 'complaint')} in 28 days"
        )
    for one in found.sellers:
        said = "not looked at yet" if one.finding is None else one.finding.replace("_", " ")
        by = "" if one.decided_by is None else f", by {one.decided_by}"
        typer.echo(f"{one.seller_id}: {counted(one.complaints, 'complaint')}; {said}{by}")
    typer.echo(found.estimate.in_words)
