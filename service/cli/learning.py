"""`detector learning`: what people found in closed cases, in plain words."""

from __future__ import annotations

import typer

from service.cli.json_option import JsonOption
from service.cli.serve import DatabaseOption


def learning(
    database: DatabaseOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show what closed cases taught, and learn it again from the store to compare.

    The service learns each time it scores the market. Cases opened for some kinds of evidence are
    upheld more often than their score says, others less often. DETECTOR_QUEUE_LEARNS says whether
    this moves cases in the queue. It hides none, and takes no points.
    """
    import json

    from detector.instants import text_of
    from service.cases.learning import last_learning, learn_again, shown
    from service.cli.environment import settings_of
    from service.cli.stores import existing_store
    from service.clock import system_clock

    with existing_store(database) as store, store.reading() as connection:
        found = last_learning(connection, now=system_clock())
        again = None if found is None else learn_again(connection, until=found.learned_at)
    facts = shown(found, is_used=settings_of(database=database).queue_learns)
    same = found == again
    if as_json:
        typer.echo(json.dumps(facts.model_dump(mode="json") | {"again_the_same": same}))
        return
    if found is None:
        typer.echo("nothing was learnt yet: the service learns when it scores the market")
        return
    used = "it moves cases in the queue" if facts.is_used else "it moves no case"
    typer.echo(
        f"learnt at {text_of(found.learned_at)} from {facts.cases:,} closed cases, of which "
        f"{facts.upheld:,} were a problem; {used}"
    )
    for sentence in facts.in_words:
        typer.echo(sentence)
    typer.echo(
        "learnt again from the store: the same"
        if same
        else "learnt again from the store: not the same, as labels were corrected since"
    )
