"""What the compiled fold says of appeals, stays and second depletions, told as short stories.

Each is a log under `standard`; the states at its end are written out, and at every instant at
which something happens or ends the compiled replay is compared with the pure fold to the byte.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from detector.rules import Policies, bundled, policies_of
from detector.rules.bundled import bundled_text
from detector.rules.instants import DAY, instant_of
from service.rules_log import read_log
from service.rules_quick.replay import replay_quickly
from service.rules_shards import replay_text
from tests.service.rules_quick.stories import STORIES, Story

STANDARD = bundled("standard")


def replays(
    path, as_of: int | None, known_at: int | None, rules: Policies = STANDARD
) -> tuple[bytes, bytes]:
    read, times = read_log(path), {"as_of": as_of, "known_at": known_at}
    quick = replay_quickly(path, rules, **times, share_max=1.0)
    assert quick is not None
    pure = "".join(replay_text(read.events, read.refused, rules, **times))
    return b"".join(quick), pure.encode()


@pytest.fixture
def written(tmp_path):
    def write(tell: Callable[[Story], None]):
        story = Story()
        tell(story)
        path = tmp_path / "log.jsonl"
        path.write_text("\n".join(map(json.dumps, story.told)))
        return path, sorted({instant_of(one["recorded_at"]) for one in story.told})

    return write


@pytest.mark.parametrize(("tell", "status", "sanctions"), STORIES)
def test_a_story_ends_as_the_rules_have_it(tell, status, sanctions, written):
    path, _ = written(tell)
    quick, pure = replays(path, None, None)
    assert quick == pure
    seller = json.loads(quick)["sellers"]["S"]
    severe = [one for one in seller["sanctions"] if one["kind"] != "warn"]
    told = ", ".join(f"{one['kind']} {one['state']}" for one in severe)
    assert (seller["status"], told) == (status, sanctions)


@pytest.mark.parametrize("tell", [tell for tell, *_ in STORIES])
def test_a_story_is_the_same_both_ways_at_any_instant(tell, written):
    path, recorded = written(tell)
    for instant in recorded:
        for moment in (instant - 1, instant, instant + 7 * DAY - 1, instant + 7 * DAY):
            for times in ((moment, None), (None, moment), (moment, instant)):
                quick, pure = replays(path, *times)
                assert quick == pure


def test_a_milder_step_ends_no_later_than_the_one_in_whose_place_it_comes(written):
    removal = bundled_text("standard").partition('{ action = "remove",')[2].partition("}")[0]
    text = bundled_text("standard").replace(f'"remove",{removal}', '"suspend", duration = "2d" ')

    def shortened(story: Story) -> None:
        story.depleted(0, 10)
        story.appeal("v1", 10.5)
        story.decide("v1", 11, "granted")

    path, _ = written(shortened)
    quick, pure = replays(path, None, None, policies_of(text))
    assert quick == pure
    *_, second, milder = json.loads(quick)["sellers"]["S"]["sanctions"]
    assert (second["state"], milder["state"]) == ("voided", "in_force")
    assert second["ends_at"] == milder["ends_at"]
