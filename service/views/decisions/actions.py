"""What can be asked about decisions; each inside one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from detector.rules import Policies
from service.decisions import log_records, records, sanction_records
from service.decisions.ledger.rules import standing_or_start, verdicts_behind
from service.decisions.sanctions.rules import known_sanction
from service.decisions.schemas import VerdictShown
from service.decisions.verdicts.drafting import proposal_shown
from service.http.fields import cursor_of, instant_place
from service.refusals import NoSuchAppeal, NoSuchVerdict
from service.views.decisions import store
from service.views.decisions.schemas import (
    AppealListed,
    AppealPage,
    ProposalPage,
    SanctionFull,
    SanctionPage,
    WithdrawalPage,
)

Listed = TypeVar("Listed")


def show_verdict(connection: Connection, verdict_id: str) -> VerdictShown:
    """One verdict; raises NoSuchVerdict."""
    verdict = records.verdict_with_id(connection, verdict_id)
    if verdict is None:
        raise NoSuchVerdict(f"no verdict has the id {verdict_id!r}")
    return verdict


def verdicts_before(connection: Connection, verdict: VerdictShown | None) -> list[VerdictShown]:
    """The verdicts whose place this one took, the latest first."""
    found: list[VerdictShown] = []
    while verdict is not None and verdict.supersedes is not None:
        verdict = show_verdict(connection, verdict.supersedes)
        found.append(verdict)
    return found


def proposals_page(connection: Connection, *, limit: int, cursor: str | None) -> ProposalPage:
    """A page of the proposals that wait, oldest first."""
    found = store.proposals_after(connection, instant_place(cursor), limit=limit + 1)
    return ProposalPage(
        proposals=[proposal_shown(one) for one in found[:limit]],
        next_cursor=_cursor(found, limit, lambda one: (one.proposed_at, one.complaint_id)),
    )


def appeals_page(
    connection: Connection, outcome: str, *, limit: int, cursor: str | None
) -> AppealPage:
    """A page of the appeals in a state, oldest first."""
    found = store.appeals_after(connection, outcome, instant_place(cursor), limit=limit + 1)
    return AppealPage(
        appeals=found[:limit],
        next_cursor=_cursor(found, limit, lambda one: (one.filed_at, one.appeal_id)),
    )


def show_appeal(connection: Connection, appeal_id: str) -> AppealListed:
    """One appeal with what it is about; raises NoSuchAppeal."""
    appeal = store.appeal_with_id(connection, appeal_id)
    if appeal is None:
        raise NoSuchAppeal(f"no appeal has the id {appeal_id!r}")
    return appeal


def withdrawals_page(
    connection: Connection, outcome: str, *, limit: int, cursor: str | None
) -> WithdrawalPage:
    """A page of the withdrawals with an outcome, oldest first."""
    found = store.withdrawals_after(connection, outcome, instant_place(cursor), limit=limit + 1)
    return WithdrawalPage(
        withdrawals=found[:limit],
        next_cursor=_cursor(found, limit, lambda one: (one.filed_at, one.complaint_id)),
    )


def sanctions_page(
    connection: Connection, state: str, *, now: int, limit: int, cursor: str | None
) -> SanctionPage:
    """A page of the sanctions in a state, oldest first."""
    place = instant_place(cursor)
    found = store.sanctions_after(connection, state, place, now=now, limit=limit + 1)
    return SanctionPage(
        sanctions=found[:limit],
        next_cursor=_cursor(found, limit, lambda one: (one.issued_at, one.sanction_id)),
    )


def show_sanction(
    connection: Connection, sanction_id: str, policies: Policies, *, now: int
) -> SanctionFull:
    """A sanction with the verdicts it rests on; raises NoSuchSanction."""
    record = sanction_records.sanction_with_id(connection, sanction_id, now=now)
    log = log_records.log_of(connection, record.seller_id)
    ledger = standing_or_start(log, policies, now=now)
    sanction = known_sanction(ledger, sanction_id)
    return SanctionFull(
        **record.model_dump(),
        tier=sanction.tier,
        effects=list(sanction.effects),
        verdicts=records.verdicts_with_ids(
            connection, {one.id for one in verdicts_behind(log, sanction_id, policies)}
        ),
    )


def _cursor(
    found: Sequence[Listed], limit: int, place: Callable[[Listed], tuple[int, str]]
) -> str | None:
    """Where the next page starts; None when what was found fits on this one."""
    return cursor_of(*place(found[limit - 1])) if len(found) > limit else None
