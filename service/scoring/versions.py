"""Which versions of the model the store's scores and open cases rest on."""

from __future__ import annotations

from sqlalchemy import Connection

from detector.nouns import counted
from service.assessments.store import models_that_scored
from service.cases.at_opening import opening_in
from service.cases.store import openings
from service.scoring.store import models_of_snapshots


def versions_named(connection: Connection) -> dict[str, list[str]]:
    """Why each version is still wanted."""
    found: dict[str, list[str]] = {}
    for model, sellers in models_that_scored(connection):
        found.setdefault(model, []).append(f"it gave the scores of {counted(sellers, 'seller')}")
    for model in models_of_snapshots(connection):
        found.setdefault(model, []).append("it took a snapshot of the market")
    opened: dict[str, int] = {}
    for text in openings(connection):
        opening = opening_in(text)
        if opening is not None:
            opened[opening.model] = opened.get(opening.model, 0) + 1
    for model, cases in opened.items():
        found.setdefault(model, []).append(f"it opened {counted(cases, 'case')} not yet closed")
    return found
