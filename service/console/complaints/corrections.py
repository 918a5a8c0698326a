"""Where what a record tells can be put right, for who may do that: asked of the rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import cache
from typing import NamedTuple

from sqlalchemy import Connection

from detector.errors import Refusal
from detector.rules import Policies
from service.audit.actions import spokespeople_of
from service.audit.schemas import AuditRecord
from service.console.pages.rendering import in_path
from service.decisions import records, sanction_records
from service.decisions.appeals.rules import open_appeal
from service.decisions.decision_file import ComplaintFile, DecisionFile, SanctionFile
from service.decisions.log_records import log_of
from service.decisions.sanctions.rules import exception_step
from service.decisions.schemas import Verdict
from service.decisions.seller_log import SellerLog
from service.decisions.verdicts.rules import Refuse, outcome_of
from service.decisions.withdrawals.rules import open_withdrawal
from service.http.access.keys import Caller
from service.leases.rules import CaseState
from service.roles import DECIDERS, REVIEWERS

VERDICTS = frozenset({"verdict.upheld", "verdict.rejected", "verdict.unfounded"})
SANCTIONS = frozenset({"sanction.approved", "sanction.extended"})
NOBODY = "preview"
"""The id and the words of what is worked out and not recorded."""


class Looker(NamedTuple):
    """Who looks at records, when, and by which rules."""

    caller: Caller
    policies: Policies
    now: int


class Shared(NamedTuple):
    """What decisions about one seller share: read once, as pages list many of them."""

    log: Callable[[str], SellerLog]
    case: Callable[[str], CaseState | None]


class Correctable(NamedTuple):
    """The decision about a subject that counts, and where it is corrected."""

    action: str
    at: int
    address: str
    """Empty where this person may not."""


def corrections_of(
    connection: Connection, shown: Sequence[AuditRecord], looker: Looker
) -> dict[int, str]:
    """The page on which each decision can be corrected, by the number of its record.

    A verdict that fell, and a decision that this person may not change, has none.
    """
    if looker.caller.role not in DECIDERS:
        return {}
    decisions = [one for one in shown if one.action in VERDICTS | SANCTIONS]
    newest = {one.subject: one for one in reversed(decisions)}
    shared = Shared(
        cache(lambda seller_id: log_of(connection, seller_id)),
        cache(lambda seller_id: records.open_case(connection, seller_id, now=looker.now)),
    )
    counting = {name: _correctable(connection, one, looker, shared) for name, one in newest.items()}
    return {
        one.number: known.address
        for one in decisions
        if (known := counting[one.subject]).address and known[:2] == (one.action, one.at)
    }


def _correctable(
    connection: Connection, newest: AuditRecord, looker: Looker, shared: Shared
) -> Correctable:
    """The decision that counts about the subject of its newest record."""
    if newest.action in SANCTIONS:
        address = _of_sanction(connection, newest.subject, looker, shared)
        return Correctable(newest.action, newest.at, address)
    file = records.complaint_file(connection, newest.subject.removeprefix("complaint "))
    verdict = file.standing_verdict
    if verdict is None:
        return Correctable("", newest.at, "")
    address = _of_verdict(_file_of(connection, file, shared), verdict.verdict_id, looker)
    return Correctable(f"verdict.{verdict.outcome}", verdict.decided_at, address)


def _file_of(connection: Connection, file: ComplaintFile, shared: Shared) -> DecisionFile:
    """What a rejection rests on: neither evidence nor other orders matter to one."""
    complaint = file.complaint
    return DecisionFile(
        **{field.name: getattr(file, field.name) for field in fields(file)},
        log=shared.log(complaint.seller_id),
        case=shared.case(complaint.seller_id),
        spokespeople=tuple(spokespeople_of(connection, [complaint.complaint_id])),
    )


def _of_verdict(file: DecisionFile, verdict_id: str, looker: Looker) -> str:
    """The appeal or the withdrawal that waits, or else the verdict's own page."""
    (caller, policies, now), complaint_id = looker, file.complaint.complaint_id
    appeal, withdrawal = file.appeal, file.withdrawal
    if appeal is not None and appeal.outcome == "open":
        may = _is_allowed(lambda: open_appeal(file, appeal.appeal_id, person=caller.person))
        return f"/appeals/{in_path(appeal.appeal_id)}" if may else ""
    if withdrawal is not None and _is_allowed(lambda: open_withdrawal(file, person=caller.person)):
        return f"/withdrawals/{in_path(complaint_id)}"
    asked = Verdict(outcome="rejected", reason=NOBODY, supersedes=verdict_id)
    outcome = outcome_of(
        file,
        asked,
        policies,
        person=caller.person,
        role=caller.role,
        verdict_id=NOBODY,
        now=now,
    )
    is_refused = isinstance(outcome, Refuse)
    return "" if is_refused else f"/complaints/{in_path(complaint_id)}/verdict/result#correct"


def _of_sanction(connection: Connection, sanction_id: str, looker: Looker, shared: Shared) -> str:
    """The exception by which a sanction ends before its time."""
    caller, policies, now = looker
    if caller.role not in REVIEWERS:
        return ""
    record = sanction_records.sanction_with_id(connection, sanction_id, now=now)
    file = SanctionFile(record, shared.log(record.seller_id))
    may = _is_allowed(
        lambda: exception_step(
            file, policies, person=caller.person, why=NOBODY, event_id=NOBODY, now=now
        )
    )
    return f"/sanctions/{in_path(sanction_id)}/lift" if may else ""


def _is_allowed(check: Callable[[], object]) -> bool:
    """Whether a rule lets somebody do what it checks."""
    try:
        check()
    except Refusal:
        return False
    return True
