"""Appeals as a state machine: whatever is filed, granted and denied, in whatever order."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from detector.rules import SellerLedger, bundled, event_of, fold
from detector.rules.instants import DAY, instant_of, text_of

STANDARD = bundled("standard")


class Appeals(RuleBasedStateMachine):
    """One seller under the standard policy; every event goes through the fold at once."""

    verdicts = Bundle("verdicts")
    appeals = Bundle("appeals")

    def __init__(self) -> None:
        super().__init__()
        self.now = instant_of("2026-01-10")
        self.events: list[dict[str, Any]] = []
        self.standing: set[str] = set()
        self.reversed: set[str] = set()
        self.appealed: set[str] = set()
        self.open: set[str] = set()

    def tell(self, **event: Any) -> str:
        name = f"e{len(self.events)}"
        self.events.append(event | {"id": name, "recorded_at": text_of(self.now)})
        return name

    def ledger(self, after: int = 0) -> SellerLedger | None:
        events = [event_of(one) for one in self.events]
        return fold(events, STANDARD, as_of=self.now + after).sellers.get("S")

    def refused(self) -> set[int | None]:
        events = [event_of(one) for one in self.events]
        return {one.line - 1 for one in fold(events, STANDARD).refused}

    @rule(target=verdicts, order=st.integers(0, 12), age=st.integers(1, 60))
    def uphold(self, order: int, age: int) -> str:
        at = text_of(self.now)
        name = self.tell(
            event="verdict",
            decided_at=at,
            reported_at=text_of(self.now - DAY),
            incident_at=text_of(self.now - age * DAY),
            seller_id="S",
            complaint_id=f"c{len(self.events)}",
            order_id=f"o{order}",
            buyer_id="B",
            violation="counterfeit",
            outcome="upheld",
            evidence=["rights_holder_statement", "photo_received"],
            moderator="Mo",
            actor="person",
        )
        self.standing.add(name)
        return name

    @rule(target=appeals, verdict=verdicts)
    def appeal(self, verdict: str) -> tuple[str, str]:
        notified = next(one["recorded_at"] for one in self.events if one["id"] == verdict)
        before = self.ledger()
        name = self.tell(event="appeal", verdict_id=verdict, by="seller", notified_at=notified)
        in_time = self.now < instant_of(notified) + 30 * DAY
        is_first = verdict not in self.appealed and verdict in self.standing
        assert (len(self.events) - 1 in self.refused()) == (not (in_time and is_first))
        if in_time and is_first:
            self.appealed.add(verdict)
            self.open.add(name)
        assert before is not None
        after = self.ledger()
        assert after is not None
        assert (after.balance, after.entries) == (before.balance, before.entries)
        return name, verdict

    @rule(pair=consumes(appeals))
    def grant(self, pair: tuple[str, str]) -> None:
        appeal, verdict = pair
        before = self.ledger()
        self.tell(event="appeal_decided", appeal_id=appeal, outcome="granted", moderator="Mia")
        after = self.ledger()
        assert before is not None
        assert after is not None
        assert after.balance >= before.balance
        if appeal in self.open:
            self.open.discard(appeal)
            self.standing.discard(verdict)
            self.reversed.add(verdict)
        else:
            assert after == before

    @rule(pair=consumes(appeals))
    def deny(self, pair: tuple[str, str]) -> None:
        appeal, _ = pair
        before = self.ledger()
        self.tell(event="appeal_decided", appeal_id=appeal, outcome="denied", moderator="Mia")
        after = self.ledger()
        assert before is not None
        assert after is not None
        self.open.discard(appeal)
        assert (after.balance, after.entries) == (before.balance, before.entries)
        for then, later in zip(before.sanctions, after.sanctions, strict=True):
            assert later == then or (then.state, later.state) == ("stayed", "in_force")

    @rule(days=st.sampled_from([0, 1, 7, 8, 29, 30, 200, 365]))
    def wait(self, days: int) -> None:
        self.now += days * DAY

    @invariant()
    def points_are_of_standing_decisions(self) -> None:
        ledger = self.ledger()
        if ledger is None:
            return
        for entry in ledger.entries:
            assert (entry.state == "reversed") == (set(entry.grounds) <= self.reversed)

    @invariant()
    def status_says_what_is_in_force(self) -> None:
        ledger = self.ledger()
        if ledger is None:
            return
        states = {(one.kind, one.state) for one in ledger.sanctions}
        if ("remove", "in_force") in states:
            assert ledger.status == "removed"
        elif ("suspend", "in_force") in states or ("remove", "stayed") in states:
            assert ledger.status == "suspended"
        else:
            assert ledger.status == ("warned" if ledger.level >= 6 else "active")

    @invariant()
    def only_an_open_appeal_stays_a_removal(self) -> None:
        ledger = self.ledger()
        if ledger is not None and not self.open:
            assert "stayed" not in {one.state for one in ledger.sanctions}

    @invariant()
    def who_won_everything_has_everything_back(self) -> None:
        ledger = self.ledger()
        if ledger is not None and not self.standing:
            assert (ledger.balance, ledger.status) == (12, "active")
            assert {one.state for one in ledger.sanctions} <= {"voided"}


Appeals.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestAppeals = Appeals.TestCase
