"""What a made-up marketplace is like: every constant of the simulator, with its unit and why.

These numbers belong to the simulator alone. The detector never reads them: it has to learn what
it needs from complaints and orders, as it would anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from detector.errors import BadInput

COMMON_KINDS: Final = ("category_surge", "general_surge", "slow_ramp", "category_shift", "brigade")
"""The kinds of episode that are planted unless others are asked for."""
PREPARED_BRIGADE: Final = "prepared_brigade"
"""A brigade whose people each bring an account of their own and evidence, at an agreed hour."""
MIX_SWITCH: Final = "mix_switch"
"""A seller whose business has changed: as many complaints as ever, about something else."""
SLOW_CREEP: Final = "slow_creep"
"""A seller that declines over months, too slowly for its last weeks to stand out."""
KINDS: Final = (*COMMON_KINDS, PREPARED_BRIGADE, MIX_SWITCH, SLOW_CREEP)
"""The kinds of planted episode."""
GROUPS_MAX: Final = 1_000
"""Groups of a marketplace: each seller's are drawn from all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A season in which everybody sells more, and buyers are a little less patient."""

    month: int
    day: int
    days: int
    orders: float
    """Times the usual orders."""
    complaints: float = 1.1
    """Times the usual complaints per order: parcels are late when everybody buys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disruption:
    """Something that happens to the whole market and is no seller's fault."""

    category: str | None = "not_received"
    """The category it raises; None raises all of them."""
    factor: float = 3.0
    """Times the usual complaints."""
    days: int = 21
    starts: float | None = None
    """Share of the span after which it starts; None lets the seed choose from the last 60 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episodes:
    """How many episodes are planted, of which kinds and sizes."""

    per_seller_year: float = 0.1
    """About one planted episode a day on 4,000 sellers; 0 plants none."""
    kinds: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(COMMON_KINDS, 1.0))
    """Weight of each kind."""
    excess_sd: tuple[float, float] = (3.0, 12.0)
    """Excess complaints, in standard deviations of what the seller's window varies anyway."""
    excess_min: int = 4
    """Fewer complaints than this are nobody's episode, however quiet the seller is."""
    surge_days: tuple[int, int] = (4, 21)
    ramp_days: tuple[int, int] = (21, 56)
    brigade_days: tuple[int, int] = (1, 7)
    brigade_buyers: tuple[int, int] = (2, 5)
    prepared_days: tuple[int, int] = (1, 3)
    """Those who prepare are done in days: a crowd that lasts is found out."""
    switch_days: tuple[int, int] = (28, 84)
    creep_days: tuple[int, int] = (120, 240)
    creep_growth: tuple[float, float] = (1.0, 3.0)
    """What a slow creep adds to the usual complaints by its last day, as a multiple of them."""
    expected_min: float = 12.0
    """Fewer expected complaints show neither another mix nor a slow creep."""
    prepared_minutes: float = 60.0
    """The agreed hour of each day, in which the people of a prepared brigade file."""
    seller_age_days_min: int = 60
    """An episode in a seller's first weeks could not be told apart from the seller's usual rate."""
    upheld_share: float | None = None
    """Of the complaints with evidence that an episode other than a brigade adds; without, half as
    many. A bad batch is proved more often than a grudge. None is the market's share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marketplace:
    """A made-up marketplace. `Marketplace()` is a middling one; `replace` makes any other."""

    sellers: int = 4_000
    days: int = 500
    starts_on: date = date(2024, 1, 1)

    orders_per_day_median: float = 2.0
    orders_per_day_log_sd: float = 1.6
    """Log-normal volumes: a few sellers take most orders, as on every marketplace."""
    orders_dispersion: float = 0.3
    """Squared coefficient of variation of a seller's daily demand beyond Poisson."""
    orders_per_day_growth_per_year: float = 1.0
    """Times the orders of a year before; 1 is a market that stands still."""
    joining_late_share: float = 0.3
    leaving_early_share: float = 0.05

    complaints_per_order_mean: float = 0.02
    complaints_per_order_shape: float = 2.0
    """Gamma shape of sellers' own rates: at 2 the worst tenth draws twice the mean."""
    chronic_share: float = 0.0
    """Sellers that are bad from their first day on, and stay so."""
    chronic_factor: float = 5.0
    """Times the complaints for each order that they would have had otherwise."""
    complaints_dispersion: float = 0.3
    """Squared coefficient of variation of a seller-day's intensity: gamma, all categories
    alike."""
    complaints_dispersion_log_sd: float = 0.0
    """Standard deviation over sellers of its logarithm: at 1 some file in bursts all year round."""
    complaints_clump_mean: float = 1.0
    """Complaints that one cause brings on its day (geometric): one lost parcel, three of them."""
    complaints_drift_sd_per_year: float = 0.2
    """Standard deviation of the logarithm of a seller's rate after a year of weekly steps."""
    categories: Mapping[str, float] = field(
        default_factory=lambda: {
            "counterfeit": 0.1,
            "damaged": 0.2,
            "not_as_described": 0.3,
            "not_received": 0.4,
        }
    )
    """Share of each category in the whole market's complaints."""
    mix_concentration: float = 12.0
    """Dirichlet concentration of sellers' mixes around the market's; larger is more alike."""

    delay_days_mean: float = 9.0
    """From order to complaint: delivery, and some days of patience."""
    delay_days_sd: float = 5.0
    delay_days_max: int = 45

    weekly_orders: tuple[float, ...] = (1.1, 1.05, 1.0, 0.95, 0.95, 0.9, 1.05)
    """Monday first."""
    weekly_complaints: tuple[float, ...] = (1.3, 1.2, 1.1, 1.05, 1.0, 0.7, 0.65)
    """Monday first: people complain from their desks."""
    sales: tuple[Sale, ...] = (
        Sale(month=6, day=10, days=10, orders=1.5),
        Sale(month=11, day=24, days=7, orders=2.5, complaints=1.2),
        Sale(month=12, day=8, days=14, orders=1.8, complaints=1.3),
    )
    sale_log_sd: float = 0.3
    """How differently sellers take part in sales."""
    disruptions: tuple[Disruption, ...] = (Disruption(),)
    episodes: Episodes = field(default_factory=Episodes)

    orders_recorded: bool = True
    """False leaves the orders table out: complaints are all that is known."""
    linked_share: float = 0.0
    """Complaints that name their order; above 0, orders are recorded one by one."""
    groups: int = 0
    """Carriers or the like, of which each seller uses one to three; 0 records none."""
    frequent_complainants_share: float = 0.08
    """Complaints by people who complain everywhere."""
    same_buyer_again_share: float = 0.03
    """Complaints by the buyer who filed the seller's previous one."""
    evidence_mean: float = 1.2
    """Pieces of evidence with an honest complaint (Poisson)."""
    decision_days_mean: float = 8.0
    upheld_share: float = 0.5
    """Of honest complaints with evidence; without, half as many."""
    unfounded_share: float = 0.05

    @property
    def linear_dispersion(self) -> float:
        """Variance of a day's complaints beyond Poisson's, for each that is expected."""
        return 2.0 * (self.complaints_clump_mean - 1.0)

    def __post_init__(self) -> None:
        """Refuse a market that cannot be simulated."""
        if self.sellers < 1 or self.days < 1:
            raise BadInput("a marketplace needs at least one seller and one day")
        if not 0 <= self.groups <= GROUPS_MAX:
            raise BadInput(f"a marketplace has 0 to {GROUPS_MAX:,} groups")
        if not self.categories or min(self.categories.values()) <= 0:
            raise BadInput("every category needs a share above 0")
        if self.complaints_clump_mean < 1:
            raise BadInput("a cause brings at least one complaint")
        if self.linked_share and not self.orders_recorded:
            raise BadInput("complaints can only name orders that are recorded")
        for name in (d.category for d in self.disruptions):
            if name is not None and name not in self.categories:
                raise BadInput(f"a disruption names the unknown category {name!r}")
        for kind in self.episodes.kinds:
            if kind not in KINDS:
                raise BadInput(f"unknown kind of episode {kind!r}; there are {', '.join(KINDS)}")
