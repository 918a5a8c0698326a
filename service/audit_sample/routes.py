"""HTTP for the audit sample."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Query

from service.audit_sample import actions
from service.audit_sample.rules import week_of
from service.audit_sample.schemas import AuditDraw, AuditFinding, AuditSample, GivenWeek
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.roles import DECIDERS, READERS

router = router_of("audit sample")
Decider = Annotated[Caller, allows(DECIDERS)]


@router.get("/v1/audit-sample")
def show_audit_sample(
    context: Context,
    _: Annotated[Caller, allows(READERS)],
    week: Annotated[
        GivenWeek | None, Query(description="Such as 2026-W48; without it this week's.")
    ] = None,
) -> AuditSample:
    """Sellers without a case that were drawn in a week, and how much harm was missed."""
    with context.database.reading() as connection:
        return actions.show(connection, week_of(context.clock()) if week is None else week)


@router.post("/v1/audit-sample")
def draw_audit_sample(
    context: Context,
    caller: Decider,
    key: IdempotencyKey,
    body: Annotated[AuditDraw | None, Body()] = None,
) -> AuditSample:
    """Draw this week's sellers; where they were drawn before, these are returned."""
    size = (body and body.size) or context.settings.audits_a_week
    return context.write(
        key,
        lambda connection: actions.draw(connection, size=size, caller=caller, now=context.clock()),
    )


@router.post("/v1/audit-sample/{week}/{seller_id}")
def store_audit_finding(
    week: GivenWeek,
    seller_id: PathId,
    body: AuditFinding,
    context: Context,
    caller: Decider,
    key: IdempotencyKey,
) -> AuditSample:
    """Store what a person found at a drawn seller; sent again, it corrects that."""
    return context.write(
        key,
        lambda connection: actions.find(
            connection, week, seller_id, body, caller=caller, now=context.clock()
        ),
    )
