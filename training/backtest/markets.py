"""Named made-up marketplaces to be judged on: what a claim of robustness has to survive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from detector.errors import BadInput
from training.simulator import Disruption, Episodes, Marketplace

NO_EPISODES: Final = Episodes(per_seller_year=0.0)

MARKETS: Final[Mapping[str, Marketplace]] = {
    "default": Marketplace(),
    "without-orders": Marketplace(orders_recorded=False),
    "small-sellers": Marketplace(
        orders_per_day_median=0.5, orders_per_day_log_sd=1.2, complaints_per_order_mean=0.03
    ),
    "large-sellers": Marketplace(
        sellers=1_500,
        orders_per_day_median=20.0,
        orders_per_day_log_sd=1.3,
        complaints_per_order_mean=0.01,
        complaints_dispersion=0.8,
        complaints_drift_sd_per_year=0.4,
    ),
    "slow-delay": Marketplace(
        delay_days_mean=20.0,
        delay_days_sd=8.0,
        complaints_per_order_shape=0.8,
        mix_concentration=4.0,
        complaints_dispersion=0.6,
        orders_per_day_growth_per_year=2.0,
    ),
    "stopping-sellers": Marketplace(
        leaving_early_share=0.5,
        complaints_per_order_mean=0.04,
        delay_days_mean=30.0,
        delay_days_sd=20.0,
        delay_days_max=150,
    ),
    "clumped": Marketplace(complaints_clump_mean=1.8, complaints_dispersion=0.1),
    "bursty-sellers": Marketplace(complaints_dispersion_log_sd=1.0),
    "no-episodes-clumped": Marketplace(
        episodes=NO_EPISODES, complaints_clump_mean=1.8, complaints_dispersion=0.1
    ),
    "no-episodes-bursty-sellers": Marketplace(
        episodes=NO_EPISODES, complaints_dispersion_log_sd=1.0
    ),
    "disrupted": Marketplace(
        disruptions=(
            Disruption(category="not_received", factor=4.0, days=14, starts=0.8),
            Disruption(category=None, factor=2.0, days=10, starts=0.9),
        )
    ),
    "no-episodes": Marketplace(episodes=NO_EPISODES),
    "no-episodes-without-orders": Marketplace(episodes=NO_EPISODES, orders_recorded=False),
    "tripling": Marketplace(
        episodes=NO_EPISODES,
        disruptions=(Disruption(category=None, factor=3.0, days=21, starts=0.85),),
    ),
}
"""`stopping-sellers`: half of all sellers stop one day, and the last complaints about their orders
come months later. `clumped`: one cause brings 1.8 complaints. `bursty-sellers`: one seller in six
scatters more than e times as much as the usual one. `tripling`: all complaints of the market triple
for three weeks, and no seller is to blame."""


def market_named(name: str, *, sellers: int | None = None, days: int | None = None) -> Marketplace:
    """One of `MARKETS`, of another size where asked; BadInput where there is none of that name."""
    if name not in MARKETS:
        raise BadInput(f"there is no market {name!r}; there are {', '.join(MARKETS)}")
    market = MARKETS[name]
    return replace(
        market,
        sellers=market.sellers if sellers is None else sellers,
        days=market.days if days is None else days,
    )
