"""The report: one file, no network, everything named and escaped."""

import re

import pytest

from training.backtest.report import report_of
from training.backtest.summary import summary_of

ABOUT = {"title": "<market> & co", "truth": "Planted.", "background": None, "command": "detector"}


@pytest.fixture(scope="module")
def page(tested):
    return report_of(summary_of(tested, ABOUT))


def test_the_page_needs_nothing_from_elsewhere(page):
    addresses = re.findall(r'(?:src|href)=|url\(|@import|<script|https?://[^" ]+', page)
    assert set(addresses) <= {"http://www.w3.org/2000/svg"}


def test_names_are_escaped(page):
    assert "<market>" not in page
    assert "&lt;market&gt; &amp; co" in page


def test_every_method_is_in_it_with_its_source(page, tested):
    for method in tested.methods:
        assert method.name in page
        assert method.does[:30].replace("'", "&#39;") in page


def test_charts_are_drawn_where_there_are_episodes(page):
    assert page.count("<svg") == 6


def test_a_market_too_small_for_its_budget_is_pointed_out(page, tested):
    assert "more alerts can find less" in page
    summary = summary_of(tested, ABOUT)
    summary["plan"]["sellers_with_open_case"] = [0.01, 0.02]
    assert "more alerts can find less" not in report_of(summary)


def test_without_episodes_the_page_says_so(tested):
    summary = summary_of(tested, ABOUT)
    summary["data"]["episodes"] = None
    assert "has no recall" in report_of(summary)
    summary["data"]["episodes"] = 0
    assert "every flag is false" in report_of(summary)
