"""What a seller's pages show, each part read by itself."""

from __future__ import annotations

from functools import partial
from typing import Final, NamedTuple

from sqlalchemy import Connection

from detector.rules import Policies
from service.answers.notices import notice_of
from service.answers.rules import Notice
from service.console.pages.parts import Part, part_of
from service.console.sellers.adding_up import Account, accounts_of
from service.decisions import log_records
from service.decisions.background_records import background_of
from service.decisions.decision_file import ComplaintFile
from service.decisions.schemas import AppealShown
from service.http.context import AppContext
from service.intake.evidence.actions import evidence_of
from service.intake.evidence.schemas import EvidenceShown
from service.sellers.store import is_seller
from service.views.rulebook.rules import Stated, stated_of
from service.views.sellers.actions import complaints_page, show_ledger

ROWS: Final = 25
"""Complaints on one page."""
ENTRIES: Final = 200
"""Entries that count now and are told one by one; the sum of further ones is one row."""
TOLD: Final = frozenset({"awaiting_approval", "in_force", "stayed", "voided", "served"})
"""Measures that a seller is told of: not those that never were."""


class Listed(NamedTuple):
    """Complaints about the seller, newest first, each with its notice."""

    notices: list[Notice]
    order_of: dict[str, str | None]
    """By complaint."""
    next_cursor: str | None


class Overview(NamedTuple):
    """The parts of a seller's page."""

    accounts: Part[list[Account]]
    measures: Part[list[Stated]]
    complaints: Part[Listed]


class OneComplaint(NamedTuple):
    """A complaint as its seller sees it."""

    notice: Notice
    file: ComplaintFile
    evidence: list[EvidenceShown]
    """The seller's own, as it was added."""

    @property
    def can_answer(self) -> bool:
        """Whether it waits for a verdict and for the seller's answer."""
        return self.notice.shown.outcome == "pending" and self.file.answer is None

    @property
    def can_add(self) -> bool:
        """Whether evidence still makes a difference."""
        return self.notice.shown.outcome == "pending"

    @property
    def can_appeal(self) -> bool:
        """Whether the seller may appeal now."""
        return self.notice.can_appeal

    @property
    def own_appeal(self) -> AppealShown | None:
        """The seller's appeal against the verdict that counts."""
        return self._appeal_by("seller")

    @property
    def other_appeal(self) -> AppealShown | None:
        """Who complained has appealed; what they wrote stays theirs."""
        return self._appeal_by("complainant")

    def _appeal_by(self, party: str) -> AppealShown | None:
        appeal = self.file.appeal
        return appeal if appeal is not None and appeal.by == party else None


def overview_of(context: AppContext, seller_id: str, cursor: str | None) -> Overview:
    """Read the parts of a seller's page."""
    now, policies = context.clock(), context.policies

    def accounts(connection: Connection) -> list[Account]:
        if not is_seller(connection, seller_id):
            return []
        ledger = show_ledger(
            connection,
            seller_id,
            policies,
            now=now,
            state="standing",
            limit=ENTRIES,
            cursor=None,
        )
        return accounts_of(ledger, policies.at(now).tracks)

    def measures(connection: Connection) -> list[Stated]:
        log = log_records.log_of(connection, seller_id)
        found = stated_of(log, policies, partial(background_of, connection), now=now)
        return [one for one in reversed(found) if one.sanction.state in TOLD]

    return Overview(
        accounts=part_of(context, accounts),
        measures=part_of(context, measures),
        complaints=part_of(context, lambda c: _listed(c, seller_id, policies, cursor, now=now)),
    )


def _listed(
    connection: Connection, seller_id: str, policies: Policies, cursor: str | None, *, now: int
) -> Listed:
    if not is_seller(connection, seller_id):
        return Listed([], {}, None)
    page = complaints_page(connection, seller_id, outcome=None, limit=ROWS, cursor=cursor)
    notices = [
        notice_of(connection, one.complaint_id, policies, now=now) for one in page.complaints
    ]
    order_of = {one.complaint_id: one.order_id for one in page.complaints}
    return Listed(notices, order_of, page.next_cursor)


def complaint_for(context: AppContext, file: ComplaintFile) -> OneComplaint:
    """A complaint with all that its seller may know of it."""
    complaint_id = file.complaint.complaint_id
    with context.database.reading() as connection:
        notice = notice_of(connection, complaint_id, context.policies, now=context.clock())
        pieces = evidence_of(connection, complaint_id)
    own = [one for one in pieces if one.party == "seller"]
    return OneComplaint(notice, file, own)
