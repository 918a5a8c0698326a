from dataclasses import replace

import pytest

from detector.errors import BadInput
from training.simulator import Marketplace


def test_categories_need_shares_above_nothing():
    for categories in ({}, {"damaged": 0.0}):
        with pytest.raises(BadInput, match="every category needs a share"):
            replace(Marketplace(), categories=categories)


def test_a_week_has_seven_factors():
    market = Marketplace()
    assert len(market.weekly_orders) == len(market.weekly_complaints) == 7
