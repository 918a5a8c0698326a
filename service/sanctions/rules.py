"""Pure decisions about sanctions: what a step from one standing to the next means for others."""

from __future__ import annotations

from typing import Any, Final

from detector.rules import SanctionView, SellerLedger
from service.fields import instant_text

EVENTS: Final = {"suspend": "seller.suspended", "remove": "seller.removed"}
"""Sanctions that somebody outside has to carry out, and how they are announced."""


def is_carried_out(sanction: SanctionView) -> bool:
    """Whether a sanction is one that somebody outside has to carry out."""
    return sanction.kind in EVENTS


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


def points_event(before: SellerLedger, after: SellerLedger) -> tuple[str, dict[str, Any]] | None:
    """The announcement of points taken or given back; None when the balance is as it was."""
    if after.balance == before.balance:
        return None
    kind = "points.deducted" if after.balance < before.balance else "points.restored"
    facts = {"points_before": before.balance, "points": after.balance, "status": after.status}
    return kind, {"seller_id": after.seller_id, **facts}


def sanction_facts(seller_id: str, sanction: SanctionView) -> dict[str, Any]:
    """What is told of a sanction; its id is the key under which it is carried out once."""
    return {
        "seller_id": seller_id,
        "sanction_id": sanction.id,
        "sanction": sanction.kind,
        "issued_at": instant_text(sanction.issued_at),
        "ends_at": None if sanction.ends_at is None else instant_text(sanction.ends_at),
    }
