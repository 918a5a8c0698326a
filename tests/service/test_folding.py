"""A long log is shared between processes; who folds which part changes nothing."""

from __future__ import annotations

import json
import os
import signal

import pytest

from benchmarks.rules_replay import log_lines
from detector.errors import Refusal
from detector.rules import bundled, event_of, fold
from detector.rules.decision_log import DecisionLog
from service import folding
from service.folding import Times, compared, listed, log_of, replayed, shares_of, times_of
from service.ledger_text import json_of

STANDARD = bundled("standard")


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    return [line.encode() for line in log_lines(3_000, 300, seed=5)]


@pytest.fixture
def log(lines, monkeypatch) -> DecisionLog:
    monkeypatch.setattr(folding, "EVENTS_MIN", 1)
    return log_of(lines, by_entity=False, at_once=3)


@pytest.mark.parametrize("at_once", [1, 3])
@pytest.mark.parametrize(
    "when", [{}, {"as_of": 1_790_000_000_000_000}, {"known_at": 1_780_000_000_000_000}]
)
def test_several_processes_print_what_one_fold_says(log, lines, when, at_once):
    times = times_of(log, when.get("as_of"), when.get("known_at"))
    printed = "".join(replayed(log, STANDARD, times, at_once=at_once))
    whole = fold([event_of(json.loads(line)) for line in lines], STANDARD, **when)
    assert printed == "".join(json_of(whole))


def test_each_seller_is_written_in_order_of_id(log):
    names, refused = listed(log, STANDARD, times_of(log, None, None), lambda one: one.seller_id)
    assert len(names) > 200
    assert names == sorted(set(names))
    assert [one.line for one in refused] == sorted(one.line for one in refused)


def test_lines_that_are_no_events_are_counted(lines, monkeypatch):
    monkeypatch.setattr(folding, "EVENTS_MIN", 1)
    odd = [b"{", *lines[:50], lines[0].replace(b'"actor"', b'"who"'), b""]
    log = log_of(odd, by_entity=False, at_once=2)
    _, unreadable = compared(log, (STANDARD, STANDARD), times_of(log, None, None), at_once=2)
    assert unreadable == 2


def test_shares_hold_every_part_once_and_about_as_many_events_each():
    parts = [[0] * n for n in (5, 1, 1, 1, 2, 3, 1, 1, 9)]
    for count in range(1, 12):
        shares = shares_of(parts, count)
        assert sorted(part for share in shares for part in share) == sorted(parts)
        assert 1 <= len(shares) <= count
        assert max(sum(map(len, share)) for share in shares) <= 24 / count + 9


def test_a_process_that_dies_is_named_as_what_is_wrong(log):
    def die(_):
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(Refusal, match="a process that folded a part of the log died"):
        listed(log, STANDARD, Times(0, None), die, at_once=2)
