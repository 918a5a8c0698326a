"""Random logs as text, some lines of them broken, odd, repeated or out of order, and policies."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import event as note
from hypothesis import strategies as st
from msgspec.structs import asdict

from detector.rules import Event
from detector.rules.events import Verdict
from detector.rules.instants import text_of
from tests.laws.random_rules import HALF_DAY, START, logs

KINDS = {
    "Verdict": "verdict",
    "Appeal": "appeal",
    "AppealDecided": "appeal_decided",
    "Withdrawn": "withdrawn",
    "Credit": "credit",
}
TIMES = ("recorded_at", "decided_at", "reported_at", "incident_at", "notified_at")
NULLABLE = ("order_id", "buyer_id", "notified_at")
SANCTIONS = ["S/low/1", "S/low/2", "S/ladder/1", "S/ladder/2/0", "T/ladder/1", "S/x/1", "?"]
UNREAD = st.sampled_from(
    [
        *[{}, {}, {"listing_id": "L"}, {"entity_id": "E", "resolution": "refunded"}],
        *[{"notified_at": "2026-01-20T00:00:00Z"}, {"points": 3}, {"seconded_by": ["Z"]}],
        *[{"listing_id": None, "points": None}, {"listing_id": ""}, {"notified_at": "soon"}],
    ]
)
MESSES = ("again", "other body", "moved", "broken", "odd", "done", "told", "renamed", "gap")


def policy_text(pick: dict[str, Any]) -> str:
    """Write a policy with a ladder of two or three steps; `late` costs more than `counterfeit`."""
    heavy = f'on_served = "{pick["on_served"]}"'
    needs = f"needs_incident_after_previous = {pick['needs']}"
    stays = f"stay_on_appeal = {pick['stays']}"
    removal = f'irreversible = true, stay_on_appeal = true, stay_to = "{pick["stay_to"]}"'
    ladder = [
        f'{{ action = "suspend", duration = "7d", {heavy} }}',
        f'{{ action = "suspend", duration = "{pick["second"]}", {stays}, {heavy} }}',
        f'{{ action = "remove", {removal}, {needs} }}',
    ]
    return f"""
[[policy]]
id = "lean"
version = 1
effective_from = "2025-01-01"
tz = "UTC"
ceiling = 12
[policy.evidence]
min_items = {pick["items"]}
any_of = [["photo_received", "photo_official"], ["authenticity_document"]]
[policy.violations.counterfeit]
points = {{ default = {pick["points"]} }}
expires = "{pick["expires"]}"
once_per = ["order"]
clock = "decided"
count_as = "{pick["count_as"]}"
{pick["limitation"]}
[policy.violations.late]
points = {{ default = 9 }}
expires = "30d"
once_per = ["order"]
clock = "decided"
[[policy.tiers]]
id = "low"
at = 6
steps = [{{ action = "warn" }}]
[[policy.tiers]]
id = "ladder"
at = 12
lookback = "{pick["lookback"]}"
steps = [{", ".join(ladder[pick["first"] :])}]
[policy.appeals]
window = "30d"
max_per_decision = {pick["appeals"]}
{pick["credits"]}
"""


POLICIES = st.fixed_dictionaries(
    {
        "items": st.sampled_from([0, 1, 2]),
        "points": st.sampled_from([4, 6, 12]),
        "expires": st.sampled_from(["10d", "40d", "365d"]),
        "count_as": st.sampled_from(["max", "sum", "first"]),
        "limitation": st.sampled_from(["", 'limitation = "10d"']),
        "on_served": st.sampled_from(["spend", "spend", "keep"]),
        "lookback": st.sampled_from(["20d", "365d"]),
        "needs": st.sampled_from(["true", "false"]),
        "stays": st.sampled_from(["true", "false"]),
        "stay_to": st.sampled_from(["suspend", "suspend", "warn"]),
        "first": st.sampled_from([0, 1, 2]),
        "second": st.sampled_from(["14d", "2d"]),
        "appeals": st.sampled_from([1, 2]),
        "credits": st.sampled_from(["", '[policy.credits]\npoints = 3\ncooldown = "10d"']),
    }
).map(policy_text)


def fields_of(event: Event) -> dict[str, Any]:
    """Return an event as the log writes it."""
    told: dict[str, Any] = {"event": KINDS[type(event).__name__]}
    for name, value in asdict(event).items():
        if name != "extra" and (value is not None or name in NULLABLE):
            told[name] = text_of(value) if name in TIMES and value is not None else value
    if isinstance(event, Verdict):
        del told["notified_at"]
    return told


@st.composite
def messy_logs(draw: st.DrawFn) -> list[str]:
    """Draw the lines of a log, some of them messed up."""
    events = [fields_of(one) for one in draw(logs())]
    for one in events:
        if one["event"] == "verdict":
            evidence = st.lists(st.sampled_from(["photo_received", "photo_official", "letter"]))
            one["evidence"] = [*one["evidence"], *draw(evidence)][draw(st.integers(0, 1)) :]
            one["violation"] = draw(st.sampled_from(["counterfeit"] * 4 + ["late", "other"]))
            one["buyer_id"] = draw(st.sampled_from(["B", None]))
            one.update(draw(UNREAD))
    told = [json.dumps(one) for one in events]
    for mess in draw(st.lists(st.sampled_from(MESSES), max_size=4)):
        place = draw(st.integers(0, len(told) - 1))
        told[place:place] = _messed(draw, mess, told, events[place % len(events)])
        note(mess)
    return told


def _messed(draw: st.DrawFn, mess: str, told: list[str], fields: dict[str, Any]) -> list[str]:
    """Return lines to put in, after a change to those told."""
    when = text_of(START + HALF_DAY * draw(st.integers(0, 80)))
    name = f"x{draw(st.integers(0, 3))}"
    if mess == "again":
        spaces = draw(st.sampled_from([None, (",", ":"), (" ,\t", " :  ")]))
        return [json.dumps(fields, separators=spaces)]
    if mess == "other body":
        return [json.dumps(fields | {"recorded_at": when})]
    if mess == "moved":
        told.append(told.pop(0))
        return []
    if mess == "broken":
        line = json.dumps(fields)
        return [line[: draw(st.integers(0, len(line)))], "\x0c", "[]", "{}", '"']
    if mess == "odd":
        odd = (
            {"note": "seen"},
            {"id": "é"},
            {"id": 'a"b'},
            {"recorded_at": "2026-01-20"},
            {"id": ""},
        )
        change = draw(st.sampled_from([*odd, {"recorded_at": "2026-01-20T01:00:00+02:00"}]))
        return [json.dumps(fields | {"id": name} | change, ensure_ascii=draw(st.booleans()))]
    common = {"id": name, "recorded_at": when}
    target = draw(st.sampled_from(SANCTIONS))
    if mess == "done":
        foreign = draw(st.sampled_from([{}, {"seller_id": "T"}, {"seller_id": 5}]))
        return [json.dumps({"event": "action_done", "sanction_id": target} | foreign | common)]
    if mess == "told":
        notice = {"event": "notice", "sanction_id": target, "delivered": draw(st.booleans())}
        forgive = {"event": "override", "action": "forgive", "moderator": "M", "why": "w"}
        return [
            json.dumps(draw(st.sampled_from([notice, forgive | {"target_id": "e00"}])) | common)
        ]
    if mess == "renamed":
        seller = draw(st.sampled_from(["S/low", "Ü", "S "]))
        return [json.dumps(fields | {"id": name, "seller_id": seller})]
    return ["", "  \t", "\r"]
