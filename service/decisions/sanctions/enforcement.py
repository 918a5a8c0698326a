"""What happens to a sanction once it is carried out; each inside the caller's transaction."""

from __future__ import annotations

from secrets import token_hex

from sqlalchemy import Connection

from detector.rules import Policies, SanctionView, SellerLedger
from service.audit import actions as audit
from service.decisions.ledger import actions as ledger
from service.decisions.sanctions import store
from service.decisions.sanctions.actions import (
    announce_sanction,
    follow,
    moderators_behind,
    record_of,
    sanction_in,
)
from service.decisions.sanctions.rules import sanction_facts
from service.decisions.sanctions.schemas import SanctionRecord
from service.http.access.keys import Caller
from service.http.fields import instant_text
from service.refusals import SameModerator, SanctionSettled
from service.sellers.store import lock_seller


def lift(
    connection: Connection,
    sanction_id: str,
    reason: str,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> SanctionRecord:
    """End a sanction before its time, as an exception; the points stay taken.

    Raises NoSuchSanction, SanctionSettled (not carried out) and EventRefused (over already).
    """
    seller_id = _carried_out(connection, sanction_id, now)
    event = ledger.override(sanction_id, reason, person=caller.person, action="lift")
    recorded = ledger.record_other(connection, seller_id, event, policies, now=now)
    follow(connection, recorded.before, recorded.after, now=now)
    audit.record(connection, "sanction.lifted", sanction_id, at=now, caller=caller, why=reason)
    return record_of(connection, sanction_id, now=now)


def extend(
    connection: Connection,
    sanction_id: str,
    until: int,
    reason: str,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> SanctionRecord:
    """Let a sanction run longer, as an exception; by nobody who gave a verdict it rests on.

    Raises as `lift` does, and SameModerator.
    """
    seller_id = _carried_out(connection, sanction_id, now)
    known = ledger.standing_or_start(connection, seller_id, policies, now=now)
    if caller.person in moderators_behind(connection, known, _found(known, sanction_id)):
        raise SameModerator(f"{caller.person} gave a verdict it rests on; somebody else extends it")
    longer = {"action": "extend", "until": instant_text(until)}
    event = ledger.override(sanction_id, reason, person=caller.person, **longer)
    after = ledger.record_other(connection, seller_id, event, policies, now=now).after
    sanction = _found(after, sanction_id)
    store.change(connection, sanction_id, ends_at=sanction.ends_at)
    announce_sanction(connection, after, sanction, now)
    facts = sanction_facts(seller_id, sanction)
    audit.record(
        connection, "sanction.extended", sanction_id, at=now, caller=caller, why=reason, after=facts
    )
    return record_of(connection, sanction_id, now=now)


def note_notice(
    connection: Connection,
    sanction_id: str,
    policies: Policies,
    *,
    is_delivered: bool,
    caller: Caller,
    now: int,
) -> SanctionRecord:
    """Take note whether the notice of a sanction reached the seller; without one it waits.

    Raises NoSuchSanction.
    """
    seller_id = record_of(connection, sanction_id, now=now).seller_id
    event = {"event": "notice", "id": f"n_{token_hex(8)}", "sanction_id": sanction_id}
    told = event | {"delivered": is_delivered}
    recorded = ledger.record_other(connection, seller_id, told, policies, now=now)
    follow(connection, recorded.before, recorded.after, now=now)
    action = "notice.delivered" if is_delivered else "notice.undelivered"
    audit.record(connection, action, sanction_id, at=now, caller=caller)
    return record_of(connection, sanction_id, now=now)


def note_done(
    connection: Connection, sanction_id: str, policies: Policies, *, caller: Caller, now: int
) -> SanctionRecord:
    """Take note that the platform has done what a sanction says; told twice, it was done once.

    Raises NoSuchSanction and SanctionSettled (nobody was to carry it out).
    """
    seller_id = _carried_out(connection, sanction_id, now)
    known = record_of(connection, sanction_id, now=now)
    if known.done_at is None:
        event = {"event": "action_done", "id": f"ad_{token_hex(8)}", "sanction_id": sanction_id}
        ledger.record_other(connection, seller_id, event, policies, now=now)
        store.change(connection, sanction_id, done_at=now)
        audit.record(connection, "sanction.done", sanction_id, at=now, caller=caller)
    return record_of(connection, sanction_id, now=now)


def _carried_out(connection: Connection, sanction_id: str, now: int) -> str:
    """The seller of a sanction that is carried out, held meanwhile."""
    seller_id = record_of(connection, sanction_id, now=now).seller_id
    lock_seller(connection, seller_id)
    state = record_of(connection, sanction_id, now=now).state
    if state != "carried_out":
        raise SanctionSettled(f"sanction {sanction_id!r} is {state.replace('_', ' ')}")
    return seller_id


def _found(known: SellerLedger, sanction_id: str) -> SanctionView:
    sanction = sanction_in(known, sanction_id)
    assert sanction is not None  # noqa: S101 - no sanction ever leaves a ledger
    return sanction
