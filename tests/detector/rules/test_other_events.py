"""Credits, notices, overrides and volumes: what each refuses, and what it leaves as it was."""

from __future__ import annotations

import pytest

FIRST, SECOND, THIRD = "2026-03-01", "2026-03-02", "2026-03-03"
PERSON = {"moderator": "Mia", "why": "hardship"}


def crediting(story, terms):
    return story.standard_with(("[policy.appeals]", f"[policy.credits]\n{terms}\n[policy.appeals]"))


def credited(story, name, on, points=2, why="training"):
    return story.tell("credit", name, on, seller_id="S", points=points, why=why)


def test_a_credit_of_a_kind_that_the_policy_does_not_name_is_refused(story):
    crediting(story, 'kind = "training"').verdict("v1", FIRST)
    credited(story, "k1", SECOND, why="apology")
    (why,) = story.why_refused()
    assert why == "credit 'k1': standard v1 grants credits for training, not for 'apology'"
    assert story.now().level == 6
    assert credited(story, "k2", THIRD).now().level == 4


def test_no_credit_is_granted_while_a_sanction_is_in_force_though_a_warning_is(story):
    crediting(story, 'precondition = "no_sanction"').verdict("v1", FIRST)
    assert credited(story, "k1", FIRST).now().level == 4
    story.verdict("v2", SECOND).verdict("v3", SECOND)
    credited(story, "k2", THIRD)
    (why,) = story.why_refused()
    assert why == "credit 'k2': standard v1 grants no credit while a sanction is in force"


def test_a_credit_within_the_cooldown_is_refused(story):
    crediting(story, 'cooldown = "10d"').verdict("v1", FIRST)
    credited(credited(story, "k1", SECOND), "k2", THIRD)
    assert story.why_refused() == ["credit 'k2': standard v1 grants no second credit so soon"]


@pytest.mark.parametrize(("points", "level"), [(2, 4), (3, 3), (5, 3)])
def test_a_credit_gives_no_more_than_the_policys_most(story, points, level):
    crediting(story, "points = 3").verdict("v1", FIRST)
    assert credited(story, "k", SECOND, points=points).now().level == level


def test_a_banked_credit_pays_for_a_later_charge_up_to_its_ceiling(story):
    crediting(story, "bank = true\nceiling = 14")
    credited(story, "k", FIRST, points=9).verdict("v1", SECOND)
    assert (story.now(FIRST).balance, story.now().balance) == (12, 8)


def test_only_a_standing_entry_is_forgiven(story):
    story.verdict("v1", FIRST).reverse("v1", SECOND)
    story.tell("override", "f", THIRD, action="forgive", target_id="v1", **PERSON)
    assert story.why_refused() == ["override 'f': there is no standing entry 'v1'"]


def test_the_second_of_two_entries_is_forgiven_and_the_first_stays(story):
    story.verdict("v1", FIRST).verdict("v2", SECOND)
    story.tell("override", "f", THIRD, action="forgive", target_id="v2", **PERSON)
    assert [one.state for one in story.now().entries] == ["standing", "reversed"]


@pytest.mark.parametrize("action", ["lift", "extend"])
def test_a_sanction_that_is_over_is_neither_lifted_nor_extended(story, action):
    story.verdict("v1", FIRST).verdict("v2", FIRST)
    facts = {"target_id": "S/depleted/1", "until": "2026-05-01"} | PERSON
    story.tell("override", "o", "2026-04-01", action=action, **facts)
    assert story.why_refused() == ["override 'o': there is no sanction 'S/depleted/1' in force"]


@pytest.mark.parametrize("until", [None, "2026-03-07", "2026-03-08"])
def test_a_suspension_is_extended_past_its_end_only(story, until):
    story.verdict("v1", FIRST).verdict("v2", FIRST)
    facts = {"target_id": "S/depleted/1", "until": until} | PERSON
    story.tell("override", "o", SECOND, action="extend", **facts)
    assert story.why_refused() == [
        "override 'o': to extend sanction 'S/depleted/1', 'until' must be after its end"
    ]


def test_a_notice_told_twice_holds_once_and_one_that_arrives_unheld_changes_nothing(story):
    story.verdict("v1", FIRST).verdict("v2", FIRST)
    before = story.now(THIRD)
    arrived = {"sanction_id": "S/depleted/1", "delivered": True}
    assert story.tell("notice", "n1", FIRST, **arrived).now(THIRD) == before
    for name in ("n2", "n3"):
        story.tell("notice", name, SECOND, **arrived | {"delivered": False})
    held = story.done(THIRD)
    story.tell("notice", "n4", THIRD, **arrived)
    assert (held, story.done(THIRD)) == ([("suspend", "stayed")], [("suspend", "in_force")])


RATE = """[[policy.rates]]
  id = "r"
  share = 0.005
  evaluation_day = 20
  windows = [{ window = "90d", at_least = 100 }]
  [[policy.tiers]]
  id = "rated"
  rate = "r"
  steps = [{ action = "restrict", effects = [] }]
  [[policy.tiers]]
  id = "low\""""


def rated(story):
    rate = RATE.replace(", effects = []", "")
    return story.standard_with(('[[policy.tiers]]\n  id = "low"', rate)).verdict("v1", FIRST)


@pytest.mark.parametrize(
    ("on", "transactions", "is_restricted"),
    [
        ("2026-03-20", {"90d": 100}, True),
        ("2026-03-19", {"90d": 100}, False),
        ("2026-03-20", {"90d": 99}, False),
        ("2026-03-20", {"30d": 100}, False),
        ("2026-03-20", {"90d": 1_000}, False),
    ],
)
def test_a_rate_is_judged_on_its_day_and_by_enough_transactions(
    story, on, transactions, is_restricted
):
    rated(story).tell("volume", "m", on, seller_id="S", transactions=transactions)
    assert any(one.kind == "restrict" for one in story.now().sanctions) == is_restricted


def test_a_rate_that_stays_over_fires_once_and_again_after_it_was_under(story):
    rated(story)
    for month, total in ((3, 100), (4, 100), (5, 1_000)):
        story.tell(
            "volume", f"m{month}", f"2026-{month:02}-20", seller_id="S", transactions={"90d": total}
        )
    assert [one.kind for one in story.now().sanctions].count("restrict") == 1
    story.verdict("v2", "2026-06-15")
    story.tell("volume", "m6", "2026-06-20", seller_id="S", transactions={"90d": 100})
    assert [one.kind for one in story.now().sanctions].count("restrict") == 2
