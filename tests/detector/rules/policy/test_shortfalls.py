"""Remarks on what European law asks of a policy: each with its article, none where it is met."""

from __future__ import annotations

import re

import pytest

from detector.rules import bundled, policies_of
from detector.rules.policy.bundled import bundled_text
from detector.rules.policy.shortfalls import shortfalls

STANDARD = bundled_text("standard-eu")


def remarks(text: str) -> list[str]:
    return shortfalls(policies_of(text).versions[-1])


def test_the_european_standard_leaves_nothing_to_remark():
    assert remarks(STANDARD) == []


def test_the_standard_policy_gives_too_little_time_names_no_body_and_lets_a_verdict_be_silent():
    told = shortfalls(bundled("standard").versions[-1])
    assert [one.split(":")[0] for one in told] == [
        "appeals.window",
        "appeals.external",
        "reasons_needed",
    ]
    assert "30 days to complain" in told[0]
    assert "six months, 184 days, for the seller and for who gave notice" in told[0]
    assert "verdict may be without a reason" in told[2]


@pytest.mark.parametrize(("window", "falls_short"), [("183d", True), ("184d", False)])
def test_six_months_are_the_longest_that_six_months_last(window, falls_short):
    text = STANDARD.replace('window = "184d"', f'window = "{window}"')
    assert bool(remarks(text)) == falls_short


def test_no_end_to_complain_is_long_enough():
    assert remarks(STANDARD.replace('window = "184d"', "")) == []


@pytest.mark.parametrize(
    ("old", "new", "article"),
    [
        ("at = 6\n", "at = 12\n", "tier 'depleted': its first step is suspend.* DSA Art. 23"),
        ('"warn"', '"suspend"', "tier 'low': its first step is suspend"),
        ('"warn"', '"remove"', "tier 'low': it removes without a notice of 30 days before; P2B"),
        ("external = ", "# ", "appeals.external: no out-of-court .* DSA Art. 17"),
        (
            "# Left out, `reasons_needed`",
            'reasons_needed = ["verdict"] #',
            "reasons_needed: rejection, approval, appeal may be without a reason",
        ),
    ],
)
def test_each_shortfall_names_its_place_and_its_article(old, new, article):
    assert old in STANDARD
    assert re.search(article, "\n".join(remarks(STANDARD.replace(old, new))))


def test_a_removal_with_notice_is_not_remarked_for_its_notice():
    removes = STANDARD.replace('"warn"', '"remove"')
    noticed = removes.replace("at = 6\n", 'at = 6\n  notice_before = "30d"\n')
    assert any("P2B" in one for one in remarks(removes))
    assert not any("P2B" in one for one in remarks(noticed))
