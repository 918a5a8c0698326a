"""What can be done with scores; each inside one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import Connection

from detector.assess import Assessment, Assessments, assess, market_at
from detector.durations import DAY_US
from detector.expectation.baseline import Market
from detector.feed import days_of, faults_in, stopping, why_held
from detector.history.history import Orders
from detector.unused import unused_in
from models.detectors import LoadedDetector
from service.assessments import actions as assessments
from service.assessments.actions import assessment_in, assessment_shown
from service.assessments.store import assessments_of
from service.cases.closing import close_settled, correct_labels
from service.cases.opening import CaseTerms, open_cases, reopen_cases
from service.database.engine import reach_of
from service.intake.complaints.schemas import Complaint
from service.intake.complaints.store import count_filed_after
from service.intake.orders.schemas import SellerDay
from service.scoring import store
from service.scoring.history.histories import given_history, stored_history
from service.scoring.schemas import Scores
from service.sellers.names import names_of

PORTION: Final = 1_000
"""Assessments of the whole market stored in one transaction."""
NAMED_MAX: Final = 50
"""Sellers that are named of those whom a common cause takes."""
FLAGGED_PORTION: Final = 50
"""The same of flagged sellers, each of which may open a case: a seller scored live meanwhile
waits for no more than that."""


def score_given(
    filed: Sequence[Complaint],
    days: Sequence[SellerDay] | None,
    *,
    as_of: int,
    model: LoadedDetector,
    fdr: float,
) -> Scores:
    """Score a history given in a request; nothing is stored."""
    found = assess(given_history(filed, days), as_of, model.trained, fdr=fdr)
    shown = [assessment_shown(row) for row in found.rows]
    return Scores(model=model.version, scores=shown, unknown=[], joined={})


def stored_scores(connection: Connection, seller_ids: Sequence[str]) -> Scores:
    """The current assessments of known sellers, of a joined one under its last name."""
    asked = list(dict.fromkeys(seller_ids))
    names = names_of(connection, asked)
    rows = assessments_of(connection, list(dict.fromkeys(map(names.last, asked))))
    known = {row.seller_id for row in rows}
    return Scores(
        model=rows[0].model if rows else None,
        scores=[assessment_in(row) for row in rows],
        unknown=[name for name in asked if names.last(name) not in known],
        joined={name: last for name in asked if (last := names.last(name)) != name},
    )


@dataclass(frozen=True, slots=True)
class MarketScored:
    """The market's assessments, its factors, and the rescore requests that they answer."""

    assessments: Assessments
    market: Market
    has_orders: bool
    answered: list[int]
    unused: dict[str, Any]
    """Fields of `Unused`, what is dated ahead of the clock, and what is faulty, by name."""


def assess_market(
    connection: Connection, *, now: int, model: LoadedDetector, fdr: float, holds_flags: bool
) -> MarketScored:
    """Score every seller as of now; reads only, so nobody waits while it thinks.

    With `holds_flags`, nobody is flagged where a fault of the feed may look like a spike.
    """
    # The requests first: a complaint that comes in between is scored now and once more later.
    answered = store.due_request_ids(connection, now)
    filed = stored_history(connection, before=now)
    history = filed.as_of(now)
    market = market_at(history, now, model.trained)
    lately = store.stood_out_lately(connection, now)
    found = assess(history, now, model.trained, fdr=fdr, market=market, lately=lately)
    feed = faults_in(filed, now)
    why = why_held(feed, now) if holds_flags else None
    if why is not None:
        found = found.held(why)
    unused = asdict(unused_in(history, now, model.trained))
    latest = now + reach_of(connection).skew_us
    unused["complaints_ahead"] = count_filed_after(connection, latest)
    unused["order_days_ahead"] = order_days_after(filed.orders, latest)
    unused["flags_held"] = why
    unused["feed_faults"] = [
        {"kind": fault.kind, "days": days_of(fault)} for fault in stopping(feed, now)
    ]
    unused["common_causes"] = [
        asdict(one) | {"as_of": now, "sellers": one.sellers[:NAMED_MAX]}
        for one in (found.common_causes if why is None else ())
    ]
    return MarketScored(found, market, history.orders is not None, answered, unused)


def order_days_after(orders: Orders | None, instant: int) -> int:
    """Seller-days of orders that begin after an instant."""
    return 0 if orders is None else int((orders.day > instant // DAY_US).sum())


def portions_of(rows: Sequence[Assessment]) -> Iterator[Sequence[Assessment]]:
    """All of a market's assessments, as many at a time as one transaction should hold."""
    flagged = [row for row in rows if row.flagged]
    others = [row for row in rows if not row.flagged]
    for part, size in ((flagged, FLAGGED_PORTION), (others, PORTION)):
        for start in range(0, len(part), size):
            yield part[start : start + size]


def store_assessments(
    connection: Connection,
    rows: Sequence[Assessment],
    *,
    as_of: int,
    now: int,
    model: str,
    terms: CaseTerms,
    scored: Sequence[str] | None = None,
) -> None:
    """Store assessments, unless newer ones are there, and open or update the flagged cases.

    `as_of` is the instant of all assessments. Scoring a market takes minutes: cases open `now`.

    The cases of all sellers that were `scored` open again where an appeal left something to decide,
    and close where nothing is. They are more than those with assessments where all that was filed
    about one of them was withdrawn.
    """
    assessments.store_assessments(connection, rows, now=now, model=model)
    store.note_standouts(connection, [(row.seller_id, row.p_value) for row in rows], now=as_of)
    open_cases(connection, [row for row in rows if row.flagged], now=now, model=model, terms=terms)
    whose = [row.seller_id for row in rows] if scored is None else scored
    reopen_cases(connection, whose, now=now, terms=terms)
    close_settled(connection, whose, now=now)
    correct_labels(connection, whose, now=now)
