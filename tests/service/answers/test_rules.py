"""What a complaint may cost: the bounds hold for whatever a verdict can say."""

from hypothesis import given
from hypothesis import strategies as st

from detector.rules import bundled, policies_of
from detector.rules.policy.bundled import bundled_text
from detector.rules.policy.policy import Points
from service.answers.rules import Ended, Facts, notice_text, stakes_of

COST = st.integers(0, 50)
WORDS = st.sampled_from(["low", "high"])


@st.composite
def all_points(draw):
    bounds = draw(st.none() | st.tuples(COST, COST).map(sorted))
    bands = draw(st.lists(COST, max_size=2))
    return Points(
        default=draw(COST),
        first=draw(st.none() | COST),
        severities=draw(st.dictionaries(WORDS, COST)),
        multipliers=draw(st.dictionaries(WORDS, st.integers(1, 4))),
        resolutions=draw(st.dictionaries(WORDS, COST)),
        bands=tuple((n + 1, cost) for n, cost in enumerate(bands)),
        low=bounds[0] if bounds else None,
        high=bounds[1] if bounds else None,
    )


@given(
    all_points(),
    st.none() | WORDS,
    st.none() | WORDS,
    st.none() | st.integers(1, 99),
    st.integers(1, 5),
)
def test_no_verdict_costs_less_or_more_than_the_notice_says(
    points, severity, resolution, chosen, nth
):
    least, most = stakes_of(points)
    cost = points.of(severity, resolution, chosen, nth)
    assert least <= cost <= most
    if points.first is not None and points.low is None:
        assert least <= points.first <= most


def test_a_notice_says_in_words_what_was_said_and_what_it_may_cost():
    facts = Facts("counterfeit", 1_772_359_200_000_000, "o 1", "shoe", 24)
    told = notice_text(facts, bundled("aliexpress-ipr").versions[0])
    assert "about order o 1 (listing shoe): counterfeit." in told
    assert "has cost nothing. If it is upheld it costs 0 to 12 points; you hold 24." in told
    assert "until 4 March 2026, 10:00 UTC; silence admits the complaint." in told
    assert "you can appeal within 7 days, and another person decides." in told


def test_a_notice_says_what_the_marketplace_does_until_the_answer():
    rules = '[policy.response]\nwindow = "3d"\ninterim = "listing_hidden"\n[policy.appeals]'
    text = bundled_text("standard").replace("[policy.appeals]", rules)
    told = notice_text(Facts("counterfeit", 0, None, None, 0), policies_of(text).versions[0])
    assert "silence lets it be dropped. Until then: listing hidden." in told


def test_a_notice_of_what_takes_no_points_says_so():
    facts = Facts("not_received", 0, None, None, 12)
    told = notice_text(facts, bundled("standard").versions[0])
    assert "These rules take no points for it." in told
    assert "until it is decided" in told


def test_a_notice_promises_no_points_back_and_names_no_evidence_where_there_is_none():
    policy, facts = bundled("standard").versions[0], Facts("not_received", 0, None, None, 12)
    ended = Ended("upheld", 0, can_appeal=True)
    told = notice_text(facts, policy, ended)
    assert "on evidence" not in told
    assert "You can appeal at any time; another person decides." in told
    costly = ended._replace(evidence=("photo_received",), elsewhere="parcel 7", points=6)
    told = notice_text(facts, policy, costly)
    assert "A person decided, on evidence, by" in told
    assert "another person decides, and the points come back if you win." in told
    rejected = notice_text(facts, policy, costly._replace(outcome="rejected"))
    assert "(further evidence is kept under: parcel 7)" in rejected
