"""Sentences for people: numbers, window, column, and good English."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from detector.evidence.reasons import (
    BRIGADE,
    Finding,
    is_brigade,
    is_cut_off,
    reasons_of,
    stand_out_alone,
    with_chance,
)
from detector.expectation.baseline import Windows
from detector.expectation.panel import ALL, REPEAT_BUYER, WITHOUT_EVIDENCE


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (
            Finding(ALL, 3, 57, 4.52, 51.0),
            "57 complaints of any kind in the last 3 days where about 4.5 were expected.",
        ),
        (
            Finding("counterfeit", 1, 1, 0.01, 4.0),
            "1 complaint of “counterfeit” in the last day where about none were expected.",
        ),
        (
            Finding(WITHOUT_EVIDENCE, 28, 80, 21.4, 12.0),
            "80 complaints without evidence in the last 28 days where about 21 were expected.",
        ),
    ],
)
def test_a_finding_reads_as_a_sentence(finding, sentence):
    assert finding.sentence() == sentence


@given(st.integers(1, 10**6), st.floats(1e-9, 1e5), st.floats(3.0, 1e3))
def test_every_sentence_names_count_window_and_category(count, expected, evidence):
    sentence = Finding("x, “y”", 7, count, expected, evidence).sentence()
    assert sentence.startswith(f"{count:,} complaint")
    assert "“x, “y””" in sentence
    assert "the last 7 days" in sentence
    assert sentence.endswith("were expected.")


def with_chance_of(p, q, sellers, fdr=0.1, *, is_cut=False):
    """What one seller with one reason is told."""
    (said,) = with_chance(
        [("Why.",)],
        np.array([p]),
        np.array([q]),
        sellers,
        (3, 7),
        fdr=fdr,
        is_cut=np.array([is_cut]),
    )
    return said


@pytest.mark.parametrize(
    ("p", "often"),
    [
        (3 / 10_000, "10 times a day"),
        (3 / 1_000, "once a day"),
        (3 / 100 / 400, "once in 400 days"),
        (3 / 100 / 1234, "once in 3 years"),
        (1e-30, "once in more than 1,000 years"),
    ],
)
def test_chance_is_said_after_all_sellers_and_windows(p, often):
    sellers = 100_000 if often.startswith("10") else 1_000 if often == "once a day" else 100
    said = with_chance_of(p, 0.01, sellers)
    assert said == ("Why.", f"Chance alone brings as much about {often} in a market of this size.")


def test_chance_brings_more_than_the_score_holds_no_more_often_than_the_score():
    change = Finding("(mix of categories)", 28, 61, 1.0, 70.0, part="(new)", of=83, words="{were}")
    spike = Finding("(all)", 7, 61, 1.0, 70.0)
    assert is_cut_off([spike, change], 6.0)
    assert not is_cut_off([spike, change], 71.0)
    assert not is_cut_off([spike], 6.0)
    assert is_cut_off([replace(spike, complaints=0)], 6.0)  # a silence
    said = with_chance_of(3 / 100 / 4, 0.5, 100, is_cut=True)
    assert said[1] == "Chance alone brings as much at most once in 4 days in a market of this size."


def test_who_is_not_flagged_is_told_why_and_who_has_no_reason_nothing():
    reasons = [("Why.",), ("Why.",), ()]
    p, q = np.full(3, 1e-4), np.array([0.62, 0.0999, 1.0])
    first, second, third = with_chance(
        reasons, p, q, 1_000, (3, 7), fdr=0.1, is_cut=np.zeros(3, dtype=bool)
    )
    assert first[-1] == (
        "Not flagged: 62 of 100 sellers that stand out as much would do so by chance, and flags "
        "allow 10."
    )
    assert len(second) == 2
    assert third == ()


@pytest.mark.parametrize(
    ("q", "fdr", "found", "allowed"),
    [
        (0.104, 0.1, "10.4", "10"),
        (0.1004, 0.1, "10.04", "10"),
        (0.00512, 0.00511, "0.512", "0.511"),
        (0.1, 0.1, "10", "fewer"),
    ],
)
def test_two_shares_that_round_alike_are_told_apart(q, fdr, found, allowed):
    said = with_chance_of(1e-4, q, 100, fdr)
    assert said[-1] == (
        f"Not flagged: {found} of 100 sellers that stand out as much would do so by chance, and "
        f"flags allow {allowed}."
    )


@given(st.floats(1e-9, 0.999), st.floats(0.0, 1.0), st.sampled_from([1e-9, 1e-4, 1e-2, 1.0]))
def test_what_is_not_flagged_never_reads_as_if_it_could_be(fdr, beyond, scale):
    q = min(fdr + beyond * scale * fdr, 1.0)
    said = with_chance_of(1e-4, q, 100, fdr)
    found, allowed = re.fullmatch(r"Not flagged: (\S+) of .* flags allow (.+)\.", said[-1]).groups()
    assert allowed == "fewer" or float(found) > float(allowed)
    if allowed == "fewer":
        assert q == pytest.approx(fdr, rel=1e-4)


def test_a_brigade_is_said_first():
    finding = Finding(ALL, 7, 9, 1.0, 8.0)
    assert reasons_of((finding,), brigade=True) == (BRIGADE, finding.sentence())
    assert reasons_of((finding,), brigade=False) == (finding.sentence(),)


def test_signs_of_preparation_are_said_in_its_place():
    finding = Finding(ALL, 7, 9, 1.0, 8.0)
    said = reasons_of((finding,), brigade=True, signs=("they met", "they wrote"))
    assert said == (
        "Suspected brigade: they met and they wrote, so look at the complainants first.",
        finding.sentence(),
    )


@pytest.mark.parametrize(("odds", "brigade"), [(1.0, False), (2.9, False), (3.0, True)])
def test_dependent_complainants_make_a_brigade_of_an_excess_with_evidence(odds, brigade):
    columns, days = (ALL, WITHOUT_EVIDENCE, REPEAT_BUYER), (1, 3, 7, 14, 28)
    assert is_brigade(excess(4, 1, 1), columns, days, np.array([odds])).tolist() == [brigade]
    assert is_brigade(excess(1, 1, 1), columns, days, np.array([odds])).tolist() == [False]


def excess(all_, without, repeated):
    """Windows of one seller in whom that many complaints came where one was expected."""
    counts = np.tile(np.array([all_, without, repeated], dtype=float), (1, 5, 1))
    return Windows(counts, np.ones_like(counts), np.ones_like(counts))


@pytest.mark.parametrize(
    ("counts", "brigade"),
    [
        ((11, 1, 1), False),
        ((11, 11, 1), True),
        ((11, 1, 6), True),
        ((4, 4, 4), False),
    ],
)
def test_few_buyers_or_no_evidence_make_a_brigade_of_a_large_excess(counts, brigade):
    columns = (ALL, WITHOUT_EVIDENCE, REPEAT_BUYER)
    assert is_brigade(excess(*counts), columns, (1, 3, 7, 14, 28)).tolist() == [brigade]


@pytest.mark.parametrize(
    ("days", "judged_by"),
    [((1, 3, 7, 14, 28), 3), ((3, 7, 14, 28), 2), ((3, 7), 1), ((28,), 0)],
)
def test_a_brigade_is_judged_by_two_weeks_whatever_other_windows_there_are(days, judged_by):
    counts = np.ones((1, len(days), 3))
    counts[0, judged_by] = 11.0
    windows = Windows(counts, np.ones_like(counts), np.ones_like(counts))
    assert is_brigade(windows, (ALL, WITHOUT_EVIDENCE, REPEAT_BUYER), days).tolist() == [True]


findings = st.lists(
    st.builds(
        Finding,
        st.sampled_from([ALL, WITHOUT_EVIDENCE, "damaged", "late"]),
        st.sampled_from([3, 28]),
        st.integers(1, 60),
        st.floats(1e-6, 30.0),
        st.just(9.0),
    ),
    max_size=3,
)
came_since = st.dictionaries(st.sampled_from(["damaged", "late", "rare"]), st.integers(1, 40))


@given(findings, came_since, st.sampled_from([0.001, 0.01, 0.1]))
def test_news_stand_out_alone_where_chance_brings_as_many_as_rarely_as_asked(found, came, p_max):
    counts = {ALL: sum(came.values())} | came
    tails = [
        poisson.sf(min(counts.get(one.column, 0), one.complaints) - 1, one.expected)
        for one in found
        if min(counts.get(one.column, 0), one.complaints) > 0
    ]
    assert stand_out_alone(found, came, p_max) == (min(tails, default=1.0) <= p_max)


@given(findings, came_since)
def test_more_news_never_stand_out_less(found, came):
    more = {category: count + 3 for category, count in came.items()}
    assert stand_out_alone(found, more, 0.01) >= stand_out_alone(found, came, 0.01)


def test_what_complaints_are_made_of_is_no_news_alone():
    change = Finding("damaged", 28, 40, 0.001, 60.0, part="night", of=40, words="{were} at night")
    assert not stand_out_alone([change], {"damaged": 40}, 0.01)
    assert stand_out_alone([replace(change, of=None)], {"damaged": 40}, 0.01)
