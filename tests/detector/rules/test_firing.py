"""When a tier that counts entries fires, what a waived first covers, and machines' verdicts."""

from __future__ import annotations

from detector.rules import event_of, fold

LOW = """  id = "low"
  track = "main"
  at = 6
"""


def counting(story, number, lookback):
    """The standard policy, whose warning counts entries instead of points."""
    tier = f'  id = "low"\n  track = "main"\n  count = {number}\n  lookback = "{lookback}"\n'
    return story.standard_with((LOW, tier), ("default = 6", "default = 1"))


def warnings(story):
    return [one.issued_at for one in story.now().sanctions if one.kind == "warn"]


class TestACountWithinALookback:
    def test_it_fires_with_the_entry_that_makes_the_number(self, story):
        counting(story, 2, "30d").verdict("v1", "2026-03-01")
        assert warnings(story) == []
        story.verdict("v2", "2026-03-20")
        assert len(warnings(story)) == 1

    def test_it_does_not_fire_again_while_the_number_only_grows(self, story):
        counting(story, 2, "30d").verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
        story.verdict("v3", "2026-03-03")
        assert len(warnings(story)) == 1

    def test_entries_older_than_the_lookback_do_not_count(self, story):
        counting(story, 2, "30d").verdict("v1", "2026-03-01").verdict("v2", "2026-04-20")
        assert warnings(story) == []

    def test_an_entry_exactly_as_old_as_the_lookback_no_longer_counts(self, story):
        counting(story, 2, "30d").verdict("v1", "2026-03-01").verdict("v2", "2026-03-31")
        assert warnings(story) == []
        story.verdict("v3", "2026-04-01")
        assert len(warnings(story)) == 1

    def test_it_fires_again_once_the_number_has_fallen_below_and_risen(self, story):
        counting(story, 2, "30d").verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
        story.verdict("v3", "2026-06-01").verdict("v4", "2026-06-02")
        assert len(warnings(story)) == 2

    def test_a_second_ground_of_one_entry_raises_no_number(self, story):
        counting(story, 2, "30d").verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
        story.verdict("v3", "2026-03-03", order_id="order of v2")
        assert len(warnings(story)) == 1

    def test_a_reversed_entry_does_not_count(self, story):
        counting(story, 2, "30d").verdict("v1", "2026-03-01").reverse("v1", "2026-03-02")
        story.verdict("v2", "2026-03-03")
        assert warnings(story) == []


class TestAWaivedFirst:
    def test_a_second_complaint_about_the_order_is_waived_with_it(self, story):
        story.standard_with(("{ default = 6 }", "{ default = 6, first = 0 }"))
        story.verdict("v1", "2026-03-01", order_id="o").verdict("v2", "2026-03-02", order_id="o")
        assert story.now().balance == 12

    def test_it_stays_waived_when_the_complaint_that_opened_it_is_reversed(self, story):
        story.standard_with(("{ default = 6 }", "{ default = 6, first = 0 }"))
        story.verdict("v1", "2026-03-01", order_id="o").verdict("v2", "2026-03-02", order_id="o")
        story.reverse("v1", "2026-03-03").verdict("v3", "2026-03-04")
        assert story.now().balance == 6

    def test_a_charged_entry_shares_no_waiver(self, story):
        story.standard_with(("{ default = 6 }", "{ default = 6, first = 0 }"))
        story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02", order_id="o")
        story.verdict("v3", "2026-03-03", order_id="o")
        assert story.now().balance == 6


class TestAMachinesVerdict:
    def test_delivered_twice_is_refused_once(self, story):
        for _ in range(2):
            story.verdict("v1", "2026-03-01", actor="detector")
        assert len(story.why_refused()) == 1

    def test_two_that_differ_under_one_id_are_both_refused(self, story):
        story.verdict("v1", "2026-03-01", actor="detector")
        story.verdict("v1", "2026-03-02", actor="detector")
        assert len(story.why_refused()) == 2

    def test_the_refusal_names_its_line(self, story):
        story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02", actor="detector")
        events = [event_of(one, line) for line, one in enumerate(story.events, start=1)]
        [refused] = fold(events, story.policies).refused
        assert refused.line == 2
