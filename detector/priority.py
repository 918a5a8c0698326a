"""How urgently a case needs a person: chance that it is real x harm x urgency.

The product is a sum of logarithms, so that the number shown is the sum of the parts shown. Urgency
grows by a constant amount a day. So the order of two cases changes only when one of them changes,
which lets the store keep the queue sorted, and a case that waits long enough comes before any new
case.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from detector.durations import DAY_US
from detector.errors import BadInput


@dataclass(frozen=True, slots=True)
class PriorityPolicy:
    """The numbers behind the order of the queue."""

    chance_min: float = 0.01
    """Floor of a case's chance, so that its logarithm is finite."""
    severities: Mapping[str, float] = field(
        default_factory=lambda: {"counterfeit": 4.0, "not_received": 2.0, "brigade": 0.5}
    )
    """Harm of one complaint, by category, against 1 for any other. A counterfeit harms the buyer
    and the rights holder; a brigade (a made-up category) harms the seller only."""
    depleted_weight: float = 2.0
    """Harm at zero points against a full balance: the next verdict suspends or removes."""
    belief_min: float = 0.1
    """Least weight of complainants: a spike of muted complainants still has its turn."""
    doubling_days: float = 1.0
    """Days of waiting that weigh as much as a doubling of chance or harm."""


@dataclass(frozen=True, slots=True)
class Stakes:
    """What is known of a case when it is put in order."""

    q_value: float
    """Share of false flags among sellers at least as suspicious; in [0, 1]."""
    exposure: float
    """Orders a week that could go wrong; complaints where orders are unknown; >= 0."""
    category: str
    """The category that the complaints are mostly about."""
    points_share: float
    """Points that a seller has over points that it started with; in [0, 1]."""
    belief: float = 1.0
    """Weight of the complainants against as many unknown ones, from their past; >= 0."""
    past_cases: float = 0.0
    """What closed cases taught of such cases: ln of the chance over that by score alone."""


STANDARD: Final = PriorityPolicy()
"""The default numbers."""


def base_of(stakes: Stakes, policy: PriorityPolicy = STANDARD) -> dict[str, float]:
    """The parts that do not change by waiting: natural logarithms, by name.

    Raises BadInput when a stake is not a number in its range.
    """
    _check(stakes)
    parts = {
        "chance": math.log(max(1.0 - stakes.q_value, policy.chance_min)),
        "orders_at_risk": math.log1p(stakes.exposure),
        "category": math.log(policy.severities.get(stakes.category, 1.0)),
        "complainants": math.log(max(stakes.belief, policy.belief_min)),
        "standing": (1.0 - stakes.points_share) * math.log(policy.depleted_weight),
    }
    return parts | {"past_cases": stakes.past_cases} if stakes.past_cases else parts


def urgency_of(due_at: int, now: int, policy: PriorityPolicy = STANDARD) -> float:
    """The part that grows by waiting: 0 when due, negative before, positive when overdue."""
    return math.log(2.0) * (now - due_at) / (policy.doubling_days * DAY_US)


def order_of(base: Mapping[str, float], due_at: int, policy: PriorityPolicy = STANDARD) -> float:
    """The queue's sort key, highest first: the priority less the urgency that all cases gain."""
    return math.fsum(base.values()) + urgency_of(due_at, 0, policy)


def in_words(base: Mapping[str, float], *, hours_left: float) -> list[str]:
    """The parts of a priority with their units, in the order of the breakdown.

    `base` is as `base_of` made it, `hours_left` the hours until the case is due (below 0: overdue).
    A part without weight is left out.
    """
    said = []
    for name, part in base.items():
        if name == "chance":
            said.append(f"chance {100 * math.exp(part):.0f} %")
        elif name == "orders_at_risk":
            said.append(f"{math.expm1(part):.0f} orders a week at risk")
        elif abs(part) >= math.log(1.005):
            said.append(f"{_two_digits(math.exp(part))} times for {name.replace('_', ' ')}")
    due = f"due in {hours_left:.0f} h" if hours_left >= 0 else f"overdue by {-hours_left:.0f} h"
    return [*said, due]


def _two_digits(number: float) -> str:
    rounded = float(f"{number:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10.0 else f"{rounded:g}"


def _check(stakes: Stakes) -> None:
    if not 0.0 <= stakes.q_value <= 1.0:
        raise BadInput(f"q_value: {stakes.q_value} is not in [0, 1]")
    if not (0.0 <= stakes.exposure < math.inf):
        raise BadInput(f"exposure: {stakes.exposure} is not a number >= 0")
    if not 0.0 <= stakes.points_share <= 1.0:
        raise BadInput(f"points_share: {stakes.points_share} is not in [0, 1]")
    if not (0.0 <= stakes.belief < math.inf):
        raise BadInput(f"belief: {stakes.belief} is not a number >= 0")
    if not math.isfinite(stakes.past_cases):
        raise BadInput(f"past_cases: {stakes.past_cases} is not a finite number")
