"""Record an event in the ledger's log, and fold a seller's events into a standing."""

from __future__ import annotations

from sqlalchemy import Connection

from detector.rules import Policies, SellerState
from service.database.engine import reach_of
from service.decisions.ledger import rules, store
from service.decisions.log_records import log_of
from service.decisions.transaction import Transaction


def record_step(transaction: Transaction, step: rules.Step) -> None:
    """Append the event of a step; the seller was locked before the step was worked out.

    Raises ClockBehind where the seller's last event lies ahead of the transaction's instant by more
    than clocks may differ.
    """
    skew_us = reach_of(transaction.connection).skew_us
    rules.check_clock(step.after.seller_id, step.at, now=transaction.now, skew_us=skew_us)
    store.add_event(transaction.connection, step.after.seller_id, step.body, recorded_at=step.at)


def standing_at(
    connection: Connection, seller_id: str, policies: Policies, *, now: int
) -> SellerState | None:
    """The seller's standing at an instant; None without events."""
    return rules.standing_of(log_of(connection, seller_id), policies, now=now)


def standing_or_start(
    connection: Connection, seller_id: str, policies: Policies, *, now: int
) -> SellerState:
    """The seller's standing at an instant; full points when nothing was ever recorded."""
    return rules.standing_or_start(log_of(connection, seller_id), policies, now=now)
