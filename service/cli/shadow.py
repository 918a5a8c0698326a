"""`detector models shadow`: the challenger beside the version in use, on the live market."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from models import DEFAULT_DIRECTORY
from service.cli.histories import ModelsOption
from service.cli.json_option import JsonOption
from service.cli.serve import DatabaseOption

if TYPE_CHECKING:
    from service.assessments.shadows import SellerShown, ShadowShown


def shadow(
    version: Annotated[
        str | None, typer.Argument(help="A version; default: the one with the alias challenger.")
    ] = None,
    models: ModelsOption = DEFAULT_DIRECTORY,
    database: DatabaseOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show what the challenger says of the live market, beside the version in use.

    The service scores the market by the version with the alias challenger as well, each time it
    scores the market, for DETECTOR_SHADOW_DAYS: detector models alias challenger VERSION. It writes
    nothing live. DETECTOR_QUEUE_EXPLORES of the cases of a day go to sellers whom it alone names,
    by lot; what people found there is set against sellers whom only the version in use names.
    """
    from detector.errors import BadInput
    from service.assessments.active_model import ActiveModel
    from service.assessments.shadows import CHALLENGER, shown, term_of
    from service.cli.environment import settings_of
    from service.cli.stores import existing_store
    from service.clock import system_clock

    days = settings_of(database=database).shadow_days
    active_model = ActiveModel(models)
    if version is None:
        term = term_of(active_model.registry, days)
        if term is None:
            raise BadInput(
                f"no version is the challenger; name one by: detector models alias {CHALLENGER} "
                "VERSION"
            )
        version = term.version
    with existing_store(database) as store, store.reading() as connection:
        found = shown(connection, active_model, version, days=days, now=system_clock())
    typer.echo(found.model_dump_json() if as_json else _in_words(found))


def _in_words(found: ShadowShown) -> str:
    from detector.instants import text_of

    begin = f"{found.version}: {found.state}"
    if found.until is not None:
        begin += f", until {text_of(found.until)}"
    if not found.runs:
        return f"{begin}; it has not scored yet"
    lines = [
        f"{begin}; {found.runs:,} runs, {found.failed:,} failed; "
        f"{found.scored:,} of {found.due:,} rows scored"
    ]
    if found.last_error is not None:
        lines.append(f"the last failure: {found.last_error}")
    if found.looked is not None and found.would_look is not None:
        lines.append(
            f"sellers to look at in a run: {found.would_look:.1f}, and {found.looked:.1f} by the "
            "version in use"
        )
    if found.shared is not None:
        lines.append(f"of those that either would look at, both would: {found.shared:.0%}")
    lines += _named("only it", found.only_challenger)
    lines += _named("only the version in use", found.only_champion)
    return "\n".join([*lines, found.difference.in_words])


def _named(who: str, sellers: list[SellerShown]) -> list[str]:
    if not sellers:
        return []
    known = [one.label for one in sellers if one.label]
    said = f"; of {len(known)} with a label {known.count('problem')} were a problem"
    return [
        f"{who} would look at: {', '.join(one.seller_id for one in sellers)}{said if known else ''}"
    ]
