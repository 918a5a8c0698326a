"""Pure decisions about sanctions: what a step from one standing to the next means for others."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from detector.instants import text_of
from detector.rules import Policies, SanctionView, SellerState
from detector.rules.events import Notice, Verdict
from detector.rules.identity import is_among
from service.decisions.decision_file import SanctionFile
from service.decisions.ledger.rules import Step, override, step_of, verdicts_behind
from service.decisions.schemas import SanctionState
from service.refusals import (
    EventRefused,
    NoSuchSanction,
    SameModerator,
    SanctionSettled,
    WrongRole,
)
from service.roles import Role

EVENTS: Final = {"suspend": "seller.suspended", "remove": "seller.removed"}
"""How sanctions that somebody outside has to carry out are announced; others as restrictions."""


_NOT_CARRIED_OUT: Final[dict[str, SanctionState]] = {
    "awaiting_approval": "waiting",
    "lapsed": "lapsed",
    "declined": "declined",
}


def check_waits_for(
    file: SanctionFile, ledger: SellerState | None, policies: Policies, *, person: str
) -> None:
    """Raise unless the sanction waits for this person's decision.

    Four eyes: raises SameModerator where the person gave a verdict that it rests on. Raises
    SanctionSettled (approved, declined, lifted or lapsed before).
    """
    name, state = file.record.sanction_id, file.record.state
    sanction = sanction_in(ledger, name)
    if sanction is None or sanction.state != "awaiting_approval":
        now_it_is = "lifted" if state == "waiting" else state.replace("_", " ")
        raise SanctionSettled(f"sanction {name!r} does not wait for approval: it is {now_it_is}")
    if is_among(person, moderators_of(verdicts_behind(file.log, name, policies))):
        raise SameModerator(f"{person} gave a verdict it rests on; somebody else decides")


def approval_step(
    file: SanctionFile,
    outcome: str,
    policies: Policies,
    *,
    person: str,
    why: str,
    event_id: str,
    now: int,
) -> Step:
    """What a second person's decision about a sanction does; raises EventRefused."""
    event = decision_event(
        file.record.sanction_id, outcome, event_id=event_id, person=person, why=why
    )
    return step_of(file.log, event, policies, now=now, refusal=EventRefused)


def exception_step(
    file: SanctionFile,
    policies: Policies,
    *,
    person: str,
    why: str,
    event_id: str,
    now: int,
    until: int | None = None,
) -> Step:
    """What ending a sanction before its time does, or with `until` letting it run longer.

    Raises SanctionSettled (not carried out) and EventRefused.
    """
    check_carried_out(file)
    action = {"action": "lift"} if until is None else {"action": "extend", "until": text_of(until)}
    event = override(file.record.sanction_id, why, override_id=event_id, person=person, **action)
    return step_of(file.log, event, policies, now=now, refusal=EventRefused)


def check_carried_out(file: SanctionFile) -> None:
    """Raise SanctionSettled unless the sanction was carried out."""
    if file.record.state != "carried_out":
        state = file.record.state.replace("_", " ")
        raise SanctionSettled(f"sanction {file.record.sanction_id!r} is {state}")


def sanction_in(ledger: SellerState | None, sanction_id: str) -> SanctionView | None:
    """A sanction of a ledger; None when it has none of that id."""
    if ledger is None:
        return None
    return next((one for one in ledger.sanctions if one.id == sanction_id), None)


def known_sanction(ledger: SellerState, sanction_id: str) -> SanctionView:
    """A sanction of a ledger; raises NoSuchSanction where other rules once issued it."""
    sanction = sanction_in(ledger, sanction_id)
    if sanction is None:
        raise NoSuchSanction(f"the rules of today issue no sanction {sanction_id!r}")
    return sanction


def moderators_of(verdicts: Iterable[Verdict]) -> set[str]:
    """Who gave or seconded verdicts."""
    return {who for one in verdicts for who in (one.moderator, *(one.seconded_by or ()))}


def check_notice(
    file: SanctionFile, deciders: Iterable[str], *, person: str, role: Role, is_delivered: bool
) -> None:
    """Raise unless this person may report now whether a sanction's notice was delivered.

    An undelivered notice stays the sanction. So nobody reports on what they decided
    (SameModerator), and what only a reviewer may lift, only a reviewer or the marketplace's own
    systems report as undelivered (WrongRole). What was delivered stays so (SanctionSettled).
    """
    sanction_id = file.record.sanction_id
    approved = (one for one in (file.record.approved_by, file.record.declined_by) if one)
    if is_among(person, (*deciders, *approved)):
        raise SameModerator(f"{person} decided it; somebody else tells of its notice")
    if is_delivered:
        return
    if role is Role.MODERATOR:
        raise WrongRole("a moderator ends no sanction: a reviewer or the platform reports this")
    notices = (one for one in file.log if isinstance(one, Notice))
    if any(one.sanction_id == sanction_id and one.delivered for one in notices):
        raise SanctionSettled(f"the notice of sanction {sanction_id!r} was delivered before")


def is_carried_out(sanction: SanctionView) -> bool:
    """Whether a sanction is one that somebody outside has to carry out."""
    return sanction.kind != "warn" or sanction.two_person


def fresh_sanctions(known: Collection[str], after: SellerState) -> list[SanctionView]:
    """Sanctions that nothing is known of yet, of those that somebody has to carry out."""
    return [
        sanction
        for sanction in after.sanctions
        if sanction.id not in known and is_carried_out(sanction) and sanction.state != "voided"
    ]


def lifted_sanctions(before: SellerState, after: SellerState) -> list[SanctionView]:
    """Sanctions that the step voided, of those that had to be carried out."""
    stood = {sanction.id for sanction in before.sanctions if sanction.state != "voided"}
    return [
        sanction
        for sanction in after.sanctions
        if sanction.id in stood and sanction.state == "voided" and is_carried_out(sanction)
    ]


def changed_sanctions(before: SellerState, after: SellerState) -> list[SanctionView]:
    """Sanctions that were approved, that an appeal stayed, or whose stay ended."""
    was = {sanction.id: sanction.state for sanction in before.sanctions}
    return [
        sanction
        for sanction in after.sanctions
        if is_carried_out(sanction)
        and sanction.state in ("in_force", "stayed")
        and was.get(sanction.id, sanction.state) != sanction.state
    ]


def state_of(sanction: SanctionView) -> SanctionState:
    """What became of a sanction, in the word of its record."""
    if sanction.carried_out_at is not None:
        return "carried_out"
    return _NOT_CARRIED_OUT.get(sanction.state, "lifted")


def decision_event(
    sanction_id: str, outcome: str, *, event_id: str, person: str | None = None, why: str = ""
) -> dict[str, Any]:
    """What the log says of a sanction that was approved, declined or has lapsed."""
    event = {"event": "sanction_decided", "id": event_id, "sanction_id": sanction_id}
    facts = {"outcome": outcome, "moderator": person, "why": why}
    return event | {name: value for name, value in facts.items() if value}


def event_kind(sanction: SanctionView, ledger: SellerState) -> str:
    """What is to be announced of a sanction: itself, or what an appeal stays it to."""
    if sanction.state != "stayed":
        return EVENTS.get(sanction.kind, "seller.restricted")
    return EVENTS["suspend"] if ledger.status == "suspended" else "sanction.lifted"


def points_event(step: Step) -> tuple[str, dict[str, Any]] | None:
    """The announcement of points taken or given back; None when the balance is as it was."""
    before, after = step.before, step.after
    if after.balance == before.balance:
        return None
    kind = "points.deducted" if after.balance < before.balance else "points.restored"
    return kind, {
        "seller_id": after.seller_id,
        "points_before": before.balance,
        "points": after.balance,
        "status": after.status,
        "entries": list(step.changed),
    }


def sanction_facts(seller_id: str, sanction: SanctionView) -> dict[str, Any]:
    """What is announced of a sanction; its id is the key under which it is carried out once."""
    return {
        "seller_id": seller_id,
        "sanction_id": sanction.id,
        "sanction": sanction.kind,
        "effects": list(sanction.effects),
        "state": sanction.state,
        "issued_at": text_of(sanction.issued_at),
        "ends_at": None if sanction.ends_at is None else text_of(sanction.ends_at),
    }
