"""The bundled policies: valid, sourced, and each doing what its scheme is known for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from detector.errors import BadPolicy
from detector.rules import bundled, bundled_names, policies_of
from detector.rules.instants import DAY, instant_of, text_of
from detector.rules.policy.bundled import VARIANTS, bundled_text
from detector.rules.policy.policy import REASONS


@pytest.mark.parametrize("name", bundled_names())
def test_every_bundled_policy_is_valid_and_names_its_sources_and_assumptions(name):
    for version in bundled(name).versions:
        assert version.id == name
        assert version.sources
        assert version.assumptions


def test_there_are_nine_and_another_name_is_refused():
    assert len(bundled_names()) == 9
    with pytest.raises(BadPolicy, match=r"no bundled policy 'x'; there are aliexpress-ipr, amazon"):
        bundled_text("x")


def test_the_standard_policy_takes_six_of_twelve_points():
    (standard,) = bundled("standard").versions
    assert standard.tracks["main"].ceiling == 12
    assert standard.violations["counterfeit"].points.default == 6
    assert policies_of(bundled_text("standard")) == bundled("standard")


@pytest.mark.parametrize("name", VARIANTS)
def test_each_text_that_a_variant_changes_is_there_once(name):
    base, changes = VARIANTS[name]
    assert [old for old in changes if bundled_text(base).count(old) != 1] == []


def test_the_european_standard_differs_in_time_to_complain_reasons_and_words_alone():
    (standard,), (european,) = bundled("standard").versions, bundled("standard-eu").versions
    assert european.appeals.window == 184 * DAY
    assert european.reasons_needed == frozenset(REASONS)
    words = ("id", "title", "sources", "assumptions", "reasons_needed", "appeals")
    same = replace(european, **{name: getattr(standard, name) for name in words})
    assert same == standard
    theirs = european.appeals
    assert replace(theirs, window=30 * DAY, external=None) == standard.appeals


class TestAliExpress:
    def test_the_first_infringement_is_free_and_complaints_within_three_days_are_one(
        self, story_of
    ):
        story = story_of("aliexpress-ipr").verdict("v1", "2026-03-01").verdict("v2", "2026-03-03")
        assert (story.now().level, len(story.now().entries)) == (0, 1)
        story.verdict("v3", "2026-03-05").verdict("v4", "2026-03-09")
        assert story.now().tracks["general"].level == 24
        assert story.done() == [("suspend", "in_force")]

    def test_forty_eight_points_close_the_shop(self, story_of):
        story = story_of("aliexpress-ipr")
        for number in range(9):
            story.verdict(f"v{number}", text_of(instant_of("2026-03-01") + number * 4 * DAY))
        assert story.now().tracks["general"].balance == 0
        assert story.now().status == "removed"

    def test_the_third_severe_strike_closes_it_whatever_the_points(self, story_of):
        story = story_of("aliexpress-ipr")
        for day in ("01", "10", "20"):
            story.verdict(f"v{day}", f"2026-03-{day}", violation="counterfeit_severe")
        assert [kind for kind, _ in story.done()] == ["suspend", "suspend", "remove"]
        assert story.now().tracks["general"].level == 0


def test_lazada_clears_on_the_anniversary_of_the_first_charge(story_of):
    story = story_of("lazada").verdict("v1", "2026-03-01T12:00").verdict("v2", "2026-11-01")
    assert story.now("2027-02-28T15:59").level == 24
    assert story.now("2027-02-28T16:00").level == 0  # midnight of 1 March in Singapore


def test_shopee_clears_on_the_last_monday_of_the_quarter(story_of):
    story = story_of("shopee").verdict("v1", "2026-03-01")
    assert text_of(story.now().entries[0].expires_at) == "2026-03-29T16:00:00Z"
    earlier = story_of("shopee").verdict("v1", "2025-11-03")
    assert text_of(earlier.now().entries[0].expires_at) == "2026-01-04T16:00:00Z"


def test_on_tiktok_shop_the_moderator_chooses_the_points_within_the_range(story_of):
    story = (
        story_of("tiktok-shop").verdict("v1", "2026-03-01").verdict("v2", "2026-03-02", points=99)
    )
    assert [one.points for one in story.now().entries] == [4, 48]
    assert story.now().status == "removed"


def test_amazon_like_scores_go_up_with_orders_and_down_with_violations(story_of):
    story = story_of("amazon-like")
    for number in range(5):
        story.tell("credit", f"k{number}", "2026-02-01", seller_id="S", points=4, why="orders")
    assert story.now().balance == 220
    story.verdict("v1", "2026-03-01", severity="critical")
    assert (story.now().balance, story.now().status) == (20, "suspended")
    assert story.now("2026-09-01").balance == 220


def test_a_banked_credit_leads_no_higher_than_its_ceiling(story_of):
    story = story_of("amazon-like")
    for number in range(300):
        story.tell("credit", f"k{number}", "2026-02-01", seller_id="S", points=4, why="orders")
    assert story.now().balance == 1_000
    story.verdict("v1", "2026-03-01", severity="critical")
    assert story.now().balance == 800


class TestEbayLike:
    @pytest.fixture
    def story(self, story_of):
        told = story_of("ebay-like")
        for number in range(6):
            told.verdict(f"v{number}", "2026-03-01", buyer_id=f"b{number}")
        return told

    def volume(self, story, on, quarter, year=0):
        return story.tell(
            "volume", f"of {on}", on, seller_id="S", transactions={"90d": quarter, "365d": year}
        )

    def test_more_defects_than_the_rate_allows_restrict_on_the_day_of_evaluation(self, story):
        self.volume(story, "2026-03-19T20:00", 400)
        assert story.now().sanctions == ()
        self.volume(story, "2026-03-20T20:00", 300, 299)
        assert [one.kind for one in story.now().sanctions] == ["restrict"]
        assert story.now().status == "warned"

    def test_a_low_rate_or_few_buyers_restrict_nothing(self, story, story_of):
        assert self.volume(story, "2026-03-20T20:00", 400).now().sanctions == ()
        few = story_of("ebay-like")
        for number in range(9):
            few.verdict(f"v{number}", "2026-03-01", buyer_id="one buyer")
        assert self.volume(few, "2026-03-20T20:00", 400).now().sanctions == ()

    @pytest.mark.parametrize(
        ("share", "transactions"), [("0.02", 300), ("0.06", 100), ("0.57", 100)]
    )
    def test_exactly_the_share_is_not_above_it(self, story, share, transactions):
        text = bundled_text("ebay-like").replace("share = 0.02", f"share = {share}")
        for number in range(6, round(float(share) * transactions)):
            story.verdict(f"v{number}", "2026-03-01", buyer_id=f"b{number}")
        self.volume(story.under(text), "2026-03-20T20:00", 0, transactions)
        assert story.now().sanctions == ()
        self.volume(story, "2026-04-20T20:00", 0, transactions - 1)
        assert [one.kind for one in story.now().sanctions] == ["restrict"]

    def test_a_won_appeal_voids_a_restriction_that_rested_on_it(self, story):
        self.volume(story, "2026-03-20T20:00", 0, 290)
        story.reverse("v1", "2026-03-21").reverse("v2", "2026-03-22")
        assert [one.state for one in story.now().sanctions] == ["voided"]


def test_totting_up_counts_from_the_offence_and_disqualifies_longer_each_time(story_of):
    story = story_of("totting-up")
    story.verdict("v1", "2026-03-01", incident_at="2023-03-03").verdict("v2", "2026-03-02")
    assert story.done() == []
    story.verdict("v3", "2026-03-03")
    story.verdict("v4", "2027-03-01").verdict("v5", "2027-03-02")
    lengths = [(one.ends_at - one.issued_at) // DAY for one in story.now().sanctions if one.ends_at]
    assert lengths == [182, 365]
