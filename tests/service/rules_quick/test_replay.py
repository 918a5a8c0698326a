"""The compiled replay: what it takes on, what it leaves to the pure fold, and its capacity."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from benchmarks.rules_replay import log_lines
from detector.rules import Policies, bundled, bundled_names, policies_of
from detector.rules.bundled import bundled_text
from service.rules_log import read_log
from service.rules_quick import book as pages
from service.rules_quick import telling
from service.rules_quick.book import tables_of
from service.rules_quick.replay import replay_quickly
from service.rules_shards import replay_text

NOW = {"as_of": None, "known_at": None}


def pure(path, rules: Policies) -> bytes:
    read = read_log(path)
    return "".join(replay_text(read.events, read.refused, rules, **NOW)).encode()


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(log_lines(3_000, 200, seed=3)) + "\n")
    return path


def test_it_tells_what_the_pure_fold_tells(log):
    quick = replay_quickly(log, bundled("standard"), **NOW)
    assert quick is not None
    assert b"".join(quick) == pure(log, bundled("standard"))


def test_it_takes_on_only_policies_that_it_knows():
    known = [name for name in bundled_names() if tables_of(bundled(name)) is not None]
    assert known == ["standard"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('expires = "365d"', 'reset = "quarter"'),
        ('once_per = ["order"]', 'once_per = ["buyer"]'),
        ('clock = "decided"', 'clock = "incident"'),
        ("at = 6", "multiple_of = 6"),
        ('on_served = "spend"', 'on_served = "set:6"'),
    ],
)
def test_it_leaves_a_policy_to_the_pure_fold_that_has_more_to_it(old, new, log):
    text = bundled_text("standard")
    assert old in text
    assert replay_quickly(log, policies_of(text.replace(old, new)), **NOW) is None


def test_it_leaves_a_log_to_the_pure_fold_that_is_mostly_odd(log):
    lines = [json.dumps(json.loads(line) | {"note": "?"}) for line in log.read_text().splitlines()]
    log.write_text("\n".join(lines))
    assert replay_quickly(log, bundled("standard"), **NOW) is None


def test_a_seller_for_whom_the_pages_do_not_suffice_is_folded_all_the_same(log, monkeypatch):
    def small(*arguments):
        book = pages.book_for(*arguments)
        book[pages.PAIRS_MAX] = 8
        return book

    monkeypatch.setattr(telling, "book_for", small)
    quick = replay_quickly(log, bundled("standard"), **NOW)
    assert quick is not None
    assert b"".join(quick) == pure(log, bundled("standard"))


@pytest.mark.parametrize("text", ["", "\n", "\r\n  \n", "\ufeff", "{"])
def test_a_log_of_nothing_tells_nothing(text, tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text(text, newline="")
    quick = replay_quickly(path, bundled("standard"), **NOW, share_max=1.0)
    assert quick is not None
    assert b"".join(quick) == pure(path, bundled("standard"))


def test_a_seller_whom_only_a_detector_named_is_spelt_as_ever(log):
    lines = log.read_text().splitlines()
    verdict = next(json.loads(line) for line in lines if '"verdict"' in line)
    named = verdict | {"id": "odd", "seller_id": "Ü", "actor": "detector"}
    log.write_text("\n".join([*lines, json.dumps(named)]))
    quick = replay_quickly(log, bundled("standard"), **NOW)
    assert quick is not None
    assert b"".join(quick) == pure(log, bundled("standard"))


@pytest.mark.parametrize("longest", ["x" * 64, "x" * 65])
def test_sellers_are_told_in_order_of_id_whatever_their_ids_are(log, longest):
    lines = log.read_text().splitlines()
    verdict = next(json.loads(line) for line in lines if '"verdict"' in line)
    ids = [longest, "a", "a\0", "a\0b", "ab", "é", "\ud800", "🙂", "\uffff"]
    named = [verdict | {"id": one, "complaint_id": one, "seller_id": one} for one in ids]
    log.write_text("\n".join([*lines, *map(json.dumps, named)]))
    quick = replay_quickly(log, bundled("standard"), **NOW)
    assert quick is not None
    assert b"".join(quick) == pure(log, bundled("standard"))


def test_a_person_s_exception_finds_its_sanction_though_a_verdict_has_its_id(log):
    lines = log.read_text().splitlines()
    events = [json.loads(line) for line in lines]
    done = next(one for one in reversed(events) if one["event"] == "action_done")
    verdict = next(one for one in events if one["event"] == "verdict")
    another = verdict | {"id": done["sanction_id"], "complaint_id": "c", "seller_id": "other"}
    lift = {"event": "override", "action": "lift", "moderator": "M", "why": "w"}
    lift |= {"id": "lift", "recorded_at": done["recorded_at"], "target_id": done["sanction_id"]}
    log.write_text("\n".join([*lines, json.dumps(another), json.dumps(lift)]))
    quick = replay_quickly(log, bundled("standard"), **NOW)
    assert quick is not None
    assert b"".join(quick) == pure(log, bundled("standard"))


def test_after_warming_up_no_log_needs_another_kernel(log):
    lines = log.read_text().splitlines()
    odd = [json.dumps(json.loads(line) | {"note": "?"}) for line in lines[::50]]
    log.write_text("\r\n".join([*lines, *odd, "{", "", *lines[:2]]))
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from numba.core.dispatcher import Dispatcher\n"
        "from detector.rules import bundled\n"
        "from service.rules_quick.replay import replay_quickly, warm_up\n"
        "def known():\n"
        "    modules = [one for name, one in sys.modules.items() if 'rules_quick' in name]\n"
        "    found = {one for module in modules for one in vars(module).values()\n"
        "             if isinstance(one, Dispatcher)}\n"
        "    return {one.__name__: len(one.signatures) for one in found}\n"
        "warm_up()\n"
        "before = known()\n"
        "assert before['tell'] == 1\n"
        "for known_at in (5, None):\n"
        "    path, rules = Path(sys.argv[1]), bundled('standard')\n"
        "    assert list(replay_quickly(path, rules, as_of=None, known_at=known_at))\n"
        "assert known() == before\n"
    )
    subprocess.run([sys.executable, "-c", code, str(log)], check=True)
