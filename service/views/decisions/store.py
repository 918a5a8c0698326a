"""All SQL of the lists of decisions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from service.database.engine import among
from service.decisions.decision_file import Proposal
from service.decisions.records import proposal_in
from service.decisions.sanction_records import is_in_state, sanction_in
from service.decisions.schemas import SanctionRecord
from service.decisions.tables import appeals, proposals, sanctions, verdicts, withdrawals
from service.http.paging import Place, oldest_first
from service.views.decisions.schemas import AppealListed, WithdrawalListed

_APPEALS: Final = select(
    appeals,
    *(verdicts.c[name] for name in ("complaint_id", "seller_id", "moderator", "seconded_by")),
    verdicts.c.outcome.label("verdict"),
).join(verdicts)


def proposals_after(connection: Connection, after: Place | None, *, limit: int) -> list[Proposal]:
    """Proposals that wait, oldest first, after a place in that order."""
    p = proposals.c
    query = oldest_first(select(proposals), p.proposed_at, p.complaint_id, after=after, limit=limit)
    return [proposal_in(row) for row in connection.execute(query)]


def proposers(connection: Connection, complaint_ids: Sequence[str]) -> dict[str, str]:
    """Who proposed a verdict that waits, by complaint; of at most a page of complaints."""
    query = select(proposals.c.complaint_id, proposals.c.moderator).where(
        among(connection, proposals.c.complaint_id, complaint_ids)
    )
    return {row.complaint_id: row.moderator for row in connection.execute(query)}


def judged_among(connection: Connection, complaint_ids: Sequence[str]) -> frozenset[str]:
    """Those of at most a page of complaints that a verdict is about."""
    query = select(verdicts.c.complaint_id).where(
        among(connection, verdicts.c.complaint_id, complaint_ids)
    )
    return frozenset(connection.execute(query).scalars())


def appeals_after(
    connection: Connection, outcome: str, after: Place | None, *, limit: int
) -> list[AppealListed]:
    """Appeals in a state, oldest first, after a place in that order."""
    query = _APPEALS.where(appeals.c.outcome == outcome)
    a = appeals.c
    query = oldest_first(query, a.filed_at, a.appeal_id, after=after, limit=limit)
    return [_appeal_listed(row) for row in connection.execute(query)]


def appeal_with_id(connection: Connection, appeal_id: str) -> AppealListed | None:
    """One appeal with what it is about."""
    row = connection.execute(_APPEALS.where(appeals.c.appeal_id == appeal_id)).one_or_none()
    return None if row is None else _appeal_listed(row)


def open_appeals(connection: Connection, seller_id: str | None) -> list[AppealListed]:
    """The appeals that wait for their decision, all or those against verdicts about a seller."""
    waiting = _APPEALS.where(appeals.c.outcome == "open")
    if seller_id is not None:
        waiting = waiting.where(verdicts.c.seller_id == seller_id)
    return [_appeal_listed(row) for row in connection.execute(waiting)]


def withdrawals_after(
    connection: Connection, outcome: str, after: Place | None, *, limit: int
) -> list[WithdrawalListed]:
    """Withdrawals with an outcome and who gave the verdict, oldest first, after a place."""
    w = withdrawals.c
    query = select(withdrawals, verdicts.c.moderator).outerjoin(verdicts)
    query = query.where(w.outcome == outcome)
    query = oldest_first(query, w.filed_at, w.complaint_id, after=after, limit=limit)
    names = WithdrawalListed.model_fields
    rows = connection.execute(query)
    return [WithdrawalListed(**{name: getattr(row, name) for name in names}) for row in rows]


def withdrawn_times(connection: Connection, complaint_ids: Sequence[str]) -> dict[str, int]:
    """When complaints were withdrawn, by complaint; at most a page of them."""
    query = select(withdrawals.c.complaint_id, withdrawals.c.filed_at).where(
        among(connection, withdrawals.c.complaint_id, complaint_ids)
    )
    return {row.complaint_id: row.filed_at for row in connection.execute(query)}


def sanctions_after(
    connection: Connection, state: str, after: Place | None, *, now: int, limit: int
) -> list[SanctionRecord]:
    """Sanctions in a state, oldest first, after a place in that order."""
    s = sanctions.c
    found = select(sanctions).where(is_in_state(state, now))
    query = oldest_first(found, s.issued_at, s.sanction_id, after=after, limit=limit)
    return [sanction_in(row, now) for row in connection.execute(query)]


def _appeal_listed(row: Row[Any]) -> AppealListed:
    names = set(AppealListed.model_fields) - {"by", "seconded_by"}
    values = {name: getattr(row, name) for name in names}
    return AppealListed(by=row.filed_by, seconded_by=json.loads(row.seconded_by or "[]"), **values)
