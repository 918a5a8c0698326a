"""How long after an order its complaint comes: the delay's distribution, and the doubt about it.

The distribution comes from complaints that name their order where there are enough; otherwise from
the panel of sellers' daily complaints against their lagged daily orders, by maximum likelihood of a
gamma-shaped delay, with sellers' rates and days' factors profiled out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, special

from detector.durations import DAY_US
from detector.history.history import History, Orders, first_rows

Array = NDArray[np.float64]

_LINKED_MIN = 300
"""Linked complaints that make the delay's histogram reliable to about a tenth of a day."""
_SELLERS_MAX = 400
_DAYS_MAX = 240
_LONGEST_MIN = 45
"""Delays of up to so many days are fitted however short the history is; longer ones up to a third
of it, so that enough days remain to show them."""
_LATEST_SHARE = 0.001
"""Share of the complaints with the longest delays, which are cut off."""
_RIVAL_MEANS = 14
_RIVAL_VARIATIONS = (0.3, 0.7, 1.2)
"""Delays that compete with the best one: mean days, spread evenly in their logarithm from a fifth
of a day on, and standard deviations over the mean."""
_BAGS = 200
"""Samples of the sellers, over which the weights of delays are averaged to about 2 %."""


@dataclass(frozen=True, slots=True)
class DelayDistribution:
    """The delay from an order to its complaint, and a usual seller's orders."""

    probabilities: Array
    """(L,) probability that a complaint follows its order by 0, 1, … L - 1 days; sums to 1."""
    usual_orders: float
    """Median over sellers of orders a day: the exposure of a seller without recorded orders."""
    market_began: int
    """When the market's first complaint was filed, microseconds UTC."""
    doubt: float = 0.0
    """How little is known of it, from 0 (all) to 1: a Dirichlet's 1 / (concentration + 1). At
    1, one unknown delay holds for all complaints."""

    @property
    def mean_days(self) -> float:
        """The expected delay."""
        return float((self.probabilities * np.arange(len(self.probabilities))).sum())

    @property
    def mean_days_sd(self) -> float:
        """Standard deviation of what the mean delay may be."""
        days = np.arange(len(self.probabilities))
        spread = float((self.probabilities * (days - self.mean_days) ** 2).sum())
        return float(np.sqrt(self.doubt * spread))


def delay_distribution_of(history: History, instant: int, delay_days_max: int) -> DelayDistribution:
    """Estimate the delay from a history that holds nothing dated at or after the instant.

    `instant` is in microseconds UTC. Without orders the delay is 0 days.
    """
    began = int(history.complaints.filed_at.min(initial=instant))
    if history.orders is None or not history.orders.count.any():
        return DelayDistribution(np.ones(1), 1.0, began)
    found = _linked_delay(history, instant, delay_days_max)
    if found is None:
        found = _regressed_delay(history, instant, delay_days_max)
    delay, doubt = found
    return DelayDistribution(_trimmed(delay), _usual_orders(history, instant), began, doubt)


def orders_by_age(history: History, instant: int, horizon: int) -> sparse.csr_matrix:
    """(n, horizon) orders of each seller by their age in whole days."""
    assert history.orders is not None  # noqa: S101 - the callers have checked
    orders = history.orders
    age = order_age(orders, instant)
    inside = (age >= 0) & (age < horizon)
    return sparse.csr_matrix(
        (orders.count[inside], (orders.seller[inside], age[inside])),
        shape=(len(history.sellers), horizon),
    )


def order_age(orders: Orders, instant: int) -> NDArray[np.int64]:
    """(m,) whole days since the end of each row's day."""
    return np.asarray((instant - (orders.day.astype(np.int64) + 1) * DAY_US) // DAY_US)


def _usual_orders(history: History, instant: int) -> float:
    assert history.orders is not None  # noqa: S101 - the callers have checked
    n = len(history.sellers)
    total = np.bincount(history.orders.seller, weights=history.orders.count, minlength=n)
    first = np.full(n, instant // DAY_US, dtype=np.int64)
    rows = first_rows(history.orders.seller)
    first[history.orders.seller[rows]] = history.orders.day[rows]
    days = np.maximum(instant // DAY_US - first, 1)
    return float(np.median((total / days)[total > 0])) if (total > 0).any() else 1.0


def _linked_delay(history: History, instant: int, longest: int) -> tuple[Array, float] | None:
    """Complaints by their delay, each over the orders old enough to have drawn it by then.

    And the doubt about it: n complaints give a Dirichlet of concentration n.
    """
    delays = history.complaints.delay_days
    if delays is None:
        return None
    known = delays[np.isfinite(delays) & (delays >= 0) & (delays < longest)]
    if len(known) < _LINKED_MIN:
        return None
    assert history.orders is not None  # noqa: S101 - the callers have checked
    # A day counted from its start, since its first order may have drawn a complaint by now.
    age = (order_age(history.orders, instant) + 1).clip(0, longest)
    placed = np.bincount(age, history.orders.count, longest + 1)
    # Where a market is young or grows, most orders are too young for a long delay to show.
    followed = np.cumsum(placed[::-1])[::-1][:longest]
    seen = np.bincount(known.astype(np.int64), minlength=longest)
    chance = np.divide(seen, followed, out=np.zeros(longest), where=followed > 0)
    return (chance / chance.sum(), 1.0 / (len(known) + 1.0)) if chance.any() else None


def _trimmed(delay: Array) -> Array:
    """The delay without its longest thousandth: each day of it costs time."""
    days = int(np.searchsorted(np.cumsum(delay), 1.0 - _LATEST_SHARE)) + 1
    return np.asarray(delay[:days] / delay[:days].sum())


def _regressed_delay(history: History, instant: int, longest: int) -> tuple[Array, float]:
    """The gamma-shaped delays that explain sellers' daily complaints, mixed by their weights.

    A free distribution fitted to the same counts is twenty times further from the truth, and
    steps from the gamma towards a free one only lose: the counts are too noisy. Where orders are
    steady the counts tell nothing of the delay, and whatever fits best is an accident. So delays of
    all lengths compete with the best one, by how well they explain sellers drawn with replacement
    (the bagged posterior, which sellers that vary in other ways do not make certain).

    Returns the mixture, and the share of its variance that lies between the delays.
    """
    from scipy import optimize  # only training needs it, and it takes a third of a second

    age = (instant - 1 - history.complaints.filed_at) // DAY_US
    longest = min(longest, max(int(age.max(initial=0)) // 3, _LONGEST_MIN))
    complaints, orders = _largest_sellers(history, instant, longest)

    def loss(point: Array) -> float:
        return -float(_log_likelihoods(complaints, orders, _gamma_delay(point, longest)).sum())

    starts = [np.log([mean, 0.6]) for mean in (3.0, 8.0, 18.0)]
    start = min(starts, key=loss)
    best = optimize.minimize(
        loss, start, method="Nelder-Mead", options={"maxfev": 60, "xatol": 0.02, "fatol": 0.5}
    ).x
    means = np.geomspace(0.2, longest / 2.0, _RIVAL_MEANS)
    rivals = [np.log([mean, variation]) for mean in means for variation in _RIVAL_VARIATIONS]
    delays = np.stack([_gamma_delay(point, longest) for point in (best, *rivals)])
    weight = _bagged_weights(
        np.stack([_log_likelihoods(complaints, orders, delay) for delay in delays])
    )
    mixture, days = weight @ delays, np.arange(longest)
    spread = float(mixture @ (days - mixture @ days) ** 2)
    between = float(weight @ (delays @ days - mixture @ days) ** 2)
    return mixture, between / spread if spread > 0 else 0.0


def _bagged_weights(log_likelihoods: Array) -> Array:
    """(K,) weights of K delays from their log likelihoods (K, n) for n sellers.

    The posterior's mean over samples of the sellers with replacement; the draws are always the
    same, so that training stays deterministic.
    """
    sellers = log_likelihoods.shape[1]
    drawn = np.random.default_rng(0).multinomial(
        sellers, np.full(sellers, 1.0 / sellers), size=_BAGS
    )
    total = log_likelihoods @ drawn.T
    return np.asarray(special.softmax(total, axis=0).mean(axis=1))


def _gamma_delay(point: Array, longest: int) -> Array:
    """(L,) probabilities of whole days of a gamma delay; `point` is log mean and log variation."""
    mean, variation = np.exp(np.clip(point, np.log([0.2, 0.05]), np.log([longest, 2.0])))
    shape = 1.0 / variation**2
    steps = np.diff(special.gammainc(shape, np.arange(longest + 1.0) * shape / mean))
    return np.asarray((steps + 1e-6) / (steps + 1e-6).sum())


def _log_likelihoods(complaints: Array, orders: Array, delay: Array) -> Array:
    """(n,) Poisson likelihood of daily complaints, sellers' rates and days' factors fitted."""
    days = complaints.shape[1]
    # Orders l days older than a day feed its complaints; the oldest days only feed.
    share = sparse.diags(delay, -np.arange(len(delay)), shape=(orders.shape[1], days))
    offered = orders @ share + 1e-9
    mean = offered * (complaints.sum(axis=1) / offered.sum(axis=1))[:, None]
    mean *= (complaints.sum(axis=0) + 1.0) / (mean.sum(axis=0) + 1.0)
    return np.asarray((special.xlogy(complaints, mean) - mean).sum(axis=1))


def _largest_sellers(history: History, instant: int, longest: int) -> tuple[Array, Array]:
    """Daily complaints (n, D) and orders (n, D + longest), youngest day first."""
    volume = np.bincount(history.complaints.seller, minlength=len(history.sellers))
    chosen = np.sort(np.argsort(-volume, kind="stable")[:_SELLERS_MAX])
    age = (instant - 1 - history.complaints.filed_at) // DAY_US
    span = int(min(_DAYS_MAX, max(age.max(initial=0) - longest, 30)))
    inside = age < span
    shape = (len(history.sellers), span)
    place = (history.complaints.seller[inside], age[inside])
    counts = sparse.csr_matrix((np.ones(int(inside.sum())), place), shape=shape)
    orders = orders_by_age(history, instant, span + longest)
    return counts[chosen].toarray(), orders[chosen].toarray()
