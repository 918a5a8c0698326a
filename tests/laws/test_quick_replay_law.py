"""The compiled replay says what the pure fold says, to the byte, for any log and policy."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event as note
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.rules import Event, Policies, policies_of
from detector.rules.events import Verdict
from detector.rules.instants import DAY, text_of
from service.rules_log import read_log
from service.rules_quick.replay import replay_quickly
from service.rules_shards import replay_text
from tests.laws.appealed_logs import appealed_logs
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
    """Write a policy that the compiled fold knows; `late` charges another violation more."""
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
    for name, value in event._asdict().items():
        if name not in ("line", "rest") and (value is not None or name in NULLABLE):
            told[name] = text_of(value) if name in TIMES and value is not None else value
    if isinstance(event, Verdict):
        del told["notified_at"]
    return told


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
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
        return [json.dumps({"event": "action_done", "sanction_id": target} | common)]
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


def pure(path: Path, rules: Policies, as_of: int | None, known_at: int | None) -> bytes:
    read = read_log(path)
    pieces = replay_text(read.events, read.refused, rules, as_of=as_of, known_at=known_at)
    return "".join(pieces).encode()


INSTANTS = st.none() | st.integers(0, 120).map(lambda n: START + n * HALF_DAY)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("replay") / "log.jsonl"


@given(lines(), POLICIES, INSTANTS, INSTANTS, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_the_compiled_replay_says_what_the_pure_fold_says(path, log, text, as_of, known, end, last):
    rules = policies_of(text)
    path.write_text(end.join(log) + end * last, encoding="utf-8", newline="")
    quick = replay_quickly(path, rules, as_of=as_of, known_at=known, share_max=1.0)
    assert quick is not None
    assert b"".join(quick) == pure(path, rules, as_of, known)


@given(appealed_logs(), POLICIES, INSTANTS, INSTANTS)
def test_the_compiled_replay_follows_appeals_as_the_pure_fold_does(path, log, text, as_of, known):
    rules = policies_of(text)
    path.write_text("\n".join(log))
    for instants in ((as_of, known), (None, None)):
        told = pure(path, rules, *instants)
        quick = replay_quickly(path, rules, as_of=instants[0], known_at=instants[1], share_max=1.0)
        assert quick is not None
        assert b"".join(quick) == told
    for sanction in sanctions_in(told):
        note(f"{sanction['kind']} {sanction['state']}")


def sanctions_in(told: bytes) -> list[dict[str, Any]]:
    sellers = json.loads(told)["sellers"].values()
    return [sanction for seller in sellers for sanction in seller["sanctions"]]


def test_in_such_logs_removals_are_stayed_and_suspensions_voided(path):
    seen: Counter[str] = Counter()

    @settings(max_examples=300, derandomize=True, database=None)
    @given(appealed_logs(), POLICIES)
    def look(log, text):
        path.write_text("\n".join(log))
        told = sanctions_in(pure(path, policies_of(text), None, None))
        seen.update({f"{one['kind']} {one['state']}" for one in told})

    look()
    wanted = ("suspend served", "suspend voided", "remove in_force", "remove stayed")
    assert min(seen[one] for one in (*wanted, "remove voided")) >= 10, seen


def test_a_seller_with_very_many_verdicts_is_folded_all_the_same(path):
    rules = policies_of(policy_text(LEANEST))
    with path.open("w") as file:
        for number in range(3_000):
            when = text_of(START + number * DAY // 4)
            verdict = {
                "event": "verdict",
                "id": f"v{number}",
                "recorded_at": when,
                "decided_at": when,
                "reported_at": when,
                "incident_at": when,
                "seller_id": "big" if number % 3 else f"s{number % 7}",
                "complaint_id": f"c{number}",
                "order_id": f"o{number}",
                "buyer_id": None,
                "violation": "counterfeit",
                "outcome": "upheld",
                "evidence": ["authenticity_document"],
                "moderator": "Mo",
                "actor": "person",
            }
            file.write(json.dumps(verdict) + "\n")
    quick = replay_quickly(path, rules, as_of=None, known_at=None)
    assert b"".join(quick) == pure(path, rules, None, None)


LEANEST = {
    "items": 0,
    "points": 6,
    "expires": "40d",
    "count_as": "max",
    "limitation": "",
    "on_served": "keep",
    "lookback": "20d",
    "needs": "false",
    "stays": "false",
    "stay_to": "suspend",
    "first": 0,
    "second": "14d",
    "appeals": 1,
    "credits": "",
}
