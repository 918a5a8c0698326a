"""The fold's own interface: what it takes, and how it numbers and dates what it tells."""

from __future__ import annotations

from detector.rules import bundled, event_of, fold
from detector.rules.instants import instant_of

STANDARD = bundled("standard")


def test_no_events_make_an_empty_ledger():
    ledger = fold([], STANDARD)
    assert (dict(ledger.sellers), list(ledger.refused), ledger.as_of) == ({}, [], 0)


def test_without_lines_a_refusal_names_the_place(story):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02", evidence=[])
    (refused,) = story.fold().refused
    assert refused.line == 2
    assert "2 kinds of evidence are needed and 0 are given" in refused.why


def test_as_of_is_the_latest_recording_unless_it_is_said_or_known_at_is(story):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-05", actor="detector")
    assert story.fold().as_of == instant_of("2026-03-01")
    assert story.fold(known_at="2026-03-03").as_of == instant_of("2026-03-03")
    assert story.fold("2026-04-01", known_at="2026-03-03").as_of == instant_of("2026-04-01")


def test_a_seller_whose_events_were_all_refused_has_a_clean_sheet(story):
    story.verdict("v1", "2026-03-01", actor="detector")
    assert (story.now().balance, story.now().status) == (12, "active")


def test_a_detectors_verdict_takes_neither_the_id_nor_the_complaint_of_a_persons(story):
    same = {"complaint_id": "c", "order_id": "o"}
    story.verdict("v1", "2026-03-01", actor="detector", outcome="rejected", **same)
    story.verdict("v1", "2026-03-02", **same).verdict("v1", "2026-03-03", actor="detector", **same)
    assert (story.now().balance, story.now().entries[0].grounds) == (6, ("v1",))
    assert ["detector's" in why for why in story.why_refused()] == [True, True]


def test_delivery_out_of_order_is_put_in_the_order_recorded(story):
    story.verdict("v2", "2026-03-02").appeal("a", "2026-03-03", "v2")
    story.decide("a", "2026-03-04", "granted").verdict("v1", "2026-03-01")
    assert [one.id for one in story.now().entries] == ["v1", "v2"]
    assert (story.why_refused(), story.now().balance) == ([], 6)
    backwards = [event_of(one) for one in reversed(story.events)]
    assert fold(backwards, STANDARD).sellers["S"].entries == story.now().entries


def test_a_complainants_granted_appeal_opens_the_complaint_again(story):
    story.verdict("v1", "2026-03-01", outcome="rejected")
    story.appeal("a", "2026-03-02", "v1", by="complainant").decide("a", "2026-03-03", "granted")
    assert story.now().balance == 12
    story.verdict("v2", "2026-03-04", complaint_id="complaint of v1")
    assert (story.now().balance, story.why_refused()) == (6, [])


def test_who_won_a_verdict_cannot_appeal_it(story):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-01", outcome="rejected")
    story.appeal("a", "2026-03-02", "v1", by="complainant").appeal("b", "2026-03-02", "v2")
    story.appeal("c", "2026-03-02", "v3")
    assert story.why_refused() == [
        "appeal 'a': the complainant won verdict 'v1'",
        "appeal 'b': the seller won verdict 'v2'",
        "appeal 'c': there is no verdict 'v3'",
    ]


def test_what_cannot_be_found_is_refused(story):
    story.verdict("v1", "2026-03-01")
    story.decide("nothing", "2026-03-02", "granted")
    story.tell("action_done", "x", "2026-03-02", sanction_id="S/low/9")
    facts = {"moderator": "Mia", "why": "?"}
    story.tell("override", "y", "2026-03-02", action="lift", target_id="S/low/7", **facts)
    story.verdict("v2", "2026-03-02", complaint_id="complaint of v1", supersedes="v0")
    assert story.why_refused() == [
        "there is no appeal 'nothing' to decide",
        "there is no sanction or entry 'S/low/9'",
        "there is no sanction or entry 'S/low/7'",
        "verdict 'v0' is not the standing verdict on complaint 'complaint of v1', so it cannot be "
        "superseded",
    ]


def test_a_person_may_lift_a_suspension(story):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
    facts = {"moderator": "Mia", "why": "a mistake"}
    story.tell("override", "x", "2026-03-03", action="lift", target_id="S/depleted/1", **facts)
    assert (story.done(), story.now().status) == ([("suspend", "voided")], "warned")


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
        events = [event_of(one) for one in story.events]
        [refused] = fold(events, story.policies).refused
        assert refused.line == 2
