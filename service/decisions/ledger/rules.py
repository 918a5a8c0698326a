"""Pure decisions about a ledger: a seller's standing, and what an event does to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from detector.errors import Refusal
from detector.rules import Event, Ledger, Policies, SellerLedger, event_in, event_of, fold
from service.decisions.decision_file import SellerLog
from service.decisions.ledger.schemas import Standing
from service.http.fields import instant_text
from service.refusals import ClockBehind, VerdictRefused


@dataclass(frozen=True, slots=True)
class Step:
    """An event to be recorded, and the seller's standing before and after it."""

    at: int
    """When it is recorded, in microseconds UTC: never before the event that precedes it."""
    body: dict[str, Any]
    before: SellerLedger
    after: SellerLedger

    @property
    def standings(self) -> dict[str, Any]:
        """The standing before and after, as the audit chain records them."""
        return {
            "before": standing_shown(self.before).model_dump(),
            "after": standing_shown(self.after).model_dump(),
        }


def step_of(
    log: SellerLog,
    body: dict[str, Any],
    policies: Policies,
    *,
    now: int,
    refusal: type[Refusal] = VerdictRefused,
) -> Step:
    """What an event would do; raises `refusal`, in the policy's words, where the fold refuses it.

    The log is folded once without the event and once with it.
    """
    at = max(now, log.last_recorded_at)
    events = events_of(log)
    before = _standing_in(events, log.seller_id, policies, at)
    stamped = {**body, "recorded_at": instant_text(at)}
    line = len(events) + 1
    ledger = _folded([*events, event_of(stamped)], policies, at)
    refused = [one.why for one in ledger.refused if one.line == line]
    if refused:
        raise refusal("; ".join(refused))
    # A withdrawal alone is no line in anybody's ledger.
    return Step(at, stamped, before, ledger.sellers.get(log.seller_id, before))


def check_clock(seller_id: str, at: int, *, now: int, skew_us: int) -> None:
    """Raise ClockBehind where a seller's last event lies further ahead of now than clocks differ.

    Within that, an event is recorded at the instant of the one before it, so that the log's order
    is the order of its instants as well.
    """
    if at > now + skew_us:
        raise ClockBehind(
            f"the last event of seller {seller_id!r} was recorded at "
            f"{instant_text(at)}, and this clock says {instant_text(now)}: nothing is "
            "recorded until the clocks agree again; set the wrong one right"
        )


def standing_of(log: SellerLog, policies: Policies, *, now: int) -> SellerLedger | None:
    """The seller's entries, sanctions, balance and status at an instant; None without events.

    What is recorded counts, so never before the last event: another host's clock may be ahead.
    """
    at = max(now, log.last_recorded_at)
    return _folded(events_of(log), policies, at).sellers.get(log.seller_id)


def standing_or_start(log: SellerLog, policies: Policies, *, now: int) -> SellerLedger:
    """The same, with full points when nothing was ever recorded."""
    at = max(now, log.last_recorded_at)
    return _standing_in(events_of(log), log.seller_id, policies, at)


def events_of(log: SellerLog) -> list[Event]:
    """The events of a log."""
    return [event_in(body) for body in log.bodies]


def override(
    target_id: str, why: str, *, override_id: str, person: str, **action: str
) -> dict[str, Any]:
    """A person's exception to what the rules say about a sanction or entry, as an event."""
    event = {"event": "override", "id": override_id, "target_id": target_id}
    return {**event, "moderator": person, "why": why, **action}


def standing_shown(ledger: SellerLedger) -> Standing:
    """A seller's standing, as responses show it."""
    return Standing(points=ledger.balance, level=ledger.level, status=ledger.status)


def _folded(events: list[Event], policies: Policies, at: int) -> Ledger:
    """Fold events as the service does: severe steps wait for a second person."""
    return fold(events, policies, as_of=at, approvals="recorded")


def _standing_in(events: list[Event], seller_id: str, policies: Policies, at: int) -> SellerLedger:
    ledger = _folded(events, policies, at).sellers.get(seller_id)
    if ledger is not None:
        return ledger
    track = next(iter(policies.at(at).tracks.values()))
    return SellerLedger(seller_id, track.start, 0, "active", (), (), {})
