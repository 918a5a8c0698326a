"""What happens to a sanction once it is carried out; each inside the caller's transaction."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from sqlalchemy import Connection

from detector.rules import Policies
from detector.rules.identity import is_among
from service.decisions import sanction_records
from service.decisions.decision_file import SanctionFile
from service.decisions.ledger.actions import record_step
from service.decisions.ledger.rules import (
    Step,
    standing_or_start,
    step_of,
    verdicts_behind,
)
from service.decisions.sanctions.approval import check_impartial
from service.decisions.sanctions.consequences import announce_sanction, apply_consequences
from service.decisions.sanctions.rules import (
    check_carried_out,
    check_notice,
    exception_step,
    known_sanction,
    moderators_of,
    sanction_facts,
)
from service.decisions.schemas import SanctionRecord
from service.decisions.transaction import Transaction
from service.refusals import EventRefused, SameModerator


def lift(transaction: Transaction, sanction_id: str, reason: str) -> SanctionRecord:
    """End a sanction before its time, as an exception; the points stay taken.

    Raises NoSuchSanction, SanctionSettled (not carried out) and EventRefused (over already).
    """
    file = _locked(transaction, sanction_id)
    step = _excepted(transaction, file, reason)
    apply_consequences(transaction, step)
    transaction.record("sanction.lifted", sanction_id, reason)
    return _record_of(transaction, sanction_id)


def extend(transaction: Transaction, sanction_id: str, until: int, reason: str) -> SanctionRecord:
    """Let a sanction run longer, as an exception.

    Four eyes: raises SameModerator where the person gave a verdict that it rests on. Else raises as
    `lift` does.
    """
    connection, person = transaction.connection, transaction.caller.person
    file = _locked(transaction, sanction_id)
    check_may_extend(connection, file, transaction.policies, person=person, now=transaction.now)
    after = _excepted(transaction, file, reason, until=until).after
    sanction = known_sanction(after, sanction_id)
    sanction_records.set_sanction(transaction.connection, sanction_id, ends_at=sanction.ends_at)
    announce_sanction(transaction, after, sanction)
    facts = sanction_facts(after.seller_id, sanction)
    transaction.record("sanction.extended", sanction_id, reason, after=facts)
    return _record_of(transaction, sanction_id)


def check_may_extend(
    connection: Connection, file: SanctionFile, policies: Policies, *, person: str, now: int
) -> None:
    """Raise unless this person may let a sanction run longer: nobody who decided what led to it.

    Raises SanctionSettled (not carried out), NoSuchSanction and SameModerator.
    """
    check_carried_out(file)
    sanction_id = file.record.sanction_id
    known_sanction(standing_or_start(file.log, policies, now=now), sanction_id)
    behind = verdicts_behind(file.log, sanction_id, policies)
    if is_among(person, moderators_of(behind)):
        raise SameModerator(f"{person} gave a verdict it rests on; somebody else extends it")
    check_impartial(connection, file, policies, person=person)


def record_notice(
    transaction: Transaction, sanction_id: str, *, is_delivered: bool
) -> SanctionRecord:
    """Record whether the notice of a sanction reached the seller; without one it waits.

    Raises NoSuchSanction, SameModerator (who decided it), SanctionSettled (delivered before) and
    WrongRole (a moderator says that it was not).
    """
    file = _locked(transaction, sanction_id)
    caller = transaction.caller
    deciders = moderators_of(verdicts_behind(file.log, sanction_id, transaction.policies))
    check_notice(file, deciders, person=caller.person, role=caller.role, is_delivered=is_delivered)
    event = {"event": "notice", "id": f"n_{token_hex(8)}", "sanction_id": sanction_id}
    step = _recorded(transaction, file, event | {"delivered": is_delivered})
    apply_consequences(transaction, step)
    action = "notice.delivered" if is_delivered else "notice.undelivered"
    transaction.record(action, sanction_id)
    return _record_of(transaction, sanction_id)


def record_done(transaction: Transaction, sanction_id: str) -> SanctionRecord:
    """Record that the platform has done what a sanction says; reported twice, it was done once.

    Raises NoSuchSanction and SanctionSettled (nobody was to carry it out).
    """
    file = _locked(transaction, sanction_id)
    check_carried_out(file)
    if file.record.done_at is None:
        event = {"event": "action_done", "id": f"ad_{token_hex(8)}", "sanction_id": sanction_id}
        _recorded(transaction, file, event)
        sanction_records.set_sanction(transaction.connection, sanction_id, done_at=transaction.now)
        transaction.record("sanction.done", sanction_id)
    return _record_of(transaction, sanction_id)


def _locked(transaction: Transaction, sanction_id: str) -> SanctionFile:
    return sanction_records.locked_sanction(
        transaction.connection, sanction_id, now=transaction.now
    )


def _excepted(
    transaction: Transaction, file: SanctionFile, why: str, until: int | None = None
) -> Step:
    """Record a person's exception: a sanction ends before its time, or runs longer."""
    step = exception_step(
        file,
        transaction.policies,
        person=transaction.caller.person,
        why=why,
        event_id=f"o_{token_hex(8)}",
        now=transaction.now,
        until=until,
    )
    record_step(transaction, step)
    return step


def _recorded(transaction: Transaction, file: SanctionFile, event: dict[str, Any]) -> Step:
    policies, now = transaction.policies, transaction.now
    step = step_of(file.log, event, policies, now=now, refusal=EventRefused)
    record_step(transaction, step)
    return step


def _record_of(transaction: Transaction, sanction_id: str) -> SanctionRecord:
    return sanction_records.sanction_with_id(
        transaction.connection, sanction_id, now=transaction.now
    )
