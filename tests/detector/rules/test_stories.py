"""What the fold says of appeals, stays and second depletions, told as short stories."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from detector.rules import Event, bundled, event_of, fold, policies_of
from detector.rules.instants import DAY
from detector.rules.policy.bundled import bundled_text
from tests.detector.rules.stories import STORIES, Story

STANDARD = bundled("standard")


def events_in(tell: Callable[[Story], None]) -> list[Event]:
    story = Story()
    tell(story)
    return [event_of(one) for one in story.told]


@pytest.mark.parametrize(("tell", "status", "sanctions"), STORIES)
def test_a_story_ends_as_the_rules_have_it(tell, status, sanctions):
    seller = fold(events_in(tell), STANDARD).sellers["S"]
    severe = [one for one in seller.sanctions if one.kind != "warn"]
    states = ", ".join(f"{one.kind} {one.state}" for one in severe)
    assert (seller.status, states) == (status, sanctions)


@pytest.mark.parametrize("tell", [tell for tell, *_ in STORIES])
def test_what_was_known_at_an_instant_is_what_the_log_up_to_it_says(tell):
    events = events_in(tell)
    for instant in sorted({one.recorded_at for one in events}):
        for known_at in (instant - 1, instant):
            prefix = [one for one in events if one.recorded_at <= known_at]
            for as_of in (known_at, instant + 7 * DAY - 1, instant + 7 * DAY):
                whole = fold(events, STANDARD, as_of=as_of, known_at=known_at)
                assert whole == fold(prefix, STANDARD, as_of=as_of)


def test_a_milder_step_ends_no_later_than_the_one_in_whose_place_it_comes():
    removal = bundled_text("standard").partition('{ action = "remove",')[2].partition("}")[0]
    text = bundled_text("standard").replace(f'"remove",{removal}', '"suspend", duration = "2d" ')

    def shortened(story: Story) -> None:
        story.depleted(0, 10)
        story.appeal("v1", 10.5)
        story.decide("v1", 11, "granted")

    ledger = fold(events_in(shortened), policies_of(text)).sellers["S"]
    *_, second, milder = ledger.sanctions
    assert (second.state, milder.state) == ("voided", "in_force")
    assert second.ends_at == milder.ends_at
