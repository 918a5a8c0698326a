"""`detector simulate`: write a made-up marketplace with planted episodes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detector.nouns import counted
from detector.settings import SEED_MAX


def simulate(
    out: Annotated[Path, typer.Option(help="Directory to write the three Parquet files into.")],
    sellers: Annotated[int, typer.Option(min=1, max=10_000_000, help="How many sellers.")] = 4_000,
    days: Annotated[int, typer.Option(min=1, max=10_000, help="How many days.")] = 500,
    seed: Annotated[
        int, typer.Option(min=0, max=SEED_MAX, help="The same seed gives the same market.")
    ] = 0,
    *,
    episodes: Annotated[bool, typer.Option(help="Plant episodes.")] = True,
    orders: Annotated[bool, typer.Option(help="Record orders as well.")] = True,
    linked: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            help="Share of complaints that name their order; orders are then recorded one by one.",
        ),
    ] = 0.0,
    groups: Annotated[
        int,
        typer.Option(
            min=0,
            help="Groups, such as carriers, that complaints name. Each seller has one to three.",
        ),
    ] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was written as JSON.")
    ] = False,
) -> None:
    """Write a made-up marketplace with planted episodes.

    complaints.parquet and orders.parquet are what a marketplace would know; episodes.parquet is
    the truth about what was planted, to judge a detector by.
    """
    import json
    from dataclasses import replace

    from service.cli.progress import progress
    from training.simulator import Episodes, Marketplace
    from training.simulator.writing import write_market

    market = Marketplace(
        sellers=sellers, days=days, orders_recorded=orders, linked_share=linked, groups=groups
    )
    if not episodes:
        market = replace(market, episodes=Episodes(per_seller_year=0.0))
    with progress("simulating") as advanced:
        rows = write_market(market, seed, out, on_progress=advanced)
    if as_json:
        typer.echo(json.dumps({"out": str(out), "rows": rows}))
        return
    for name, count in rows.items():
        typer.echo(f"{out / name}.parquet: {counted(count, 'row')}")
