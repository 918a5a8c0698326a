"""Scoring the market by the challenger as well: for comparison, and to draw a lot for it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import structlog

from detector.assess import Assessment, assess
from detector.capacity import Capacity
from models.detectors import detector_in
from service.assessments import shadows
from service.assessments.active_model import ActiveModel
from service.assessments.shadows import ShadowRun, ShadowTerm
from service.cases.exploring import explore
from service.cases.opening import CaseTerms
from service.clock import Clock
from service.database.engine import Database
from service.scoring.history.histories import stored_history
from service.scoring.store import stood_out_lately

ERROR_MAX = 200
"""Characters of an error that are kept."""

log = structlog.get_logger()


class LiveRun(NamedTuple):
    """What the version in use said of the market at an instant, as far as it is compared."""

    as_of: int
    version: str
    due: frozenset[str]
    """Sellers that it scored."""
    looked: frozenset[str]
    """Those of them that it would have people look at."""
    flags_held: str | None
    """Why nobody was flagged, as a sentence; None where sellers were."""


def live_run(
    rows: Sequence[Assessment],
    *,
    as_of: int,
    version: str,
    capacity: Capacity,
    flags_held: str | None,
) -> LiveRun:
    """What is compared of a version's assessments, which are best first."""
    due = frozenset(row.seller_id for row in rows)
    return LiveRun(as_of, version, due, _looked(rows, capacity), flags_held)


def score_in_shadow(
    database: Database,
    active_model: ActiveModel,
    term: ShadowTerm,
    live: LiveRun,
    *,
    fdr: float,
    terms: CaseTerms,
    clock: Clock,
) -> ShadowRun:
    """Score what the version in use has just scored at an instant, and keep how it compares.

    The challenger reads what was recorded by then, and who stood out lately, as if it were promoted
    now. A fault of the feed is the same for any version, and holds its flags as it held the live
    ones. Whatever the challenger fails of is kept as the run's error: it must not touch what is
    live. A lot then opens cases for some of the sellers whom it alone names.
    """
    began = time.monotonic()
    scored: Sequence[Assessment] = ()
    error = None
    try:
        model = detector_in(active_model.registry.load(term.version))
        with database.reading() as connection:
            filed = stored_history(connection, before=live.as_of)
            lately = stood_out_lately(connection, live.as_of)
        found = assess(filed, live.as_of, model.trained, fdr=fdr, lately=lately)
        scored = (found if live.flags_held is None else found.held(live.flags_held)).rows
    except Exception as why:
        log.exception("shadow_failed", model=term.version)
        error = f"{type(why).__name__}: {why}"[:ERROR_MAX]
    run = ShadowRun(
        as_of=live.as_of,
        champion=live.version,
        challenger=term.version,
        due=len(live.due),
        scored=sum(row.seller_id in live.due for row in scored),
        looked=live.looked if error is None else frozenset(),
        would_look=_looked(scored, terms.capacity),
        seconds=time.monotonic() - began,
        error=error,
    )
    with database.writing() as connection:
        shadows.keep(connection, run)
    if error is None:
        with database.writing() as connection:
            explore(connection, scored, run, now=clock(), terms=terms)
    return run


def _looked(rows: Sequence[Assessment], capacity: Capacity) -> frozenset[str]:
    """Sellers that people would be asked to look at, were all of the room free."""
    ways = capacity.ways_in(rows)
    return frozenset(row.seller_id for row, way in zip(rows, ways, strict=True) if way)
