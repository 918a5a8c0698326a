"""`detector models drift`: whether weeks since a training look like the weeks it learnt from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from models import DEFAULT_DIRECTORY
from service.cli.histories import (
    AliasesOption,
    BadRowsOption,
    ComplaintsOption,
    FdrOption,
    ModelOption,
    ModelsOption,
    OrdersOption,
    history_from,
)
from service.cli.json_option import JsonOption

if TYPE_CHECKING:
    from detector.drift import DriftReport
    from detector.drift.judging import Judged


def drift(
    complaints: ComplaintsOption,
    orders: OrdersOption = None,
    until: Annotated[
        str | None, typer.Option(help="End of the last week; default: the end of the history.")
    ] = None,
    model: ModelOption = None,
    models: ModelsOption = DEFAULT_DIRECTORY,
    fdr: FdrOption = 0.1,
    on_bad_rows: BadRowsOption = "refuse",
    aliases: AliasesOption = None,
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Keep it with the version.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Compare each week since a version's training with the weeks that it learnt from.

    Drift is told and is no verdict on the model. Training again is suggested for a reason alone,
    which is said. With --keep the report lies beside the version, where pages, API and metrics
    show it: run it once a week.
    """
    import json

    from detector.drift import drift_of
    from models.detectors import detector_in, registry_at
    from service.assessments.drift import shown
    from service.cli.progress import progress
    from service.clock import system_clock
    from training.tables.instants import instant_of

    registry = registry_at(models)
    loaded = detector_in(registry.load(model))
    instant = None if until is None else instant_of(until)
    history = history_from(
        complaints,
        orders,
        until=instant,
        on_bad_rows=on_bad_rows,
        aliases=aliases,
        with_recorded_at=True,
    )
    learnt_until = loaded.manifest.facts.span[1]
    last = int(history.complaints.filed_at.max(initial=learnt_until))
    with progress("scoring weeks") as advanced:
        report = drift_of(
            history,
            loaded.trained,
            learnt_until=learnt_until,
            until=last if instant is None else instant,
            created_at=system_clock(),
            fdr=fdr,
            on_progress=advanced,
        )
    if keep:
        registry.keep_drift(loaded.version, report)
    if as_json:
        facts = shown(loaded.version, report).model_dump(mode="json")
        typer.echo(json.dumps(facts | {"kept": keep}))
        return
    _print_table(loaded.version, report)
    _print_reasons(report)
    if keep:
        typer.echo(f"kept with {loaded.version}")


_STATES: Final = {"unknown": "cannot tell", "once": "outside once"}


def _print_table(version: str, report: DriftReport) -> None:
    from rich.console import Console
    from rich.table import Table

    from detector.instants import text_of

    since = text_of(report.learnt_until)[:10]
    title = f"Whole weeks since {since}: {report.weeks} (model {version})"
    table = Table(title=title, title_justify="left")
    for name in ("metric", "state", "usual", "last week", "sd away"):
        table.add_column(name, overflow="fold")
    for one in report.metrics:
        table.add_row(*_cells(one))
    Console().print(table)


def _cells(one: Judged) -> list[str]:
    limits, last = one.limits, one.later[-1] if one.later else None
    deviation = one.deviations[-1] if one.deviations else None
    return [
        one.metric.name,
        _STATES.get(one.state, one.state) if one.is_known else "not known",
        "–" if limits is None else f"{limits[0]:.4g} to {limits[1]:.4g}",
        "–" if last is None or last.value is None else f"{last.value:.4g}",
        "–" if deviation is None else f"{deviation:+.1f}",
    ]


def _print_reasons(report: DriftReport) -> None:
    from service.assessments.drift import sentence_of

    for reason in report.reasons:
        typer.echo(f"train again: {sentence_of(reason)}")
    if not report.weeks:
        typer.echo("cannot tell: no whole week has passed since the training")
    elif not report.reasons:
        typer.echo("nothing here is a reason to train again")
