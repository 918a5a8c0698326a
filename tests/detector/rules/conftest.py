"""A log told as a story: each method appends one event; `now` folds what was told."""

from __future__ import annotations

from typing import Any

import pytest

from detector.rules import Ledger, SellerLedger, bundled, event_of, fold, policies_of
from detector.rules.fold import Approvals
from detector.rules.instants import instant_of
from detector.rules.policy.bundled import bundled_text

PHOTOS = ["photo_received", "photo_official"]


class Story:
    """Events about seller "S" under a policy; times are ISO texts, days are short for midnight."""

    def __init__(self, policy: str = "standard") -> None:
        self.policies = bundled(policy)
        self.events: list[dict[str, Any]] = []
        self.approvals: Approvals = "assumed"

    def recorded(self) -> Story:
        """Let severe steps wait until a second person's decision about them is told."""
        self.approvals = "recorded"
        return self

    def under(self, text: str) -> Story:
        """Go by another policy text."""
        self.policies = policies_of(text, "test.toml")
        return self

    def standard_with(self, *changes: tuple[str, str]) -> Story:
        """Go by the standard policy with some of its text replaced."""
        text = bundled_text("standard")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        return self.under(text)

    def verdict(self, name: str, on: str, **fields: Any) -> Story:
        """Append a verdict; incident and report are two days and one day before it."""
        day = instant_of(on)
        event = {
            "event": "verdict",
            "id": name,
            "recorded_at": on,
            "decided_at": on,
            "reported_at": _text(day - 86_400_000_000),
            "incident_at": _text(day - 2 * 86_400_000_000),
            "seller_id": "S",
            "complaint_id": f"complaint of {name}",
            "order_id": f"order of {name}",
            "buyer_id": f"buyer of {name}",
            "violation": "counterfeit",
            "outcome": "upheld",
            "evidence": PHOTOS,
            "moderator": "Mo",
            "actor": "person",
        }
        self.events.append(event | fields)
        return self

    def appeal(self, name: str, on: str, verdict: str, **fields: Any) -> Story:
        """Append an appeal by the seller, notified when the verdict was recorded."""
        notified = next((e["recorded_at"] for e in self.events if e["id"] == verdict), on)
        event = {
            "event": "appeal",
            "id": name,
            "recorded_at": on,
            "verdict_id": verdict,
            "by": "seller",
            "notified_at": notified,
        }
        self.events.append(event | fields)
        return self

    def decide(self, appeal: str, on: str, outcome: str) -> Story:
        """Append the decision on an appeal."""
        return self.tell(
            "appeal_decided",
            f"{appeal} {outcome}",
            on,
            appeal_id=appeal,
            outcome=outcome,
            moderator="Mia",
        )

    def settle(self, on: str, outcome: str, nth: int = 1, tier: str = "depleted") -> Story:
        """Append a second person's decision about the nth sanction of a tier."""
        name, sanction = f"decision {len(self.events)}", f"S/{tier}/{nth}"
        return self.tell("sanction_decided", name, on, sanction_id=sanction, outcome=outcome)

    def lift(self, on: str, nth: int = 1) -> Story:
        """Append that a person lifted the nth sanction of the tier "depleted"."""
        facts = {"target_id": f"S/depleted/{nth}", "moderator": "Mia", "why": "hardship"}
        return self.tell("override", f"lift {nth}", on, action="lift", **facts)

    def waits(self, as_of: str | None = None) -> tuple[list[tuple[str, str]], str, int]:
        """Return the suspensions and removals, the status and the balance."""
        return self.done(as_of), self.now(as_of).status, self.now(as_of).balance

    def reverse(self, verdict: str, on: str) -> Story:
        """Append an appeal that is granted at once."""
        name = f"appeal against {verdict}"
        return self.appeal(name, on, verdict).decide(name, on, "granted")

    def tell(self, kind: str, name: str, on: str, **fields: Any) -> Story:
        """Append any other event."""
        self.events.append({"event": kind, "id": name, "recorded_at": on} | fields)
        return self

    def fold(self, as_of: str | None = None, known_at: str | None = None) -> Ledger:
        """Fold what was told so far."""
        return fold(
            [event_of(one) for one in self.events],
            self.policies,
            as_of=None if as_of is None else instant_of(as_of),
            known_at=None if known_at is None else instant_of(known_at),
            approvals=self.approvals,
        )

    def now(self, as_of: str | None = None, known_at: str | None = None) -> SellerLedger:
        """Return the ledger of seller "S"."""
        return self.fold(as_of, known_at).sellers["S"]

    def done(self, as_of: str | None = None) -> list[tuple[str, str]]:
        """Return the suspensions and removals as (kind, state)."""
        heavy = ("suspend", "remove")
        return [(one.kind, one.state) for one in self.now(as_of).sanctions if one.kind in heavy]

    def why_refused(self) -> list[str]:
        """Return the reasons of what was refused."""
        return [one.why for one in self.fold().refused]


def _text(instant: int) -> str:
    from detector.rules.instants import text_of

    return text_of(instant)


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture
def story_of() -> type[Story]:
    return Story
