"""Pure decisions about sanctions: what a step from one standing to the next means for others."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any, Final

from detector.rules import SanctionView, SellerLedger
from service.http.fields import instant_text

EVENTS: Final = {"suspend": "seller.suspended", "remove": "seller.removed"}
"""How sanctions that somebody outside has to carry out are announced; others as restrictions."""


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
    """What is told of a sanction; its id is the key under which it is carried out once."""
    return {
        "seller_id": seller_id,
        "sanction_id": sanction.id,
        "sanction": sanction.kind,
        "effects": list(sanction.effects),
        "state": sanction.state,
        "issued_at": instant_text(sanction.issued_at),
        "ends_at": None if sanction.ends_at is None else instant_text(sanction.ends_at),
    }
