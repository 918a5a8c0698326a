"""Sellers bad by level, from the stored history: what `detector levels` lists of files."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from detector.levels import Level
from models.detectors import LoadedDetector
from service.cases.chronic import year_of
from service.scoring.history.histories import stored_history
from service.scoring.schemas import LevelList, LevelShown


def listed_levels(connection: Connection, model: LoadedDetector, *, now: int) -> Sequence[Level]:
    """Sellers that are bad by level now, worst first; none where nobody knows orders."""
    if model.manifest.facts.orders_known is False:
        return ()
    history = stored_history(connection, before=now)
    return model.levels_at(history, now).above() if history.orders is not None else ()


def levels_list(
    connection: Connection, model: LoadedDetector, *, now: int, at_least: float, limit: int
) -> LevelList:
    """The worst sellers whose level surely lies so many times above the market's rate.

    Raises BadInput where the store or the model knows no orders.
    """
    history = stored_history(connection, before=now)
    found = model.levels_at(history, now).above(at_least)
    shown = [
        LevelShown(seller_id=one.seller_id, reason=one.sentence(), **year_of(one))
        for one in found[:limit]
    ]
    return LevelList(as_of=now, model=model.version, levels=shown, more=len(found) - len(shown))
