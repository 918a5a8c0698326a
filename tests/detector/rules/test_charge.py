"""What an entry costs: the first, the next ones, and grounds that share one entry."""

from __future__ import annotations

import pytest

DAMAGED = """
  [policy.violations.damaged]
  points = { default = 2 }
  expires = "365d"

"""
TIERS = '  [[policy.tiers]]\n  id = "low"'


def escalating(story, *changes):
    """The first complaint costs 1, any further one 5."""
    nth = "{ nth = [{ up_to = 1, points = 1 }, { points = 5 }] }"
    return story.standard_with(("{ default = 6 }", nth), *changes)


class TestPointsThatRiseWithEachEntry:
    def test_the_second_costs_more(self, story):
        escalating(story).verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
        assert story.now().balance == 12 - 1 - 5

    def test_a_reversed_entry_is_not_counted(self, story):
        escalating(story).verdict("v1", "2026-03-01").reverse("v1", "2026-03-02")
        story.verdict("v2", "2026-03-03")
        assert story.now().balance == 12 - 1

    def test_an_entry_that_expires_as_the_next_is_recorded_is_not_counted(self, story):
        escalating(story, ('expires = "365d"', 'expires = "30d" ')).verdict("v1", "2026-03-01")
        story.verdict("v2", "2026-03-31")
        assert [entry.points for entry in story.now().entries] == [1, 1]

    def test_an_entry_for_another_violation_is_not_counted(self, story):
        escalating(story, (TIERS, DAMAGED + TIERS))
        story.verdict("v1", "2026-03-01", violation="damaged").verdict("v2", "2026-03-02")
        assert story.now().balance == 12 - 2 - 1


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


class TestOncePer:
    @pytest.mark.parametrize(
        ("part", "same", "other"),
        [
            ("buyer", {"buyer_id": "b"}, {"buyer_id": "c"}),
            ("listing", {"listing_id": "l"}, {"listing_id": "m"}),
            ("severity", {"severity": "grave"}, {"severity": None}),
            ("complaint", {"complaint_id": "c"}, {"complaint_id": "d"}),
            ("incident_day", {"incident_at": "2026-02-20"}, {"incident_at": "2026-02-21"}),
        ],
    )
    def test_what_shares_the_part_shares_the_entry(self, story_of, part, same, other):
        def entries(first, second):
            story = story_of().standard_with(('["order"]', f'["{part}"]'))
            again = {"supersedes": "v1"} if part == "complaint" and second == same else {}
            story.verdict("v1", "2026-03-01", **first).verdict(
                "v2", "2026-03-02", **second, **again
            )
            return len([one for one in story.now().entries if one.state == "standing"])

        assert (entries(same, same), entries(same, other)) == (1, 2)

    @pytest.mark.parametrize("part", ["seller", "violation"])
    def test_all_of_a_seller_or_violation_share_one_entry(self, story, part):
        story.standard_with(('["order"]', f'["{part}"]'))
        story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
        assert [one.grounds for one in story.now().entries] == [("v1", "v2")]

    def test_without_the_fact_each_complaint_is_its_own(self, story):
        story.standard_with(('["order"]', '["buyer"]'))
        for name in ("v1", "v2"):
            story.verdict(name, "2026-03-01", buyer_id=None)
        assert len(story.now().entries) == 2
