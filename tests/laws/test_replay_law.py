"""What a replay prints is what one fold of the whole log says, for any log and policy."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.rules import fold, policies_of
from service.ledger_text import json_of
from service.rules_log import read_log
from service.rules_shards import replay_text
from tests.laws.appealed_logs import appealed_logs
from tests.laws.messy_logs import POLICIES, messy_logs
from tests.laws.random_rules import HALF_DAY, START

INSTANTS = st.none() | st.integers(0, 120).map(lambda n: START + n * HALF_DAY)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("replay") / "log.jsonl"


@pytest.fixture(scope="module")
def processes():
    """Let every log be split between three processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.rules_shards.EVENTS_MIN", 1)
        patch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2})
        yield


@given(messy_logs(), POLICIES, INSTANTS, INSTANTS, st.sampled_from(["\n", "\r\n"]), st.booleans())
@settings(max_examples=50)
def test_a_log_split_between_processes_says_what_one_fold_of_it_says(
    path, processes, log, text, as_of, known_at, end, is_ended
):
    rules, times = policies_of(text), {"as_of": as_of, "known_at": known_at}
    path.write_text(end.join(log) + end * is_ended, encoding="utf-8", newline="")
    read = read_log(path)
    printed = json.loads("".join(replay_text(read.events, read.refused, rules, **times)))
    whole = fold(read.events, rules, **times)
    assert printed["sellers"] == json.loads("".join(json_of(whole)))["sellers"]
    refused = [*read.refused, *whole.refused]
    assert printed["refused"] == [
        one._asdict() for one in sorted(refused, key=lambda one: one.line)
    ]


def test_in_logs_full_of_appeals_removals_are_stayed_and_suspensions_voided(path):
    seen: Counter[str] = Counter()

    @settings(max_examples=300, derandomize=True, database=None)
    @given(appealed_logs(), POLICIES)
    def look(log, text):
        path.write_text("\n".join(log))
        ledger = fold(read_log(path).events, policies_of(text))
        sanctions = [one for seller in ledger.sellers.values() for one in seller.sanctions]
        seen.update({f"{one.kind} {one.state}" for one in sanctions})

    look()
    wanted = ("suspend served", "suspend voided", "remove in_force", "remove stayed")
    assert min(seen[one] for one in (*wanted, "remove voided")) >= 10, seen
