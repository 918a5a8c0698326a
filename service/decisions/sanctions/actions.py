"""What can be done with sanctions; each inside the caller's transaction."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from detector.rules import Policies, SanctionView, SellerLedger
from service.audit import actions as audit
from service.decisions.ledger.actions import override, record, standing_at
from service.decisions.sanctions import store
from service.decisions.sanctions.rules import (
    changed_sanctions,
    event_kind,
    fresh_sanctions,
    is_without_warning,
    lifted_sanctions,
    points_event,
    sanction_facts,
    term_end,
)
from service.decisions.sanctions.schemas import SanctionFull, SanctionPage, SanctionRecord
from service.http.access.keys import Caller
from service.http.fields import cursor_of, instant_place, instant_text
from service.outbox.actions import announce
from service.refusals import NeverSuspended, NoSuchSanction, SameModerator, SanctionSettled
from service.sellers.store import lock_seller


def follow(connection: Connection, before: SellerLedger, after: SellerLedger, *, now: int) -> None:
    """Record and announce what a step from one standing to the next means for others.

    What needs a second person waits for one and is announced only then.
    """
    points = points_event(before, after)
    if points:
        announce(connection, *points, at=now)
    undone = {
        sanction.id
        for sanction in lifted_sanctions(before, after)
        if _lift(connection, after, sanction, now)
    }
    for sanction in fresh_sanctions(before, after):
        # A milder step in the place of one that was carried out is no new decision.
        is_carried_out = not sanction.two_person or sanction.replaces in undone
        _issue(connection, after, sanction, now, is_carried_out=is_carried_out)
    for sanction in changed_sanctions(before, after):
        known = store.row_of(connection, sanction.id)
        if known is not None and known.state == "carried_out":
            announce_sanction(connection, after, sanction, now)


def approve(
    connection: Connection,
    sanction_id: str,
    reason: str,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> SanctionRecord:
    """Let a sanction be carried out; by nobody who gave one of the verdicts it rests on.

    Its term runs from now. Raises NoSuchSanction, SanctionSettled (approved, declined, lifted or
    lapsed before), SameModerator and NeverSuspended.
    """
    found = _waiting(connection, sanction_id, policies, caller=caller, now=now)
    _check_warned(connection, found, now)
    ends_at = term_end(found.sanction, now)
    if ends_at is not None:
        why = reason or "the term runs from the approval"
        until = {"action": "extend", "until": instant_text(ends_at)}
        found = _overridden(connection, found, until, why, policies, caller=caller, now=now)
    store.change(
        connection,
        sanction_id,
        state="carried_out",
        approved_by=caller.person,
        approved_at=now,
        reason=reason,
        ends_at=found.sanction.ends_at,
    )
    announce_sanction(connection, found.ledger, found.sanction, now)
    after = sanction_facts(found.ledger.seller_id, found.sanction)
    audit.record(
        connection, "sanction.approved", sanction_id, at=now, caller=caller, why=reason, after=after
    )
    return record_of(connection, sanction_id, now=now)


def decline(
    connection: Connection,
    sanction_id: str,
    reason: str,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> SanctionRecord:
    """Refuse to have a sanction carried out: it is lifted, the points stay taken.

    Raises NoSuchSanction, SanctionSettled and SameModerator.
    """
    found = _waiting(connection, sanction_id, policies, caller=caller, now=now)
    lifted = {"action": "lift"}
    why = reason or "declined by a second person"
    found = _overridden(connection, found, lifted, why, policies, caller=caller, now=now)
    store.change(
        connection,
        sanction_id,
        state="declined",
        declined_by=caller.person,
        reason=reason,
        lifted_at=now,
    )
    audit.record(connection, "sanction.declined", sanction_id, at=now, caller=caller, why=reason)
    return record_of(connection, sanction_id, now=now)


def sanctions_page(
    connection: Connection, state: str, *, now: int, limit: int, cursor: str | None
) -> SanctionPage:
    """A page of the sanctions in a state, oldest first."""
    rows = store.page(connection, state, now=now, limit=limit + 1, after=instant_place(cursor))
    shown = [_shown(row, now) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return SanctionPage(
        sanctions=shown,
        next_cursor=cursor_of(last.issued_at, last.sanction_id) if last else None,
    )


def sanctions_of(connection: Connection, seller_id: str, *, now: int) -> list[SanctionRecord]:
    """What became of each of a seller's suspensions and removals, oldest first."""
    return [_shown(row, now) for row in store.rows_of_seller(connection, seller_id)]


def waiting_ids(connection: Connection, seller_id: str, *, now: int) -> list[str]:
    """The seller's sanctions that wait for a second person."""
    found = sanctions_of(connection, seller_id, now=now)
    return [one.sanction_id for one in found if one.state == "waiting"]


def record_of(connection: Connection, sanction_id: str, *, now: int) -> SanctionRecord:
    """What became of a sanction; NoSuchSanction when there is none."""
    return _shown(_row(connection, sanction_id), now)


def sanction_full(
    connection: Connection, sanction_id: str, policies: Policies, *, now: int
) -> SanctionFull:
    """A sanction with the verdicts it rests on; NoSuchSanction when there is none."""
    record = record_of(connection, sanction_id, now=now)
    ledger = standing_at(connection, record.seller_id, policies, now=now)
    sanction = sanction_in(ledger, sanction_id)
    if ledger is None or sanction is None:
        raise NoSuchSanction(f"the rules of today issue no sanction {sanction_id!r}")
    return SanctionFull(
        **record.model_dump(),
        tier=sanction.tier,
        effects=list(sanction.effects),
        verdicts=store.verdicts_among(connection, _grounds_of(ledger, sanction)),
    )


class _Found(NamedTuple):
    """A sanction that waits, and the ledger it belongs to."""

    sanction: SanctionView
    ledger: SellerLedger


def _waiting(
    connection: Connection, sanction_id: str, policies: Policies, *, caller: Caller, now: int
) -> _Found:
    """The sanction that waits for the caller's decision, its seller held meanwhile."""
    seller_id = _row(connection, sanction_id).seller_id
    lock_seller(connection, seller_id)
    state = record_of(connection, sanction_id, now=now).state
    ledger = standing_at(connection, seller_id, policies, now=now)
    sanction = sanction_in(ledger, sanction_id)
    if state != "waiting" or ledger is None or sanction is None or sanction.state == "voided":
        told = "lifted" if state == "waiting" else state.replace("_", " ")
        raise SanctionSettled(f"sanction {sanction_id!r} does not wait for approval: it is {told}")
    if caller.person in moderators_behind(connection, ledger, sanction):
        raise SameModerator(f"{caller.person} gave a verdict it rests on; somebody else decides")
    return _Found(sanction, ledger)


def _check_warned(connection: Connection, found: _Found, now: int) -> None:
    records = sanctions_of(connection, found.ledger.seller_id, now=now)
    lapsed = {one.sanction_id for one in records if one.state == "lapsed"}
    if is_without_warning(found.sanction, found.ledger, lapsed):
        raise NeverSuspended(
            f"nobody carried out the suspension before {found.sanction.id!r}; decline it"
        )


def _overridden(
    connection: Connection,
    found: _Found,
    action: dict[str, str],
    why: str,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> _Found:
    """Record a person's override of a sanction in the ledger; the sanction as it is then."""
    event = override(found.sanction.id, why, person=caller.person, **action)
    ledger = record(connection, found.ledger.seller_id, event, policies, now=now).after
    sanction = sanction_in(ledger, found.sanction.id)
    assert sanction is not None  # noqa: S101 - no sanction ever leaves a ledger
    return _Found(sanction, ledger)


def _issue(
    connection: Connection,
    ledger: SellerLedger,
    sanction: SanctionView,
    now: int,
    *,
    is_carried_out: bool,
) -> None:
    replaced = store.row_of(connection, sanction.replaces) if sanction.replaces else None
    store.add(
        connection,
        sanction_id=sanction.id,
        seller_id=ledger.seller_id,
        kind=sanction.kind,
        state="carried_out" if is_carried_out else "waiting",
        issued_at=sanction.issued_at,
        ends_at=sanction.ends_at,
        approved_by=replaced.approved_by if replaced else None,
        approved_at=replaced.approved_at if replaced else None,
    )
    if is_carried_out and sanction.state != "served":
        announce_sanction(connection, ledger, sanction, now)


def _lift(connection: Connection, ledger: SellerLedger, sanction: SanctionView, now: int) -> bool:
    """Note that a sanction is lifted; whether it had been carried out."""
    known = store.row_of(connection, sanction.id)
    store.change(connection, sanction.id, state="lifted", lifted_at=now)
    if known is None or known.state != "carried_out":  # nobody has heard of it
        return False
    announce(connection, "sanction.lifted", sanction_facts(ledger.seller_id, sanction), at=now)
    return True


def announce_sanction(
    connection: Connection, ledger: SellerLedger, sanction: SanctionView, now: int
) -> None:
    """Announce a sanction as it is now."""
    facts = sanction_facts(ledger.seller_id, sanction)
    announce(connection, event_kind(sanction, ledger), facts, at=now)


def moderators_behind(
    connection: Connection, ledger: SellerLedger, sanction: SanctionView
) -> set[str]:
    """Who gave the verdicts that a sanction rests on."""
    found = store.verdicts_among(connection, _grounds_of(ledger, sanction))
    return {person for verdict in found for person in verdict.people}


def _grounds_of(ledger: SellerLedger, sanction: SanctionView) -> set[str]:
    entries = (entry for entry in ledger.entries if entry.id in sanction.because)
    return {verdict_id for entry in entries for verdict_id in entry.grounds}


def sanction_in(ledger: SellerLedger | None, sanction_id: str) -> SanctionView | None:
    """A sanction of a ledger; None when it has none of that id."""
    if ledger is None:
        return None
    return next((one for one in ledger.sanctions if one.id == sanction_id), None)


def _row(connection: Connection, sanction_id: str) -> Row[Any]:
    row = store.row_of(connection, sanction_id)
    if row is None:
        raise NoSuchSanction(f"no sanction has the id {sanction_id!r}")
    return row


def _shown(row: Row[Any], now: int) -> SanctionRecord:
    values = {name: getattr(row, name) for name in SanctionRecord.model_fields}
    if row.state == "waiting" and row.ends_at is not None and row.ends_at <= now:
        values["state"] = "lapsed"
    return SanctionRecord(**values)
