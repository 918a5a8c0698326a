"""The corner cases of the deduction rules, each named for what it says. Numbers are of the list."""

from __future__ import annotations

import pytest

from detector.rules.instants import instant_of, text_of
from detector.rules.policy.bundled import bundled_text

FIRST, SECOND = "2026-03-01", "2026-03-02"


@pytest.fixture
def suspended(story):
    """Two verified complaints on two orders: suspended from 2 to 9 March."""
    return story.verdict("v1", FIRST).verdict("v2", SECOND)


@pytest.fixture
def removed(suspended):
    """Suspended, served, and depleted again by new conduct: removed on 2 April."""
    return suspended.verdict("v3", "2026-04-01").verdict("v4", "2026-04-02")


CAPPED = ('count_as = "max"', 'count_as = "max"\n  cap = { points = 6, per = "day" }')


@pytest.fixture
def waiting(story):
    """A seller whose suspension of 2 March waits for a second person."""
    return story.recorded().verdict("v1", FIRST).verdict("v2", SECOND)


class TestChargesAndDepletion:
    def test_1_two_complaints_on_two_orders_warn_then_suspend_exactly_once(self, story):
        story.verdict("v1", FIRST)
        assert (story.now().balance, story.now().status) == (6, "warned")
        story.verdict("v2", SECOND)
        assert (story.now().balance, story.now().status) == (0, "suspended")
        assert [one.kind for one in story.now().sanctions] == ["warn", "suspend"]

    def test_2_a_rejected_complaint_costs_nothing(self, story):
        story.verdict("v1", FIRST, outcome="rejected").verdict("v2", SECOND, outcome="unfounded")
        assert (story.now().balance, story.now().entries) == (12, ())
        assert story.why_refused() == []

    def test_2_a_verdict_by_a_detector_is_refused(self, story):
        story.verdict("v1", FIRST, actor="detector")
        assert (story.now().balance, story.now().entries) == (12, ())
        assert story.why_refused() == [
            "verdict 'v1' is a detector's: only a person's verdict counts"
        ]

    def test_3_two_complaints_on_one_order_cost_once(self, story):
        story.verdict("v1", FIRST, order_id="o").verdict("v2", SECOND, order_id="o")
        assert story.now().balance == 6
        assert [one.grounds for one in story.now().entries] == [("v1", "v2")]

    def test_4_the_second_ground_keeps_the_entry_and_its_clock_when_the_first_is_reversed(
        self, story
    ):
        story.verdict("v1", FIRST, order_id="o").verdict("v2", SECOND, order_id="o")
        story.reverse("v1", "2026-03-05")
        (entry,) = story.now().entries
        assert (story.now().balance, entry.state) == (6, "standing")
        assert text_of(entry.opened_at) == "2026-03-01T00:00:00Z"
        story.reverse("v2", "2026-03-06")
        assert (story.now().balance, story.now().entries[0].state) == (12, "reversed")

    def test_5_a_second_complaint_on_an_order_that_was_served_adds_nothing(self, suspended):
        suspended.verdict("v3", "2026-03-20", order_id="order of v1")
        assert suspended.now().balance == 12
        assert [one.state for one in suspended.now().entries] == ["spent", "spent"]

    def test_5_a_second_complaint_on_an_order_that_expired_adds_nothing(self, story):
        story.verdict("v1", FIRST).verdict("v2", "2027-03-02", order_id="order of v1")
        assert (story.now().balance, story.now().entries[0].state) == (12, "expired")

    def test_6_two_orders_on_one_day_add_up_unless_the_policy_caps_the_day(self, story, story_of):
        for told in (story, story_of().standard_with(CAPPED)):
            told.verdict("v1", "2026-03-01T08:00").verdict("v2", "2026-03-01T20:00")
        assert story.now().balance == 0

    def test_6_a_cap_lets_a_day_cost_no_more_than_it_says(self, story):
        story.standard_with(CAPPED)
        story.verdict("v1", "2026-03-01T08:00").verdict("v2", "2026-03-01T20:00")
        assert (story.now().balance, story.now().status) == (6, "warned")
        assert [one.points for one in story.now().entries] == [6, 0]

    def test_7_three_at_once_suspend_once_and_losing_one_keeps_the_balance_at_zero(self, story):
        for name in ("v1", "v2", "v3"):
            story.verdict(name, FIRST)
        assert (story.now().balance, story.now().level) == (0, 18)
        assert story.done() == [("suspend", "in_force")]
        story.reverse("v1", SECOND)
        assert (story.now().balance, story.now().level) == (0, 12)
        assert story.done() == [("suspend", "in_force")]


class TestReversals:
    def test_8_a_suspension_that_lost_its_ground_is_lifted_and_does_not_count_as_a_first(
        self, suspended
    ):
        suspended.reverse("v1", "2026-03-05")
        assert (suspended.now().balance, suspended.now().status) == (6, "warned")
        assert suspended.done() == [("suspend", "voided")]
        suspended.verdict("v3", "2026-04-01")
        assert suspended.done() == [("suspend", "voided"), ("suspend", "in_force")]

    def test_8_an_order_upheld_again_after_a_lifted_suspension_was_not_paid_for(self, suspended):
        suspended.reverse("v1", "2026-03-05")
        suspended.verdict("v3", "2026-03-20", order_id="order of v1")
        assert (suspended.now().balance, suspended.now().status) == (0, "suspended")
        assert suspended.done() == [("suspend", "voided"), ("suspend", "in_force")]

    def test_9_what_a_suspension_covers_no_more_is_not_spent_when_it_is_served(self, suspended):
        suspended.verdict("v3", "2026-03-03").reverse("v1", "2026-03-04")
        suspended.verdict("v4", "2026-03-05", order_id="order of v1")
        states = {one.id: one.state for one in suspended.now("2026-03-09").entries}
        assert states == {"v1": "standing", "v2": "spent", "v3": "standing"}

    def test_9_a_suspension_that_others_justify_stands_and_covers_only_less(self, suspended):
        suspended.verdict("v3", "2026-03-04").reverse("v1", "2026-03-05")
        (suspension,) = (one for one in suspended.now().sanctions if one.kind == "suspend")
        assert (suspension.state, suspension.because) == ("in_force", ("v2",))
        assert text_of(suspension.ends_at) == "2026-03-09T00:00:00Z"
        assert suspended.now("2026-03-09").balance == 6

    def test_10_a_reversal_after_serving_voids_in_history_and_nobody_pays_twice(self, suspended):
        suspended.reverse("v1", "2026-03-20")
        assert suspended.done() == [("suspend", "voided")]
        assert [one.state for one in suspended.now().entries] == ["reversed", "spent"]
        assert suspended.now().balance == 12

    def test_10_an_order_upheld_again_after_it_was_served_for_stays_paid(self, suspended):
        suspended.reverse("v1", "2026-03-20")
        suspended.verdict("v3", "2026-04-01", order_id="order of v1")
        assert (suspended.now().balance, suspended.now().entries[0].state) == (12, "spent")

    def test_11_a_removal_on_a_voided_suspension_becomes_the_milder_step(self, removed):
        removed.appeal("a", "2026-03-30", "v1").decide("a", "2026-04-04", "granted")
        assert removed.done() == [
            ("suspend", "voided"),
            ("remove", "voided"),
            ("suspend", "in_force"),
        ]
        milder = removed.now().sanctions[-1]
        assert text_of(milder.issued_at) == "2026-04-02T00:00:00Z"
        assert text_of(milder.ends_at) == "2026-04-09T00:00:00Z"
        assert (removed.now().status, removed.now("2026-04-09").balance) == ("suspended", 12)

    def test_11_time_run_since_the_removal_is_credited(self, removed):
        removed.appeal("a", "2026-03-30", "v1").decide("a", "2026-04-20", "granted")
        assert removed.done()[-1] == ("suspend", "served")
        assert (removed.now().balance, removed.now().status) == (12, "active")

    def test_11_no_milder_step_is_put_where_nothing_in_its_own_term_justifies_it(self, removed):
        removed.appeal("a1", "2026-03-30", "v1").verdict("v5", "2026-04-20")
        removed.reverse("v3", "2026-04-22")
        assert removed.done()[-1] == ("remove", "stayed")
        removed.decide("a1", "2026-04-23", "granted")
        assert removed.done() == [("suspend", "voided"), ("remove", "voided")]

    def test_12_a_review_never_takes_a_step_above_its_own_for_conduct_that_came_later(
        self, suspended
    ):
        middle = (
            '{ action = "suspend", duration = "14d", on_served = "spend" }, { action = "remove"'
        )
        suspended.standard_with(('{ action = "remove"', middle))
        old = {"incident_at": "2026-02-20", "reported_at": "2026-02-21"}
        for name, day in (("v3", "2026-04-01"), ("v4", "2026-04-02"), ("v5", "2026-05-01")):
            suspended.verdict(name, day, **old)
        suspended.verdict("v6", "2026-05-02", **old).verdict("v7", "2026-05-05")
        kept = [("suspend", "served"), ("suspend", "served"), ("suspend", "in_force")]
        assert suspended.done() == kept
        suspended.reverse("v5", "2026-05-06")
        assert suspended.done() == kept

    def test_12_a_milder_step_never_ends_later_than_the_one_in_whose_place_it_comes(self, story):
        removal = bundled_text("standard").partition('{ action = "remove",')[2].partition("}")[0]
        shorter = ' duration = "2d", needs_incident_after_previous = true '
        story.standard_with((f'"remove",{removal}', f'"suspend",{shorter}'))
        story.verdict("v1", FIRST).verdict("v2", SECOND)
        story.verdict("v3", "2026-04-01").verdict("v4", "2026-04-02").appeal(
            "a", "2026-03-30", "v1"
        )
        assert text_of(story.now().sanctions[-1].ends_at) == "2026-04-04T00:00:00Z"
        story.decide("a", "2026-04-03", "granted")
        assert [state for _, state in story.done()] == ["voided", "voided", "in_force"]
        assert text_of(story.now().sanctions[-1].ends_at) == "2026-04-04T00:00:00Z"

    def test_12_a_review_never_hardens(self, suspended):
        old = {"incident_at": "2026-02-20", "reported_at": "2026-02-21"}
        suspended.verdict("v3", "2026-04-01", **old).verdict("v4", "2026-04-02", **old)
        suspended.verdict("v5", "2026-04-03")
        before = suspended.done()
        suspended.reverse("v3", "2026-04-04")
        assert before == suspended.done() == [("suspend", "served"), ("suspend", "in_force")]

    def test_13_a_removal_under_appeal_is_stayed_to_a_suspension(self, removed):
        removed.appeal("a", "2026-04-03", "v3")
        assert removed.done()[-1] == ("remove", "stayed")
        assert removed.now().status == "suspended"
        removed.decide("a", "2026-04-05", "denied")
        assert (removed.done()[-1], removed.now().status) == (("remove", "in_force"), "removed")

    def test_13_an_appeal_against_what_was_superseded_is_over_and_stays_nothing(self, removed):
        removed.appeal("a", "2026-04-03", "v3")
        again = {"complaint_id": "complaint of v3", "order_id": "order of v3", "supersedes": "v3"}
        removed.verdict("v3b", "2026-04-04", **again)
        assert removed.done()[-1] == ("remove", "in_force")
        removed.decide("a", "2026-04-05", "granted")
        assert removed.why_refused() == ["appeal 'a' is already closed"]
        assert removed.done()[-1] == ("remove", "in_force")

    def test_14_only_appeals_that_would_make_it_fall_stay_a_removal(self, removed):
        removed.verdict("v5", "2026-04-03")
        removed.appeal("a", "2026-04-04", "v3")
        assert removed.done()[-1] == ("remove", "in_force")
        removed.appeal("b", "2026-04-05", "v4")
        assert removed.done()[-1] == ("remove", "stayed")

    def test_14_an_appeal_against_the_first_suspension_stays_the_removal_built_on_it(self, removed):
        removed.appeal("a", "2026-03-31T23:59", "v1", notified_at="2026-03-20")
        assert removed.done()[-1] == ("remove", "stayed")

    def test_15_a_suspension_under_appeal_goes_on(self, suspended):
        suspended.appeal("a", "2026-03-03", "v1")
        assert (suspended.done(), suspended.now().status) == (
            [("suspend", "in_force")],
            "suspended",
        )

    def test_16_an_appeal_at_exactly_notice_and_thirty_days_is_too_late(self, story):
        story.verdict("v1", FIRST).appeal("late", "2026-03-31", "v1")
        assert story.why_refused() == [
            "appeal 'late' is too late: the time ended at 2026-03-31T00:00:00Z"
        ]
        story.appeal("in time", "2026-03-30T23:59:59", "v1")
        assert len(story.why_refused()) == 1

    def test_16_a_second_appeal_is_refused(self, story):
        story.verdict("v1", FIRST).appeal("a", SECOND, "v1").decide("a", "2026-03-03", "denied")
        story.appeal("b", "2026-03-04", "v1")
        assert story.why_refused() == ["appeal 'b': verdict 'v1' was already appealed"]
        assert story.now().balance == 6

    def test_16_a_moderator_may_reopen_by_superseding(self, story):
        story.verdict("v1", FIRST)
        story.verdict(
            "v2", SECOND, complaint_id="complaint of v1", supersedes="v1", outcome="rejected"
        )
        assert (story.now().balance, story.why_refused()) == (12, [])

    def test_30_a_verdict_upheld_anew_does_not_lift_the_suspension(self, story):
        story.verdict("v1", FIRST).verdict("v2", SECOND)
        story.verdict("v3", "2026-03-03", complaint_id="complaint of v2", supersedes="v2")
        assert (story.now().balance, story.now().status) == (0, "suspended")
        assert story.done() == [("suspend", "in_force")]

    def test_9_a_warning_does_not_stand_on_what_warned_again_later(self, story):
        story.verdict("v1", FIRST).verdict("v2", "2027-03-05").appeal("a", SECOND, "v1").decide(
            "a", "2027-03-10", "granted"
        )
        assert [(one.kind, one.state) for one in story.now().sanctions] == [
            ("warn", "voided"),
            ("warn", "in_force"),
        ]


class TestTime:
    @pytest.mark.parametrize("changes", [(), (CAPPED,)])
    def test_17_an_entry_is_gone_at_the_instant_it_expires(self, story, changes):
        story.standard_with(*changes).verdict("v1", FIRST)
        assert story.now("2027-02-28T23:59:59.999999").balance == 6
        assert (story.now("2027-03-01").balance, story.now("2027-03-01").status) == (12, "active")

    def test_17_an_expiry_and_a_charge_at_one_instant_do_not_deplete(self, story):
        story.verdict("v1", FIRST).verdict("v2", "2027-03-01")
        assert (story.now().balance, story.done()) == (6, [])

    def test_18_a_year_of_365_days_ends_a_calendar_day_early_across_29_february(self, story):
        story.verdict("v1", "2027-06-01")
        assert text_of(story.now().entries[0].expires_at) == "2028-05-31T00:00:00Z"

    def test_19_a_day_is_a_day_in_the_policys_time_zone(self, story):
        story.standard_with(CAPPED, ('tz = "UTC"', 'tz = "Asia/Shanghai"'))
        story.verdict("v1", "2026-03-01T15:30Z").verdict("v2", "2026-03-01T16:30Z")
        assert story.now().balance == 0

    def test_19_a_day_of_incidents_is_one_in_the_policys_time_zone(self, story):
        once = ('once_per = ["order"]', 'once_per = ["incident_day"]')
        story.standard_with(once, ('tz = "UTC"', 'tz = "Asia/Shanghai"'))
        for name, at in (("v1", "15:30"), ("v2", "16:30"), ("v3", "23:00")):
            incident = f"2026-03-01T{at}Z"
            story.verdict(name, "2026-03-05", incident_at=incident, reported_at="2026-03-02")
        assert [one.grounds for one in story.now().entries] == [("v1",), ("v2", "v3")]

    def test_20_a_suspension_runs_to_its_end_when_an_entry_expires_under_it(self, story):
        story.verdict("v1", FIRST).verdict("v2", "2027-02-27")
        assert story.now("2027-03-02").balance == 6
        assert story.now("2027-03-02").status == "suspended"
        assert story.now("2027-03-06").balance == 12

    def test_21_a_tier_fires_again_only_after_the_level_dropped(self, story):
        story.standard_with(('on_served = "spend"', 'on_served = "keep"'))
        story.verdict("v1", "2026-03-01").verdict("v2", "2026-08-01").verdict("v3", "2026-09-01")
        assert [kind for kind, _ in story.done()] == ["suspend"]
        story.verdict("v4", "2027-03-15")
        assert [kind for kind, _ in story.done()] == ["suspend"]
        story.verdict("v5", "2027-09-10")
        assert [kind for kind, _ in story.done()] == ["suspend", "suspend"]

    def test_22_conduct_before_a_harsher_version_is_judged_by_the_older_one(self, story):
        text = _with_second_version()
        story.under(text).verdict("v1", "2026-06-30").verdict("v2", "2026-07-02", incident_at=FIRST)
        assert [one.points for one in story.now().entries] == [6, 6]
        assert [one.policy for one in story.now().entries] == ["standard v1", "standard v1"]
        story.verdict("v3", "2026-07-10", incident_at="2026-07-01")
        assert (story.now().entries[-1].points, story.now().entries[-1].policy) == (
            12,
            "standard v2",
        )

    def test_22_a_new_version_alone_fires_nothing(self, story):
        story.under(_with_second_version()).verdict("v1", "2026-06-30")
        assert (story.now("2026-08-01").balance, story.done("2026-08-01")) == (6, [])

    def test_23_a_late_event_changes_march_only_as_known_later(self, story):
        story.verdict("v1", FIRST).verdict(
            "late", "2026-04-30", decided_at=SECOND, reported_at=SECOND
        )
        assert story.now("2026-03-15", known_at="2026-03-15").balance == 6
        assert story.now("2026-03-15").balance == 0
        assert story.done("2026-03-15") == []
        (suspension,) = (one for one in story.now().sanctions if one.kind == "suspend")
        assert text_of(suspension.issued_at) == "2026-04-30T00:00:00Z"
        assert text_of(story.now().entries[1].opened_at) == "2026-03-02T00:00:00Z"

    def test_24_a_decision_dated_in_the_future_is_clamped_to_its_recording(self, story):
        story.verdict("v1", FIRST, decided_at="2026-05-01")
        assert text_of(story.now().entries[0].opened_at) == "2026-03-01T00:00:00Z"

    def test_24_a_decision_before_the_report_is_refused(self, story):
        story.verdict("v1", FIRST, reported_at=SECOND)
        assert story.now().balance == 12
        assert "before the complaint was reported" in story.why_refused()[0]

    def test_25_conduct_outside_the_limitation_is_not_chargeable(self, story):
        story.standard_with(("ceiling = 12 ", 'limitation = "90d"\nceiling = 12 '))
        story.verdict("v1", FIRST, incident_at="2025-12-01")
        story.verdict("v2", FIRST, incident_at="2025-12-01T00:00:01")
        assert [one.id for one in story.now().entries] == ["v2"]


class TestServedAndNext:
    def test_26_old_conduct_decided_during_a_suspension_is_carried(self, suspended):
        suspended.verdict("v3", "2026-03-05", incident_at="2026-02-20")
        assert suspended.now("2026-03-09").balance == 6
        suspended.verdict("v4", "2026-03-20", incident_at="2026-02-21")
        assert suspended.done() == [("suspend", "served"), ("suspend", "in_force")]

    def test_27_a_second_depletion_from_conduct_before_the_notice_suspends_again(self, suspended):
        old = {"incident_at": "2026-02-20", "reported_at": "2026-02-21"}
        suspended.verdict("v3", "2026-04-01", **old).verdict("v4", "2026-04-02", **old)
        assert suspended.done() == [("suspend", "served"), ("suspend", "in_force")]

    def test_27_conduct_at_the_very_instant_of_the_notice_is_not_after_it(self, suspended):
        at_notice = {"incident_at": SECOND, "reported_at": SECOND}
        suspended.verdict("v3", "2026-04-01", **at_notice).verdict("v4", "2026-04-02", **at_notice)
        assert [kind for kind, _ in suspended.done()] == ["suspend", "suspend"]

    def test_27_a_removal_that_loses_its_only_new_conduct_becomes_a_suspension(self, suspended):
        old = {"incident_at": "2026-02-20", "reported_at": "2026-02-21"}
        suspended.verdict("v3", "2026-04-01", **old).verdict("v4", "2026-04-02")
        suspended.verdict("v5", "2026-04-03", **old)
        assert suspended.done()[-1] == ("remove", "in_force")
        suspended.reverse("v4", "2026-04-04")
        assert suspended.done() == [
            ("suspend", "served"),
            ("remove", "voided"),
            ("suspend", "in_force"),
        ]

    def test_27_conduct_is_not_later_than_its_report(self, suspended):
        odd = {"incident_at": "2026-03-20", "reported_at": SECOND}
        suspended.verdict("v3", "2026-04-01", **odd).verdict("v4", "2026-04-02", **odd)
        assert [kind for kind, _ in suspended.done()] == ["suspend", "suspend"]

    def test_a_second_depletion_from_new_conduct_removes(self, removed):
        assert removed.done() == [("suspend", "served"), ("remove", "in_force")]
        assert removed.now().status == "removed"

    def test_28_a_served_suspension_spends_its_entries_and_is_remembered_for_a_year(
        self, suspended
    ):
        served = suspended.now("2026-03-09")
        assert (served.balance, served.status) == (12, "active")
        assert [one.state for one in served.entries] == ["spent", "spent"]
        suspended.verdict("v3", "2027-03-01T00:00").verdict("v4", "2027-03-02T00:00")
        assert suspended.done()[-1] == ("suspend", "in_force")

    def test_28_a_moment_before_the_year_is_over_the_second_depletion_removes(self, suspended):
        suspended.verdict("v3", "2027-03-01").verdict("v4", "2027-03-01T23:59:59")
        assert suspended.done()[-1] == ("remove", "in_force")

    def test_29_the_loser_of_an_appeal_serves_and_the_winner_keeps_the_other_entry(self, story_of):
        loser, winner = (
            story_of().verdict("v1", FIRST).verdict("v2", SECOND).appeal("a", "2026-03-03", "v1")
            for _ in range(2)
        )
        loser.decide("a", "2026-03-08", "denied")
        winner.decide("a", "2026-03-08", "granted")
        assert (loser.now("2026-03-08").balance, loser.now("2026-03-10").balance) == (0, 12)
        assert (winner.now("2026-03-08").balance, winner.now("2026-03-10").balance) == (6, 6)


class TestFurtherFieldsOfThePolicy:
    def test_a_quorum_wants_several_people(self, story):
        story.standard_with(("min_items = 2", "quorum = 2\n  min_items = 2"))
        story.verdict("v1", FIRST).verdict("v2", SECOND, seconded_by=["Mo"])
        story.verdict("v3", "2026-03-03", seconded_by=["Mia"])
        assert story.now().balance == 6
        assert "2 people must decide it together and 1 did" in story.why_refused()[0]

    def test_expiry_can_be_blocked_while_a_sanction_runs(self, story):
        story.standard_with(
            ('count_as = "max"', 'count_as = "max"\n  blocked_if = "sanction_in_force"'),
            ('on_served = "spend"', 'on_served = "keep"'),
        )
        story.verdict("v1", FIRST).verdict("v2", "2027-02-27")
        assert story.now("2027-03-05").balance == 0
        assert story.now("2027-03-06").balance == 6
        assert text_of(story.now("2027-03-06").entries[0].expires_at) == "2027-03-06T00:00:00Z"

    def test_a_served_step_can_set_the_level(self, story):
        story.standard_with(('on_served = "spend"', 'on_served = "set:4"'))
        story.verdict("v1", FIRST).verdict("v2", SECOND)
        assert story.now("2026-03-09").balance == 8
        story.reverse("v1", "2026-03-08")
        assert (story.now("2026-03-09").balance, story.now("2026-03-08").balance) == (6, 6)

    def test_a_ladder_in_order_skips_no_step(self, story):
        story.standard_with(
            ("at = 12 ", "ladder_in_order = true\n  at = 12 "),
            ("{ default = 6 }", "{ default = 6, grave = 12 }"),
        )
        story.verdict("v1", FIRST, severity="grave")
        assert [one.kind for one in story.now().sanctions] == ["warn"]
        story.verdict("v2", SECOND)
        assert [one.kind for one in story.now().sanctions] == ["warn", "suspend"]

    def test_a_step_of_a_ladder_waits_no_longer_once_the_level_has_dropped_below_it(self, story):
        story.standard_with(
            ("at = 12 ", "ladder_in_order = true\n  at = 12 "),
            ("{ default = 6 }", "{ default = 6, grave = 12, light = 1 }"),
        )
        story.verdict("v1", FIRST, severity="grave").reverse("v1", SECOND)
        story.verdict("v2", "2026-03-03").verdict("v3", "2026-03-04", severity="light")
        assert (story.now().level, story.done()) == (7, [])

    def test_a_notice_before_delays_the_step(self, story):
        story.standard_with(("at = 12 ", 'notice_before = "3d"\n  at = 12 '))
        story.verdict("v1", FIRST).verdict("v2", SECOND)
        assert (story.done(), story.now("2026-03-05").status) == (
            [("suspend", "stayed")],
            "suspended",
        )
        assert text_of(story.now().sanctions[-1].ends_at) == "2026-03-12T00:00:00Z"

    def test_every_multiple_fires(self, story):
        story.standard_with(("at = 6\n", "multiple_of = 6\n"))
        for day in (1, 2, 3):
            story.verdict(f"v{day}", f"2026-03-0{day}")
        assert [one.kind for one in story.now().sanctions if one.kind == "warn"] == ["warn"] * 3

    def test_a_multiple_fires_only_when_the_next_one_is_reached(self, story):
        story.standard_with(("at = 6\n", "multiple_of = 6\n"), ("default = 6", "default = 4"))
        for day in (1, 2, 3, 4):
            story.verdict(f"v{day}", f"2026-03-0{day}")
        assert [one.kind for one in story.now().sanctions if one.kind == "warn"] == ["warn"] * 2

    def test_a_multiple_that_a_reversal_unreaches_is_voided_and_the_ones_below_it_stand(
        self, story
    ):
        story.standard_with(("at = 6\n", "multiple_of = 6\n"))
        story.verdict("v1", FIRST).verdict("v2", SECOND).reverse("v2", "2026-03-03")
        warnings = [one.state for one in story.now().sanctions if one.kind == "warn"]
        assert warnings == ["in_force", "voided"]

    def test_bands_charge_by_the_number_of_offences(self, story):
        bands = "{ nth = [{ up_to = 2, points = 1 }, { points = 4 }] }"
        story.standard_with(("{ default = 6 }", bands))
        for day in (1, 2, 3):
            story.verdict(f"v{day}", f"2026-03-0{day}")
        assert [one.points for one in story.now().entries] == [1, 1, 4]

    def test_a_resolution_or_a_multiplier_changes_the_points(self, story):
        points = "{ default = 3, resolution = { refunded = 1 }, multiplier = { twice = 2 } }"
        story.standard_with(("{ default = 6 }", points))
        story.verdict("v1", FIRST, resolution="refunded").verdict("v2", SECOND, severity="twice")
        assert [one.points for one in story.now().entries] == [1, 6]

    def test_the_clock_can_run_from_incident_report_or_notice(self, story_of):
        opened = {}
        for clock in ("incident", "reported", "notified"):
            story = story_of().standard_with(('clock = "decided"', f'clock = "{clock}"'))
            story.verdict("v1", "2026-03-05", notified_at="2026-03-04")
            opened[clock] = text_of(story.now().entries[0].opened_at)[:10]
        assert opened == {
            "incident": "2026-03-03",
            "reported": "2026-03-04",
            "notified": "2026-03-04",
        }

    def test_grounds_can_add_up_or_the_first_can_count(self, story_of):
        levels = []
        for rule in ("max", "sum", "first"):
            story = story_of().standard_with(
                ('count_as = "max"', f'count_as = "{rule}"'),
                ("{ default = 6 }", "{ default = 2, grave = 5 }"),
            )
            story.verdict("v1", FIRST, order_id="o")
            levels.append(story.verdict("v2", SECOND, order_id="o", severity="grave").now().level)
        assert levels == [5, 7, 2]

    def test_an_upheld_complaint_about_what_the_policy_does_not_charge_costs_nothing(self, story):
        story.verdict("v1", FIRST, violation="damaged", evidence=[])
        assert (story.now().balance, story.now().entries, story.why_refused()) == (12, (), [])


class TestConcurrencyAndDelivery:
    def test_30_the_first_of_two_moderators_wins_and_the_second_is_told_who(self, story):
        story.verdict("v1", FIRST).verdict(
            "v2", FIRST, complaint_id="complaint of v1", moderator="Max"
        )
        assert (story.now().balance, len(story.now().entries)) == (6, 1)
        assert "already decided by Mo (verdict 'v1')" in story.why_refused()[0]

    def test_31_two_cases_at_one_instant_suspend_exactly_once(self, story):
        story.verdict("v1", FIRST, moderator="Mo").verdict("v2", FIRST, moderator="Mia")
        assert (len(story.now().entries), story.done()) == (2, [("suspend", "in_force")])

    def test_32_an_event_delivered_twice_changes_nothing(self, story):
        story.verdict("v1", FIRST).verdict("v1", FIRST)
        assert (story.now().balance, story.why_refused()) == (6, [])

    def test_32_an_event_with_a_known_id_and_another_body_is_refused(self, story):
        story.verdict("v1", FIRST).verdict("v1", FIRST, moderator="Max")
        assert story.now().balance == 6
        assert story.why_refused() == ["event 'v1' was already recorded with another body"]

    def test_33_a_replay_gives_an_action_the_same_id_and_takes_the_report_that_it_was_done(
        self, suspended
    ):
        ids = [one.id for one in suspended.now().sanctions]
        suspended.tell("action_done", "done", "2026-03-03", sanction_id=ids[1])
        assert [one.id for one in suspended.now().sanctions] == ids
        assert suspended.now().sanctions[1].done_at == instant_of("2026-03-03")


MERGED = ('count_as = "max"', 'count_as = "max"\n  merge = { key = "seller", window = "72h" }')


class TestMergesAndCaps:
    def test_34_a_merge_window_stays_as_recorded_when_its_anchor_is_reversed(self, story):
        story.standard_with(MERGED, ("{ default = 6 }", "{ default = 6, light = 1 }"))
        for name, hours, severity in (
            ("a", 0, "light"),
            ("b", 60, "light"),
            ("c", 80, None),
            ("d", 140, None),
        ):
            story.verdict(
                name, text_of(instant_of(FIRST) + hours * 3_600_000_000), severity=severity
            )
        assert story.now("2026-03-08").level == 7
        story.reverse("a", "2026-03-08")
        assert story.now().level == 7
        assert [one.grounds for one in story.now().entries] == [("a", "b"), ("c", "d")]

    @pytest.mark.parametrize(
        ("decided", "grounds"),
        [
            ("2026-03-07T00:00", [("a",), ("b",)]),
            ("2026-03-06T23:59:59.999999", [("a", "b")]),
            ("2026-03-01T00:00:00.000001", [("a", "b")]),
            ("2026-03-01T00:00", [("b",), ("a",)]),
        ],
    )
    def test_34_a_merge_window_ends_before_its_length_is_over_on_both_sides(
        self, story, decided, grounds
    ):
        story.standard_with(MERGED).verdict("a", "2026-03-04")
        earlier = {"incident_at": "2026-02-20", "reported_at": "2026-02-21"}
        story.verdict("b", "2026-03-08", decided_at=decided, **earlier)
        assert [one.grounds for one in story.now().entries] == grounds

    def test_35_the_level_cannot_rise_when_the_anchor_of_a_cap_is_reversed(self, story):
        story.standard_with(CAPPED)
        story.verdict("v1", "2026-03-01T08:00").verdict("v2", "2026-03-01T20:00").reverse(
            "v1", SECOND
        )
        assert story.now().level == 6

    def test_36_a_withdrawal_after_an_upheld_verdict_reverses_nothing_by_itself(self, story):
        story.verdict("v1", FIRST).tell("withdrawn", "w", SECOND, complaint_id="complaint of v1")
        assert story.now().balance == 6
        story.verdict(
            "v2", "2026-03-03", complaint_id="complaint of v1", supersedes="v1", outcome="rejected"
        )
        assert story.now().balance == 12

    def test_37_after_the_waived_first_is_reversed_the_next_first_is_free_again(self, story):
        story.standard_with(("{ default = 6 }", "{ default = 6, first = 0 }"))
        story.verdict("v1", FIRST).verdict("v2", SECOND)
        assert [one.points for one in story.now().entries] == [0, 6]
        story.reverse("v1", "2026-03-03").verdict("v3", "2026-03-04").verdict("v4", "2026-03-05")
        assert [one.points for one in story.now().entries if one.state == "standing"] == [6, 0, 6]

    def test_38_a_graver_ground_on_one_order_raises_the_entry_and_not_its_clock(self, story):
        story.standard_with(("{ default = 6 }", "{ default = 6, grave = 9 }"))
        story.verdict("v1", FIRST, order_id="o").verdict(
            "v2", SECOND, order_id="o", severity="grave"
        )
        (entry,) = story.now().entries
        assert (entry.points, text_of(entry.opened_at)) == (9, "2026-03-01T00:00:00Z")


class TestTheRest:
    def test_39_a_credit_at_level_zero_is_not_banked(self, story):
        story.tell("credit", "k", FIRST, seller_id="S", points=4, why="training").verdict(
            "v1", SECOND
        )
        assert (story.now(FIRST).balance, story.now().balance) == (12, 6)

    def test_39_a_credit_gives_back_and_ends_with_what_it_was_given_against(self, story):
        story.verdict("v1", FIRST).tell(
            "credit", "k", SECOND, seller_id="S", points=4, why="training"
        )
        assert (story.now().balance, story.now().level) == (10, 2)
        story.verdict("v2", "2027-03-05")
        assert story.now().balance == 6

    @pytest.mark.parametrize(("day", "level"), [("2026-03-11T23:59", 4), ("2026-03-12", 2)])
    def test_39_a_second_credit_is_granted_once_the_cooldown_is_over(self, story, day, level):
        cooldown = '[policy.credits]\ncooldown = "10d"\n[policy.appeals]'
        story.standard_with(("[policy.appeals]", cooldown)).verdict("v1", FIRST)
        for name, on in (("k1", SECOND), ("k2", day)):
            story.tell("credit", name, on, seller_id="S", points=2, why="training")
        assert story.now().level == level

    @pytest.mark.parametrize("granted", [SECOND, "2026-03-03"])
    def test_39_a_credit_that_came_after_a_suspension_does_not_undo_it_in_a_review(
        self, suspended, granted
    ):
        suspended.verdict("v3", SECOND)
        suspended.tell("credit", "k", granted, seller_id="S", points=6, why="training")
        assert suspended.now().level == 12
        suspended.reverse("v3", "2026-03-04")
        assert suspended.now().level == 6
        assert suspended.done() == [("suspend", "in_force")]

    def test_40_a_second_shop_of_one_owner_shares_the_ledger_when_the_scope_says_so(self, story):
        story.standard_with(("ceiling = 12 ", 'scope = "entity"\nceiling = 12 '))
        story.verdict("v1", FIRST, entity_id="E")
        story.verdict("v2", SECOND, seller_id="S2", entity_id="E")
        assert {one.status for one in story.fold().sellers.values()} == {"suspended"}
        assert story.fold().sellers["S2"].balance == 0

    def test_41_mass_unfounded_complaints_cost_the_seller_nothing(self, story):
        for number in range(50):
            story.verdict(f"v{number}", FIRST, outcome="unfounded", buyer_id="one rival")
        assert (story.now().balance, story.now().status) == (12, "active")

    def test_42_half_points_are_whole_numbers_in_the_policys_unit(self, story):
        story.standard_with(("unit = 1 ", "unit = 0.5 "), ("{ default = 6 }", "{ default = 1 }"))
        story.verdict("v1", FIRST)
        assert (story.now().level, story.policies.versions[0].unit) == (1, 0.5)

    def test_43_while_the_notice_is_undeliverable_the_removal_waits_and_the_appeal_window_is_open(
        self, removed
    ):
        removal = removed.now().sanctions[-1].id
        removed.tell("notice", "n1", "2026-04-02", sanction_id=removal, delivered=False)
        assert (removed.done()[-1], removed.now().status) == (("remove", "stayed"), "suspended")
        assert [one.state for one in removed.now().entries[2:]] == ["standing", "standing"]
        removed.appeal("a", "2026-09-01", "v3", notified_at=None).decide(
            "a", "2026-09-02", "denied"
        )
        assert removed.why_refused() == []
        removed.tell("notice", "n2", "2026-09-03", sanction_id=removal, delivered=True)
        assert removed.now().status == "removed"

    def test_44_an_override_is_an_event_with_a_reason_and_edits_nothing(self, story):
        story.verdict("v1", FIRST)
        facts = {"moderator": "Mia", "why": "carrier's mistake"}
        story.tell("override", "f", SECOND, action="forgive", target_id="v1", **facts)
        assert (story.now().balance, story.now().entries[0].state) == (12, "reversed")

    def test_44_a_person_may_extend_a_suspension(self, suspended):
        suspension = suspended.now().sanctions[-1].id
        facts = {"moderator": "Mia", "why": "new facts", "until": "2026-03-15"}
        suspended.tell("override", "x", SECOND, action="extend", target_id=suspension, **facts)
        assert suspended.now("2026-03-14").status == "suspended"
        assert suspended.now("2026-03-15").balance == 12

    def test_45_a_removed_seller_is_charged_and_sanctioned_no_further(self, removed):
        sanctions = len(removed.now().sanctions)
        removed.verdict("v5", "2026-05-01").verdict("v6", "2026-05-02")
        assert (len(removed.now().sanctions), len(removed.now().entries)) == (sanctions, 6)

    def test_45_nothing_fires_for_a_removed_seller_not_even_what_is_crossed_again(self, removed):
        before = removed.now().sanctions
        removed.verdict("v5", "2027-05-01").verdict("v6", "2027-05-02")
        assert (removed.now().level, removed.now().sanctions) == (12, before)

    def test_45_later_entries_that_alone_justify_a_removal_let_it_stand(self, removed):
        removed.verdict("v5", "2026-04-10").verdict("v6", "2026-04-11")
        removed.reverse("v3", "2026-04-12").reverse("v4", "2026-04-13")
        assert removed.done()[-1] == ("remove", "in_force")
        removed.reverse("v5", "2026-04-14")
        assert (removed.done()[-1], removed.now().status) == (("remove", "voided"), "warned")


class TestApprovals:
    """Suspensions and removals wait for a second person; the log says what that person decided."""

    def test_46_what_nobody_decides_in_its_term_lapses_and_spends_nothing(self, waiting):
        assert waiting.waits() == ([("suspend", "awaiting_approval")], "awaiting_approval", 0)
        assert waiting.waits("2026-03-08T23:59:59Z")[1] == "awaiting_approval"
        assert waiting.waits("2026-03-09") == ([("suspend", "lapsed")], "warned", 0)
        assert {one.state for one in waiting.now("2026-06-01").entries} == {"standing"}
        waiting.verdict("v3", "2026-04-01")
        assert waiting.waits() == (
            [("suspend", "lapsed"), ("suspend", "awaiting_approval")],
            "awaiting_approval",
            0,
        )
        assert waiting.now().sanctions[-1].because == ("v1", "v2", "v3")

    def test_46_a_recorded_lapse_says_no_more_than_the_end_of_the_term_does(self, waiting):
        quiet = waiting.now("2026-05-01")
        waiting.settle("2026-03-10", "lapsed")
        assert (waiting.now("2026-05-01"), waiting.why_refused()) == (quiet, [])
        waiting.settle("2026-03-11", "approved")
        assert waiting.why_refused() == [
            "sanction 'S/depleted/1' does not await approval: it is lapsed"
        ]

    def test_46_what_lapsed_counts_towards_no_later_step(self, waiting):
        waiting.verdict("v3", "2026-04-01").settle("2026-04-02", "approved", nth=2)
        assert waiting.waits("2026-04-08T23:59:59Z")[1:] == ("suspended", 0)
        assert waiting.waits("2026-04-09")[1:] == ("active", 12)
        waiting.verdict("v4", "2026-05-01").verdict("v5", "2026-05-02")
        assert waiting.waits()[0][-1] == ("remove", "awaiting_approval")

    def test_47_after_a_decline_the_next_entry_fires_the_same_step(self, waiting):
        waiting.settle("2026-03-03", "declined")
        assert waiting.waits() == ([("suspend", "declined")], "warned", 0)
        for number in range(3, 8):
            waiting.verdict(f"v{number}", f"2026-03-{number + 1:02}")
            last = f"S/depleted/{number - 1}"
            assert (waiting.now().sanctions[-1].id, waiting.now().status) == (
                last,
                "awaiting_approval",
            )
            waiting.settle(f"2026-03-{number + 1:02}", "declined", nth=number - 1)
        assert (waiting.now().level, waiting.now().balance) == (42, 0)
        assert {kind for kind, _ in waiting.done()} == {"suspend"}

    def test_47_what_is_lifted_before_it_was_carried_out_is_voided_and_armed_again(self, waiting):
        waiting.lift("2026-03-03")
        assert waiting.waits() == ([("suspend", "voided")], "warned", 0)
        waiting.verdict("v3", "2026-03-04")
        assert waiting.done() == [("suspend", "voided"), ("suspend", "awaiting_approval")]

    def test_47_what_is_lifted_while_it_runs_is_armed_again_too(self, waiting):
        waiting.settle("2026-03-03", "approved").lift("2026-03-04").verdict("v3", "2026-03-05")
        assert waiting.done() == [("suspend", "voided"), ("suspend", "awaiting_approval")]

    def test_47_an_entry_that_grows_fires_it_again(self, story):
        story.standard_with(("{ default = 6 }", "{ default = 6, grave = 12 }")).recorded()
        story.verdict("v1", FIRST).verdict("v2", SECOND).settle("2026-03-03", "declined")
        story.verdict("v3", "2026-03-04", order_id="order of v1")
        assert len(story.done()) == 1
        story.verdict("v4", "2026-03-05", order_id="order of v1", severity="grave")
        assert story.done() == [("suspend", "declined"), ("suspend", "awaiting_approval")]

    def test_48_a_removal_after_a_suspension_never_carried_out_is_a_suspension(self, waiting):
        for number, month in ((3, "04"), (4, "05")):
            waiting.verdict(f"v{number}", f"2026-{month}-01")
        assert waiting.done() == [("suspend", "lapsed")] * 2 + [("suspend", "awaiting_approval")]

    def test_48_not_even_where_the_level_dropped_and_rose_while_the_first_waited(self, story):
        story.standard_with(('duration = "7d"', 'duration = "90d"'), ('"365d"     ', '"20d"     '))
        story.recorded().verdict("v1", FIRST).verdict("v2", SECOND)
        story.verdict("v3", "2026-04-10").verdict("v4", "2026-04-11")
        assert story.done() == [("suspend", "awaiting_approval")] * 2

    def test_49_the_term_runs_from_the_approval(self, waiting):
        waiting.settle("2026-03-07", "approved")
        assert waiting.waits("2026-03-06T23:59:59Z")[1:] == ("awaiting_approval", 0)
        assert waiting.waits("2026-03-13T23:59:59Z")[1:] == ("suspended", 0)
        assert waiting.waits("2026-03-14") == ([("suspend", "served")], "active", 12)
        assert {one.state for one in waiting.now("2026-03-14").entries} == {"spent"}

    def test_49_conduct_is_after_the_notice_where_it_is_after_the_approval(self, waiting):
        waiting.settle("2026-03-07", "approved")
        for number, conduct in ((3, "2026-03-05"), (4, "2026-03-07")):
            waiting.verdict(f"v{number}", f"2026-04-0{number}", incident_at=conduct)
        assert waiting.done()[-1] == ("suspend", "awaiting_approval")
        waiting.verdict("v5", "2026-04-05", incident_at="2026-03-08")
        waiting.settle("2026-04-06", "declined", nth=2).verdict("v6", "2026-04-07")
        assert waiting.done()[-1] == ("remove", "awaiting_approval")

    def test_a_removal_that_waits_has_no_term_and_silences_nothing_for_good(self, waiting):
        waiting.settle("2026-03-02", "approved")
        waiting.verdict("v3", "2026-04-01").verdict("v4", "2026-04-02")
        assert waiting.waits("2026-12-01")[:2] == (
            [("suspend", "served"), ("remove", "awaiting_approval")],
            "awaiting_approval",
        )
        waiting.settle("2026-12-02", "declined", nth=2).verdict("v5", "2026-12-03")
        assert waiting.done()[-1] == ("remove", "awaiting_approval")

    def test_only_one_decision_counts_and_only_about_what_waits(self, waiting):
        waiting.settle("2026-03-03", "approved").settle("2026-03-04", "declined")
        waiting.settle("2026-03-05", "approved", tier="low")
        waiting.settle("2026-03-05", "approved", nth=9)
        assert waiting.now("2026-03-05").status == "suspended"
        assert waiting.why_refused() == [
            "sanction 'S/depleted/1' does not await approval: it is in force",
            "sanction 'S/low/1' does not await approval: it is in force",
            "there is no sanction or entry 'S/depleted/9'",
        ]

    def test_what_waits_is_not_extended(self, waiting):
        facts = {"target_id": "S/depleted/1", "moderator": "Mia", "why": "more"}
        waiting.tell("override", "x", "2026-03-03", action="extend", until="2026-05-01", **facts)
        assert waiting.why_refused() == [
            "override 'x': there is no sanction 'S/depleted/1' in force"
        ]

    def test_a_reversal_takes_away_what_waits(self, waiting):
        waiting.reverse("v2", "2026-03-03")
        assert waiting.waits() == ([("suspend", "voided")], "warned", 6)

    def test_a_step_for_one_person_does_not_wait(self, story):
        story.standard_with(('on_served = "spend" }', 'on_served = "spend", two_person = false }'))
        story.recorded().verdict("v1", FIRST).verdict("v2", SECOND)
        assert story.waits() == ([("suspend", "in_force")], "suspended", 0)

    def test_a_notice_before_the_step_runs_from_the_approval_too(self, story):
        story.standard_with(('id = "depleted"', 'id = "depleted"\n  notice_before = "2d"'))
        story.recorded().verdict("v1", FIRST).verdict("v2", SECOND)
        assert story.waits("2026-03-10T23:59:59Z")[1] == "awaiting_approval"
        story.settle("2026-03-05", "approved")
        assert story.waits("2026-03-06")[0] == [("suspend", "stayed")]
        assert story.waits("2026-03-07")[1] == "suspended"
        assert story.waits("2026-03-14")[1:] == ("active", 12)

    def test_a_milder_step_in_the_place_of_one_that_waited_waits_for_its_own_term(self, waiting):
        waiting.settle("2026-03-02", "approved")
        waiting.verdict("v3", "2026-03-20").verdict("v4", "2026-03-21")
        waiting.reverse("v1", "2026-03-30")
        assert waiting.waits("2026-04-05")[0][1:] == [
            ("remove", "voided"),
            ("suspend", "awaiting_approval"),
        ]
        assert waiting.waits("2026-04-06")[0][-1] == ("suspend", "lapsed")


def _with_second_version() -> str:
    from detector.rules.policy.bundled import bundled_text

    first = bundled_text("standard")
    second = (
        first.replace("version = 1\n", "version = 2\n")
        .replace("2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z")
        .replace("{ default = 6 }", "{ default = 12 }")
        .replace("at = 12 ", "at = 6 ")
    )
    return first + "\n" + second
