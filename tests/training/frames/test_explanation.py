"""What an explanation says is what the score rests on."""

from xml.etree import ElementTree as ET

import numpy as np
import pytest

from detector.assess import market_at, windows_and_features
from detector.errors import BadInput
from tests.training.frames.conftest import AS_OF
from training.frames.explanation import SHOWN_DAYS
from training.tables.instants import instant_of

AT = instant_of(AS_OF)


@pytest.fixture(scope="module")
def first(model, market):
    """The seller that comes first in the queue."""
    return model.assess(market.complaints, market.orders, as_of=AS_OF)["seller_id"][0].as_py()


@pytest.fixture(scope="module")
def explained(model, market, first):
    complaints, orders = market.complaints.to_pandas(), market.orders.to_pandas()
    return model.explain(complaints, orders, first, as_of=AS_OF)


def test_it_has_a_row_for_each_window_and_column(explained, model):
    days = model.settings.windows_days
    assert explained.table["days"].tolist() == [n for n in days for _ in model.trained_.columns]
    assert explained.table["column"].tolist() == list(model.trained_.columns) * len(days)


def test_the_counts_are_the_complaints_of_the_window(explained, market, first):
    filed = market.complaints.to_pandas()
    filed = filed[filed.seller_id == first].filed_at.astype("int64")
    for days, part in explained.table.groupby("days"):
        counted = ((filed < AT) & (filed >= AT - days * 86_400_000_000)).sum()
        assert part["count"].iloc[0] == counted


def test_the_numbers_are_those_that_the_score_is_made_of(explained, market, model, first):
    known = market.history().as_of(AT)
    of_market = market_at(known, AT, model.trained_)
    windows, features = windows_and_features(known, AT, model.trained_, of_market)
    place = known.sellers.index(first)
    np.testing.assert_array_equal(explained.table["expected"], windows.mean[place].ravel())
    np.testing.assert_array_equal(explained.table["evidence"], features.evidence[place].ravel())


def test_the_interval_is_around_what_was_expected(explained):
    table = explained.table
    assert (table["low"] <= np.ceil(table["expected"])).all()
    assert (table["high"] >= np.floor(table["expected"])).all()


def test_the_assessment_is_the_sellers_own(explained, model, market, first):
    table = model.assess(market.complaints.to_pandas(), market.orders.to_pandas(), as_of=AS_OF)
    row = table[table.seller_id == first].iloc[0]
    one = explained.assessment
    assert (one.score, one.rank, one.q_value) == (row["score"], row["rank"], row["q_value"])
    assert list(one.reasons) == row["reasons"] != []


def test_its_text_has_the_reasons(explained, first):
    lines = repr(explained).splitlines()
    assert lines[0].startswith(f"{first} as of 2024-08-20T00:00:00Z: rank 1, score ")
    assert lines[1:] == [f"- {reason}" for reason in explained.assessment.reasons]


def test_a_notebook_shows_a_chart_and_a_table(explained):
    page = explained._repr_html_()
    assert "<svg" in page
    assert "<table" in page
    assert explained.assessment.reasons[0].replace("&", "&amp;") in page
    assert ET.fromstring(explained.chart).tag.endswith("svg")


def test_the_chart_shows_the_days_that_the_explanation_counts(explained, market, model, first):
    assert f"Complaints about seller {first} by day" in explained.chart
    filed = market.complaints.to_pandas()
    filed = filed[filed.seller_id == first].filed_at.astype("int64")
    shown = ((filed < AT) & (filed >= AT - SHOWN_DAYS * 86_400_000_000)).sum()
    assert f"Complaints in {SHOWN_DAYS} days: {shown};" in explained.chart
    windows = explained.table[explained.table["column"] == model.trained_.columns[0]]
    longest = windows.loc[windows["days"].idxmax()]
    spike = windows.loc[windows["evidence"].idxmax()]
    expected = longest["expected"] * spike["days"] / longest["days"]
    assert f"{spike['count']} complaints, {expected:,.4g} expected." in explained.chart
    assert "As of 20 Aug 2024." in explained.chart
    assert "Not learnt from: 16 Jul 2024 to 22 Jul 2024." in explained.chart


def test_a_seller_without_a_spike_has_none_in_its_chart(model, market):
    table = model.assess(market.complaints, market.orders, as_of=AS_OF)
    last = table["seller_id"][-1].as_py()
    chart = model.explain(market.complaints, market.orders, last, as_of=AS_OF).chart
    assert "Spike from" not in chart


def test_names_cannot_break_out_of_the_page(model, market):
    name = "<script>alert(1)</script>"
    frame = market.complaints.slice(0, 40).to_pandas()
    frame["seller_id"] = name
    frame["category"] = name
    page = model.explain(frame, None, name, as_of="2024-04-25")._repr_html_()
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_seller_that_nobody_knows_is_refused(model, market):
    with pytest.raises(BadInput, match="seller 'nobody' has neither a complaint nor an order befo"):
        model.explain(market.complaints, market.orders, "nobody", as_of=AS_OF)
