"""What can be done with the audit sample; each inside one transaction."""

from __future__ import annotations

import numpy as np
from sqlalchemy import Connection

from detector.missed_harm import drawn
from service.audit import actions as audit
from service.audit_sample import rules, store
from service.audit_sample.schemas import AuditedSeller, AuditFinding, AuditSample, MissedShown
from service.http.access.keys import Caller
from service.refusals import NotDrawn


def draw(connection: Connection, *, size: int, caller: Caller, now: int) -> AuditSample:
    """Draw this week's sellers by a fresh seed; what was drawn before stays."""
    audit.lock_chain(connection)
    week = rules.week_of(now)
    if store.sample_of(connection, week) is None:
        frame = store.frame(connection, now=now)
        found = drawn(frame, size, np.random.default_rng())
        facts = {"size": size, "sellers": len(frame), "complaints": sum(frame.values())}
        theirs = [
            {"week": week, "seller_id": seller, "complaints": frame[seller], "chance": chance}
            for seller, chance in found.items()
        ]
        store.keep(connection, {"week": week, "drawn_at": now, **facts}, theirs)
        subject = f"audit sample {rules.week_text(week)}"
        after = {**facts, "drawn": found}
        audit.record(connection, "audit_sample.drawn", subject, at=now, caller=caller, after=after)
    return show(connection, week)


def show(connection: Connection, week: int) -> AuditSample:
    """What was drawn in a week, and the estimate from the weeks up to it."""
    sample, first = store.sample_of(connection, week), rules.first_of(week)
    complaints = store.complaints_by_week(connection, first, week)
    found = rules.estimate(complaints, store.looks_of(connection, first, week))
    return AuditSample(
        week=week,
        drawn_at=None if sample is None else sample.drawn_at,
        size=None if sample is None else sample.size,
        frame_sellers=None if sample is None else sample.sellers,
        frame_complaints=None if sample is None else sample.complaints,
        sellers=[
            AuditedSeller(**{name: getattr(row, name) for name in AuditedSeller.model_fields})
            for row in store.sellers_of(connection, week)
        ],
        estimate=_shown(found),
    )


def find(
    connection: Connection,
    week: int,
    seller_id: str,
    given: AuditFinding,
    *,
    caller: Caller,
    now: int,
) -> AuditSample:
    """Store what a person found, or its correction; raises NotDrawn. It takes no points."""
    row = store.locked_seller(connection, week, seller_id)
    if row is None:
        name = rules.week_text(week)
        raise NotDrawn(f"seller {seller_id!r} is not in the audit sample of {name}")
    said = {"finding": given.finding, "note": given.note}
    whose = {"decided_by": caller.person, "decided_at": now}
    store.set_finding(connection, week, seller_id, {**said, **whose})
    audit.record(
        connection,
        "audit_sample.found",
        f"audit sample {rules.week_text(week)} of seller {seller_id}",
        at=now,
        caller=caller,
        why=given.note or "",
        before=row.finding,
        after=given.finding,
        seller_id=seller_id,
    )
    return show(connection, week)


def _shown(found: rules.Estimate) -> MissedShown:
    missed = found.missed
    return MissedShown(
        share=None if missed is None else missed.share,
        low=None if missed is None else missed.low,
        high=None if missed is None else missed.high,
        looks=0 if missed is None else missed.looked,
        unanswered=found.unanswered,
        weeks=rules.WEEKS,
        in_words=rules.in_words(found),
    )
