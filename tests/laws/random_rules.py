"""Random policies and random logs of the deduction rules."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from detector.rules import Event, Policies, event_of, policies_of
from detector.rules.instants import DAY, instant_of, text_of

START = instant_of("2026-01-01")
HALF_DAY = DAY // 2


def policy_text(pick: dict[str, Any]) -> str:
    """Write a policy file from choices."""
    violation = [f"points = {pick['points']}", f'expires = "{pick["expires"]}"']
    violation += [f"once_per = {pick['once_per']}", f'clock = "{pick["clock"]}"']
    if pick["merge"]:
        violation.append('merge = { key = "seller", window = "72h" }')
    if pick["cap"]:
        violation.append(f'cap = {{ points = {pick["cap"]}, per = "day" }}')
    heavy = f'duration = "7d", on_served = "{pick["on_served"]}"'
    removal = 'irreversible = true, stay_on_appeal = true, stay_to = "suspend"'
    return f"""
[[policy]]
id = "random"
version = 1
effective_from = "2025-01-01"
tz = "{pick["tz"]}"
ceiling = 12
[policy.violations.counterfeit]
{chr(10).join(violation)}
[[policy.tiers]]
id = "low"
at = 6
steps = [{{ action = "warn" }}]
[[policy.tiers]]
id = "ladder"
{pick["tier"]}
lookback = "{pick["lookback"]}"
steps = [
  {{ action = "suspend", {heavy} }},
  {{ action = "suspend", duration = "14d", on_served = "{pick["on_served"]}" }},
  {{ action = "remove", {removal}, needs_incident_after_previous = {pick["needs"]} }},
]
[policy.appeals]
window = "30d"
max_per_decision = 1
"""


POINTS = ["6", "{ default = 4, grave = 12 }", "{ default = 6, first = 0 }"]
NTH = "{ nth = [{ up_to = 2, points = 2 }, { points = 6 }] }"
CHOICES: dict[str, list[Any]] = {
    "points": [*POINTS, NTH],
    "expires": ["10d", "40d", "next_month", "first_monday_of_quarter"],
    "once_per": ['["order"]', '["buyer"]', "[]"],
    "clock": ["decided", "incident", "reported"],
    "merge": [False, False, True],
    "cap": [None, None, 6],
    "on_served": ["spend", "spend", "keep", "set:2"],
    "tz": ["UTC", "Asia/Shanghai", "America/New_York"],
    "tier": ["at = 12", "at = 12", "multiple_of = 12", "count = 3"],
    "lookback": ["20d", "365d"],
    "needs": ["true", "false"],
}


def policies(**fixed: Any) -> st.SearchStrategy[Policies]:
    """Draw a policy; `fixed` sets some choices."""
    choices = {
        name: st.just(fixed[name]) if name in fixed else st.sampled_from(options)
        for name, options in CHOICES.items()
    }
    return st.fixed_dictionaries(choices).map(lambda pick: policies_of(policy_text(pick)))


@st.composite
def logs(draw: st.DrawFn, *, with_credits: bool = True, size: int = 24) -> list[Event]:
    """Draw a log in the order recorded: verdicts, appeals, decisions, credits; ties are common."""
    events: list[dict[str, Any]] = []
    verdicts: list[tuple[str, str]] = []
    appeals: list[str] = []
    now = START
    for number in range(draw(st.integers(1, size))):
        now += HALF_DAY * draw(st.sampled_from([0, 0, 1, 2, 5, 30]))
        kind = draw(st.sampled_from("vvvvvvaadddck" if with_credits else "vvvvvvaaddd"))
        common = {"id": f"e{number:02}", "recorded_at": text_of(now)}
        if kind == "a" and verdicts:
            verdict, notified = draw(st.sampled_from(verdicts))
            by = draw(st.sampled_from(["seller", "seller", "complainant"]))
            events.append(
                common
                | {"event": "appeal", "verdict_id": verdict, "by": by, "notified_at": notified}
            )
            appeals.append(common["id"])
        elif kind == "d" and appeals:
            outcome = draw(st.sampled_from(["granted", "denied"]))
            appeal = draw(st.sampled_from(appeals))
            decision = {"appeal_id": appeal, "outcome": outcome, "moderator": "M"}
            events.append(common | {"event": "appeal_decided"} | decision)
        elif kind == "c":
            seller, points = draw(st.sampled_from("ST")), draw(st.integers(1, 5))
            events.append(
                common | {"event": "credit", "seller_id": seller, "points": points, "why": "course"}
            )
        elif kind == "k" and verdicts:
            complaint = f"complaint {draw(st.sampled_from(verdicts))[0]}"
            events.append(common | {"event": "withdrawn", "complaint_id": complaint})
        else:
            events.append(common | draw(verdict_facts(number, now, verdicts)))
            verdicts.append((common["id"], common["recorded_at"]))
    return [event_of(one) for one in events]


@st.composite
def verdict_facts(
    draw: st.DrawFn, number: int, now: int, verdicts: list[tuple[str, str]]
) -> dict[str, Any]:
    """Draw a verdict recorded now: sometimes late, of an old incident, or by a machine."""
    late = draw(st.sampled_from([0, 0, 0, 1, 20]))
    decided = now - late * HALF_DAY
    reported = decided - draw(st.integers(0, 3)) * HALF_DAY
    again = draw(st.sampled_from([*(one for one, _ in verdicts), "", "", "", "", "", ""]))
    facts: dict[str, Any] = {
        "event": "verdict",
        "decided_at": text_of(decided),
        "reported_at": text_of(reported),
        "incident_at": text_of(reported - draw(st.sampled_from([0, 2, 40])) * HALF_DAY),
        "seller_id": draw(st.sampled_from("SST")),
        "complaint_id": f"complaint e{number:02}",
        "order_id": draw(st.sampled_from([None, *(f"o{n}" for n in range(8))])),
        "buyer_id": draw(st.sampled_from("ABCD")),
        "violation": "counterfeit",
        "severity": draw(st.sampled_from([None, None, "grave"])),
        "outcome": draw(st.sampled_from(["upheld"] * 6 + ["rejected", "unfounded"])),
        "evidence": ["authenticity_document"],
        "moderator": "Mo",
        "actor": draw(st.sampled_from(["person"] * 9 + ["detector"])),
    }
    if again:
        facts["complaint_id"] = f"complaint {again}"
        if draw(st.booleans()):
            facts["supersedes"] = again
    return facts
