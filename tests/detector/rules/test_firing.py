"""When a tier that counts entries fires, and which sanction was carried out."""

from __future__ import annotations

from detector.rules.instants import instant_of

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


class TestASanctionThatWasCarriedOut:
    def test_no_other_sanction_is_marked(self, story):
        story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
        warned, suspended = story.now().sanctions
        story.tell("action_done", "done", "2026-03-03", sanction_id=suspended.id)
        done = {one.id: one.done_at for one in story.now().sanctions}
        assert done == {warned.id: None, suspended.id: instant_of("2026-03-03")}

    def test_a_second_report_leaves_the_first_time(self, story):
        story.verdict("v1", "2026-03-01")
        [warned] = story.now().sanctions
        story.tell("action_done", "done", "2026-03-03", sanction_id=warned.id)
        story.tell("action_done", "again", "2026-03-04", sanction_id=warned.id)
        assert story.now().sanctions[0].done_at == instant_of("2026-03-03")

    def test_a_seller_with_slashes_in_its_id_is_found(self, story):
        story.verdict("v1", "2026-03-01", seller_id="shops/east/7")
        [warned] = story.fold().sellers["shops/east/7"].sanctions
        story.tell("action_done", "done", "2026-03-03", sanction_id=warned.id)
        [warned] = story.fold().sellers["shops/east/7"].sanctions
        assert warned.done_at == instant_of("2026-03-03")
