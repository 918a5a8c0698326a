"""A long log goes the compiled way, a short one does not, and the answer is the same."""

from __future__ import annotations

import pytest

from benchmarks.rules_replay import log_lines
from detector.errors import BadInput
from detector.rules import bundled
from service import rules_replay
from service.rules_quick import replay

STANDARD = bundled("standard")


def told(path) -> bytes:
    return b"".join(rules_replay.replayed(path, STANDARD, as_of=None, known_at=None))


def test_both_ways_tell_the_same(tmp_path, monkeypatch):
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(log_lines(300, 30, seed=1)))
    taken = []
    quickly = replay.replay_quickly
    monkeypatch.setattr(
        replay, "replay_quickly", lambda *a, **k: taken.append(1) or quickly(*a, **k)
    )
    short = told(path)
    assert not taken
    monkeypatch.setattr(rules_replay, "COMPILED_BYTES_MIN", 1)
    assert told(path) == short
    assert taken


@pytest.mark.parametrize("name", ["none.jsonl", "."])
def test_a_log_that_cannot_be_read_is_refused_as_a_whole(tmp_path, name):
    with pytest.raises(BadInput):
        told(tmp_path / name)
