"""Credits, volumes and forgiven entries: what enters a ledger beside verdicts and appeals."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from sqlalchemy import Connection

from detector.rules import Policies
from service.audit import actions as audit
from service.decisions.adjustments.schemas import Credit, Forgiveness, StandingAfter, Volume
from service.decisions.ledger import actions as ledger
from service.decisions.ledger.actions import Recorded
from service.decisions.sanctions.actions import follow, waiting_ids
from service.decisions.verdicts.actions import seller_of
from service.http.access.keys import Caller
from service.refusals import NoSuchEntry
from service.sellers.store import check_known, request_rescoring


def grant_credit(
    connection: Connection,
    seller_id: str,
    given: Credit,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> StandingAfter:
    """Give points back to a seller; raises NoSuchSeller and EventRefused (the policy's bounds)."""
    check_known(connection, seller_id)
    event = {"event": "credit", "points": given.points, "why": given.kind}
    event |= {"id": f"cr_{token_hex(8)}", "seller_id": seller_id}
    recorded = take(connection, seller_id, event, policies, now=now)
    _note(connection, "credit.granted", f"seller {seller_id}", recorded, given.reason, caller, now)
    return _told(connection, event, recorded, now)


def note_volume(
    connection: Connection,
    seller_id: str,
    given: Volume,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> StandingAfter:
    """Compare a seller's defects with their transactions; a policy by rate acts on it.

    It is no decision, so the audit hears of it only when a sanction follows.
    """
    check_known(connection, seller_id)
    event = {"event": "volume", "transactions": dict(given.transactions)}
    event |= {"id": f"vo_{token_hex(8)}", "seller_id": seller_id}
    recorded = take(connection, seller_id, event, policies, now=now)
    if recorded.after.sanctions != recorded.before.sanctions:
        _note(connection, "volume.acted_on", f"seller {seller_id}", recorded, "", caller, now)
    return _told(connection, event, recorded, now)


def forgive_entry(
    connection: Connection,
    entry_id: str,
    given: Forgiveness,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> StandingAfter:
    """Let an entry count no more, though its verdict stands: a person's exception, on record.

    Raises NoSuchEntry, and EventRefused for an entry that does not stand.
    """
    seller_id = seller_of(connection, entry_id)  # an entry is called by the verdict that opened it
    if seller_id is None:
        raise NoSuchEntry(f"no entry has the id {entry_id!r}")
    event = ledger.override(entry_id, given.reason, person=caller.person, action="forgive")
    recorded = take(connection, seller_id, event, policies, now=now)
    _note(connection, "entry.forgiven", f"entry {entry_id}", recorded, given.reason, caller, now)
    return _told(connection, event, recorded, now)


def take(
    connection: Connection, seller_id: str, event: dict[str, Any], policies: Policies, *, now: int
) -> Recorded:
    """Record an event and let follow what does; raises EventRefused in the policy's own words."""
    recorded = ledger.record_other(connection, seller_id, event, policies, now=now)
    request_rescoring(connection, [seller_id], now)
    follow(connection, recorded.before, recorded.after, now=now)
    return recorded


def _note(
    connection: Connection,
    action: str,
    subject: str,
    recorded: Recorded,
    why: str,
    caller: Caller,
    now: int,
) -> None:
    before, after = (
        ledger.standing_shown(one).model_dump() for one in (recorded.before, recorded.after)
    )
    audit.record(
        connection, action, subject, at=now, caller=caller, why=why, before=before, after=after
    )


def _told(
    connection: Connection, event: dict[str, Any], recorded: Recorded, now: int
) -> StandingAfter:
    seller_id = recorded.after.seller_id
    return StandingAfter(
        event_id=event["id"],
        seller_id=seller_id,
        standing=ledger.standing_shown(recorded.after),
        awaiting_approval=waiting_ids(connection, seller_id, now=now),
    )
