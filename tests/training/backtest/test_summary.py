"""The numbers as JSON and the alerts as a table say the same thing."""

import json

import pytest

from training.backtest.summary import FORMAT, alerts_table, summary_of


@pytest.fixture(scope="module")
def summary(tested):
    return summary_of(tested, {"title": "t"})


def test_the_summary_is_plain_json(summary):
    again = json.loads(json.dumps(summary, allow_nan=False))
    assert again["format"] == FORMAT
    assert again["methods"][0]["name"] == "this detector"


def test_the_policies_are_stated(summary):
    assert "14 days" in summary["policies"]["queue"]
    assert "3 days after it ended" in summary["policies"]["found"]


def test_precision_is_the_share_of_alerts_with_an_episode(tested, summary):
    rows = alerts_table(tested).to_pylist()
    for method in summary["methods"]:
        for judged in method["queue"]:
            if judged["per_day"] not in summary["plan"]["budgets"]:
                continue
            own = [
                row
                for row in rows
                if (row["method"], row["budget"]) == (method["name"], judged["per_day"])
            ]
            right = [row for row in own if row["episode_id"] is not None]
            assert (len(right), len(own)) == (
                judged["precision"]["part"],
                judged["precision"]["whole"],
            )


def test_the_top_alerts_are_the_best_scored(tested, summary):
    scores = [row["score"] for row in summary["top_alerts"]]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == tested.methods[0].alerts[2.0].score.max()


def test_budgets_are_stated_for_four_thousand_sellers(summary):
    scored = summary["data"]["sellers_scored_mean"]
    assert summary["plan"]["budgets_per_4000_sellers"][0] == pytest.approx(
        2 * 4_000 / scored, abs=0.01
    )
