"""`detector score`: assess every seller at one instant or a range of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from detector.nouns import counted
from models import DEFAULT_DIRECTORY
from service.cli.engines import (
    ALL_CORES,
    LOCAL,
    EngineOption,
    MasterOption,
    SparkConfOption,
    assessing,
    engine_of,
)
from service.cli.histories import (
    AliasesOption,
    BadRowsOption,
    ComplaintsOption,
    FdrOption,
    ModelOption,
    ModelsOption,
    OrdersOption,
)
from service.cli.json_option import JsonOption


def score(
    complaints: ComplaintsOption,
    as_of: Annotated[str, typer.Option(help="Assess with what was known before this time.")],
    out: Annotated[Path, typer.Option(help="Scores: .parquet, .csv or .csv.gz.")],
    orders: OrdersOption = None,
    until: Annotated[
        str | None, typer.Option(help="Last time of a range that starts at --as-of.")
    ] = None,
    every: Annotated[str, typer.Option(help="Step of the range, such as 1d, 12h, 1w.")] = "1d",
    model: ModelOption = None,
    models: ModelsOption = DEFAULT_DIRECTORY,
    fdr: FdrOption = 0.1,
    on_bad_rows: BadRowsOption = "refuse",
    aliases: AliasesOption = None,
    engine: EngineOption = LOCAL,
    master: MasterOption = ALL_CORES,
    spark_conf: SparkConfOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Score every seller and write one row a seller and instant."""
    import json

    from models.detectors import load_detector
    from service.cli.progress import progress
    from training.tables.instants import instants_between
    from training.tables.writers import check_scores_path, scores_writer

    instants = instants_between(as_of, until, every)
    check_scores_path(out)
    where = engine_of(engine, master, spark_conf)
    loaded = load_detector(models, model)
    rows = flagged = 0
    with (
        progress("scoring") as advanced,
        assessing(
            where, complaints, orders, loaded,
            fdr=fdr, instants=instants, on_bad_rows=on_bad_rows, beside=out, advanced=advanced,
            aliases=aliases,
        ) as (assessed, known),
        scores_writer(out) as write,
    ):  # fmt: skip
        for assessments in assessed:
            write(assessments)
            rows += len(assessments.seller_ids)
            flagged += int(assessments.flagged.sum())
    if as_json:
        facts: dict[str, Any] = {
            "out": str(out),
            "rows": rows,
            "flagged": flagged,
            "instants": len(instants),
        }
        if known is not None:
            facts |= {"known": known.facts, "warnings": known.warnings}
        typer.echo(json.dumps(facts | {"model": loaded.version}))
        return
    typer.echo(f"{out}: {counted(rows, 'row')}, {flagged:,} flagged, by model {loaded.version}")
