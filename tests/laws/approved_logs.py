"""Random logs whose sanctions are approved, declined, left to lapse or lifted, at random times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import Any

from hypothesis import strategies as st

from detector.rules import Event, Policies, event_of
from detector.rules.fold import Fold
from detector.rules.instants import DAY, text_of
from tests.laws.random_rules import logs, policies

DELAYS = (0, 0, DAY, 3 * DAY, 6 * DAY, 7 * DAY, 20 * DAY)
OUTCOMES = ("approved", "approved", "approved", "declined", "lapsed", "lifted", None)


def decision(sanction_id: str, outcome: str, at: int, number: int) -> Event:
    """A decision about a sanction, or a lift of it."""
    facts = {"id": f"decision {number}", "recorded_at": text_of(at), "moderator": "Noa"}
    if outcome == "lifted":
        lift = {"action": "lift", "target_id": sanction_id, "why": "a mistake"}
        return event_of({"event": "override", **lift, **facts})
    decided = {"sanction_id": sanction_id, "outcome": outcome}
    return event_of({"event": "sanction_decided", **decided, **facts})


def decided(
    log: list[Event], rules: Policies, choose: Callable[[], tuple[str | None, int]]
) -> list[Event]:
    """Add a decision about each sanction of a log: `choose` says which, and how long after."""
    state, told, due = Fold(rules, "recorded"), [], []
    known: set[str] = set()

    def tell(event: Event) -> None:
        told.append(event)
        state.run([(len(told), event)])
        for account in state.accounts.values():
            for one in account.sanctions:
                if one.id not in known:
                    known.add(one.id)
                    outcome, delay = choose()
                    # A milder step in the place of an approved one waits for nobody.
                    waits = one.step.two_person and not one.is_carried_out
                    if outcome is not None and waits:
                        at = event.recorded_at + delay
                        heappush(due, (at, len(known), one.id, outcome))

    for event in [*log, None]:
        while due and (event is None or due[0][0] <= event.recorded_at):
            at, number, sanction_id, outcome = heappop(due)
            tell(decision(sanction_id, outcome, at, number))
        if event is not None:
            tell(event)
            while due and due[0][0] == event.recorded_at:
                at, number, sanction_id, outcome = heappop(due)
                tell(decision(sanction_id, outcome, at, number))
    return told


@st.composite
def approved_logs(
    draw: st.DrawFn, outcomes: Sequence[str | None] = OUTCOMES, **fixed: Any
) -> tuple[list[Event], Policies]:
    """Draw a policy, of which `fixed` sets some choices, and a log with decisions on sanctions."""
    log, rules = draw(logs()), draw(policies(**fixed))

    def choose() -> tuple[str | None, int]:
        return draw(st.sampled_from(outcomes)), draw(st.sampled_from(DELAYS))

    return decided(log, rules, choose), rules
