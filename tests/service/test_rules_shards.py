"""A long log folded by several processes gives, to the byte, what one process gives."""

from __future__ import annotations

import json

import pytest

from benchmarks.rules_replay import log_lines
from detector.rules import bundled, event_of, fold
from detector.rules.events import Verdict
from service import rules_shards
from service.ledger_text import json_of
from service.rules_shards import replay_text, shards_of

STANDARD = bundled("standard")


@pytest.fixture
def events():
    told = dict.fromkeys(log_lines(3_000, 300, seed=5))  # nothing twice
    lines = [line for line in told if "action_done" not in line]
    return [event_of(json.loads(line), number) for number, line in enumerate(lines, 1)]


@pytest.mark.parametrize(
    "when", [{}, {"as_of": 1_790_000_000_000_000}, {"known_at": 1_780_000_000_000_000}]
)
def test_several_processes_tell_what_one_tells(events, when, monkeypatch):
    monkeypatch.setattr(rules_shards, "EVENTS_MIN", 1)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2})
    told = replay_text(events, [], STANDARD, **({"as_of": None, "known_at": None} | when))
    assert "".join(told) == "".join(json_of(fold(events, STANDARD, **when)))


def test_shards_hold_whole_sellers_and_together_every_event(events):
    shards = shards_of(events, STANDARD, 3)
    assert shards is not None
    assert sorted(one.line for shard in shards for one in shard) == [one.line for one in events]
    sellers = [{getattr(one, "seller_id", None) for one in shard} - {None} for shard in shards]
    assert not sellers[0] & sellers[1]
    assert max(sellers[0]) < min(sellers[1])


def test_a_log_is_not_split_where_that_could_matter(events):
    assert shards_of([*events, events[0]], STANDARD, 2) is None
    verdicts = [one for one in events if isinstance(one, Verdict)]
    sellers = sorted({one.seller_id for one in verdicts})
    first = next(one for one in verdicts if one.seller_id == sellers[0])
    last = next(one for one in verdicts if one.seller_id == sellers[-1])
    shared = last._replace(complaint_id=first.complaint_id)
    assert shards_of([first, shared], STANDARD, 2) is None
    at = {"recorded_at": "2026-03-01", "event": "action_done", "sanction_id": "x"}
    assert shards_of([*events, event_of(at | {"id": "done"})], STANDARD, 2) is None
