from detector.durations import DAY_US
from detector.history.aliases import Alias, joined
from tests.detector.history.test_aliases import same
from training.simulator.rekeying import with_rekeyed


def test_a_rekeyed_market_joined_again_has_every_row(market):
    history, first = market.history(), market.truth.first_day
    planted = with_rekeyed(history, {3: first + 100, 7: first + 150})
    assert len(planted.sellers) == len(history.sellers) + 2
    back = [
        Alias("new" + history.sellers[seller], history.sellers[seller], (first + day) * DAY_US)
        for seller, day in ((3, 100), (7, 150))
    ]
    same(joined(planted, back, is_checked=False), history)
