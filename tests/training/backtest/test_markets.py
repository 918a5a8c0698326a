import pytest

from detector.errors import BadInput
from training.backtest.markets import MARKETS, market_named


@pytest.mark.parametrize("name", MARKETS)
def test_every_market_can_be_had_in_another_size(name):
    market = market_named(name, sellers=7, days=30)
    assert (market.sellers, market.days) == (7, 30)


def test_an_unknown_market_is_refused_with_the_names():
    with pytest.raises(BadInput, match="without-orders"):
        market_named("atlantis")
