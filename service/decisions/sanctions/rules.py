"""Pure decisions about sanctions: what a step from one standing to the next means for others."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any, Final

from detector.rules import SanctionView, SellerLedger
from detector.rules.events import Verdict
from detector.rules.identity import is_among
from service.decisions.file import SanctionFile, SellerLog
from service.decisions.ledger.rules import events_of
from service.http.fields import instant_text
from service.refusals import NeverSuspended, NoSuchSanction, SameModerator, SanctionSettled

EVENTS: Final = {"suspend": "seller.suspended", "remove": "seller.removed"}
"""How sanctions that somebody outside has to carry out are announced; others as restrictions."""


def waiting_sanction(
    file: SanctionFile, ledger: SellerLedger | None, *, person: str
) -> SanctionView:
    """The sanction, where it waits for this person's decision.

    Raises SanctionSettled (approved, declined, lifted or lapsed before) and SameModerator (the
    person gave a verdict that it rests on).
    """
    name, state = file.record.sanction_id, file.record.state
    sanction = sanction_in(ledger, name)
    if state != "waiting" or ledger is None or sanction is None or sanction.state == "voided":
        now_it_is = "lifted" if state == "waiting" else state.replace("_", " ")
        raise SanctionSettled(f"sanction {name!r} does not wait for approval: it is {now_it_is}")
    if is_among(person, moderators_behind(file.log, ledger, sanction)):
        raise SameModerator(f"{person} gave a verdict it rests on; somebody else decides")
    return sanction


def check_carried_out(file: SanctionFile) -> None:
    """Raise SanctionSettled unless the sanction was carried out."""
    if file.record.state != "carried_out":
        state = file.record.state.replace("_", " ")
        raise SanctionSettled(f"sanction {file.record.sanction_id!r} is {state}")


def check_warned(file: SanctionFile, ledger: SellerLedger, sanction: SanctionView) -> None:
    """Raise NeverSuspended for a removal after suspensions that nobody carried out."""
    lapsed = {one.sanction_id for one in file.records if one.state == "lapsed"}
    if is_without_warning(sanction, ledger, lapsed):
        raise NeverSuspended(
            f"nobody carried out the suspension before {sanction.id!r}; decline it"
        )


def sanction_in(ledger: SellerLedger | None, sanction_id: str) -> SanctionView | None:
    """A sanction of a ledger; None when it has none of that id."""
    if ledger is None:
        return None
    return next((one for one in ledger.sanctions if one.id == sanction_id), None)


def known_sanction(ledger: SellerLedger, sanction_id: str) -> SanctionView:
    """A sanction of a ledger; raises NoSuchSanction where other rules once issued it."""
    sanction = sanction_in(ledger, sanction_id)
    if sanction is None:
        raise NoSuchSanction(f"the rules of today issue no sanction {sanction_id!r}")
    return sanction


def grounds_of(ledger: SellerLedger, sanction: SanctionView) -> set[str]:
    """The ids of the verdicts that a sanction rests on."""
    entries = (entry for entry in ledger.entries if entry.id in sanction.because)
    return {verdict_id for entry in entries for verdict_id in entry.grounds}


def moderators_behind(log: SellerLog, ledger: SellerLedger, sanction: SanctionView) -> set[str]:
    """Who gave or seconded the verdicts that a sanction rests on."""
    grounds = grounds_of(ledger, sanction)
    verdicts = (one for one in events_of(log) if isinstance(one, Verdict) and one.id in grounds)
    return {who for one in verdicts for who in (one.moderator, *(one.seconded_by or ()))}


def is_carried_out(sanction: SanctionView) -> bool:
    """Whether a sanction is one that somebody outside has to carry out."""
    return sanction.kind != "warn"


def fresh_sanctions(before: SellerLedger, after: SellerLedger) -> list[SanctionView]:
    """Sanctions that the step issued, of those that have to be carried out."""
    known = {sanction.id for sanction in before.sanctions}
    return [
        sanction
        for sanction in after.sanctions
        if sanction.id not in known and is_carried_out(sanction) and sanction.state != "voided"
    ]


def lifted_sanctions(before: SellerLedger, after: SellerLedger) -> list[SanctionView]:
    """Sanctions that the step voided, of those that had to be carried out."""
    stood = {sanction.id for sanction in before.sanctions if sanction.state != "voided"}
    return [
        sanction
        for sanction in after.sanctions
        if sanction.id in stood and sanction.state == "voided" and is_carried_out(sanction)
    ]


def changed_sanctions(before: SellerLedger, after: SellerLedger) -> list[SanctionView]:
    """Sanctions that an appeal stayed, or whose stay ended, of those to be carried out."""
    was = {sanction.id: sanction.state for sanction in before.sanctions}
    return [
        sanction
        for sanction in after.sanctions
        if is_carried_out(sanction)
        and {was.get(sanction.id), sanction.state} == {"in_force", "stayed"}
    ]


def event_kind(sanction: SanctionView, ledger: SellerLedger) -> str:
    """What is to be announced of a sanction: itself, or what an appeal stays it to."""
    if sanction.state != "stayed":
        return EVENTS.get(sanction.kind, "seller.restricted")
    return EVENTS["suspend"] if ledger.status == "suspended" else "sanction.lifted"


def term_end(sanction: SanctionView, approved_at: int) -> int | None:
    """When a sanction ends whose term runs from its approval; None when it stays as it was.

    A penalty that began to run while it waited would be shorter the longer somebody hesitated.
    """
    if sanction.ends_at is None or approved_at <= sanction.issued_at:
        return None
    return approved_at + sanction.ends_at - sanction.issued_at


def is_without_warning(
    sanction: SanctionView, ledger: SellerLedger, lapsed: AbstractSet[str]
) -> bool:
    """Whether a removal follows on suspensions of its tier that all lapsed unapproved.

    The rules count them; but a seller who was never suspended had no warning.
    """
    earlier = {
        one.id
        for one in ledger.sanctions
        if one.tier == sanction.tier
        and one.issued_at < sanction.issued_at
        and one.state != "voided"
    }
    return sanction.kind == "remove" and bool(earlier) and earlier <= lapsed


def points_event(before: SellerLedger, after: SellerLedger) -> tuple[str, dict[str, Any]] | None:
    """The announcement of points taken or given back; None when the balance is as it was.

    `entries` are those that are new or changed: what a credit gives back changes none.
    """
    if after.balance == before.balance:
        return None
    kind = "points.deducted" if after.balance < before.balance else "points.restored"
    known = set(before.entries)
    return kind, {
        "seller_id": after.seller_id,
        "points_before": before.balance,
        "points": after.balance,
        "status": after.status,
        "entries": [entry.id for entry in after.entries if entry not in known],
    }


def sanction_facts(seller_id: str, sanction: SanctionView) -> dict[str, Any]:
    """What is announced of a sanction; its id is the key under which it is carried out once."""
    return {
        "seller_id": seller_id,
        "sanction_id": sanction.id,
        "sanction": sanction.kind,
        "effects": list(sanction.effects),
        "state": sanction.state,
        "issued_at": instant_text(sanction.issued_at),
        "ends_at": None if sanction.ends_at is None else instant_text(sanction.ends_at),
    }
