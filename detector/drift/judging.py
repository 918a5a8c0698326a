"""From a metric's weeks to a state: within its own past, outside it once, or drifting.

Limits come from the weeks of the training span, not from a test: at volume every test finds a
difference. A week with too few rows tells nothing, and neither does a past of too few weeks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev
from typing import Final, Literal

WEEKS_MIN: Final = 8
"""Weeks of the past below which their spread is not known."""
OUTSIDE_SDS: Final = 3.0
"""Standard deviations from the mean beyond which a week is outside."""
FAR_SDS: Final = 6.0
"""One week so far out is enough; otherwise two in a row are."""
UNSEEN_SHARE_MAX: Final = 0.02
CALIBRATION_TIMES: Final = 2.0
"""How many times too many or too few small p-values are a reason to train again."""
SELLER_DAYS_MIN: Final = 20_000
"""Scored in two weeks, below which calibration is not judged."""

State = Literal["within", "once", "drifting", "unknown"]
STATES: Final[tuple[State, ...]] = ("within", "once", "drifting", "unknown")


@dataclass(frozen=True, slots=True)
class Week:
    """One metric in one week."""

    ends_at: int
    """Microseconds UTC; the week is the seven days before."""
    value: float | None
    """None where there was nothing to measure it by."""
    rows: int
    """What it was measured by: complaints, pairs of them, or sellers."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What is watched: one number a week."""

    name: str
    least: int
    """Rows below which a week cannot tell."""
    is_share: bool = False
    """A share of the rows: chance alone moves it by a known amount."""
    noise: float = 0.0
    """Standard deviation by chance of a value of one row, where it is known; of n rows it is this
    over the root of n."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A metric's weeks since the training beside those before."""

    metric: Metric
    mean: float | None
    """Of the past weeks; None where they are too few."""
    sd: float | None
    past: tuple[Week, ...]
    later: tuple[Week, ...]
    deviations: tuple[float | None, ...]
    """Of each later week, in standard deviations; None where it cannot tell."""
    state: State
    """By the last later week."""

    @property
    def is_known(self) -> bool:
        """Whether the history holds what the metric is measured by, in any of its weeks."""
        weeks = (*self.past, *self.later)
        return not weeks or any(week.value is not None for week in weeks)

    @property
    def limits(self) -> tuple[float, float] | None:
        """Between which a week is usual."""
        if self.mean is None or self.sd is None:
            return None
        return self.mean - OUTSIDE_SDS * self.sd, self.mean + OUTSIDE_SDS * self.sd


def judged(metric: Metric, past: Sequence[Week], later: Sequence[Week]) -> Judged:
    """Compare the later weeks of a metric with its past ones; both in order of time."""
    known = [w for w in past if _is_known(w, metric)]
    values = [w.value for w in known if w.value is not None]
    if len(values) < WEEKS_MIN:
        nothing = (None,) * len(later)
        return Judged(metric, None, None, tuple(past), tuple(later), nothing, "unknown")
    mean, sd = fmean(values), stdev(values)
    rows = [w.rows for w in known] + [w.rows for w in later if _is_known(w, metric)]
    if metric.is_share:
        sd = max(sd, _chance(values, [w.rows for w in known], min(rows)))
    sd = max(sd, metric.noise / sqrt(max(min(rows), 1)), 1e-9)
    deviations = tuple(
        (w.value - mean) / sd if w.value is not None and _is_known(w, metric) else None
        for w in later
    )
    state = _state(deviations)
    return Judged(metric, mean, sd, tuple(past), tuple(later), deviations, state)


def _is_known(week: Week, metric: Metric) -> bool:
    return week.value is not None and week.rows >= metric.least


def _chance(values: Sequence[float], rows: Sequence[int], fewest: int) -> float:
    """Standard deviation of a share by chance in the smallest week, and at least one of its rows.

    What never happened before may happen once or twice without a change.
    """
    part = sum(value * count for value, count in zip(values, rows, strict=True))
    share = (part + 1) / (sum(rows) + 2)
    return max(sqrt(share * (1 - share) / max(fewest, 1)), 1 / max(fewest, 1))


def _state(deviations: Sequence[float | None]) -> State:
    if not deviations or deviations[-1] is None:
        return "unknown"
    last = deviations[-1]
    if abs(last) <= OUTSIDE_SDS:
        return "within"
    before = deviations[-2] if len(deviations) > 1 else None
    is_again = before is not None and before * last > 0 and abs(before) > OUTSIDE_SDS
    return "drifting" if is_again or abs(last) > FAR_SDS else "once"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason to train again: what was seen, in its own unit."""

    code: Literal["calibration", "unseen_categories", "delay", "mix"]
    before: float
    """The value of the week before the last one."""
    last: float
    limit: float
    """What it would have to be below, or near."""


def reasons_of(metrics: Sequence[Judged]) -> tuple[Reason, ...]:
    """What speaks for training again. Drift alone does not."""
    by_name = {one.metric.name: one for one in metrics}
    found = [_calibration(by_name.get("p_below_01")), _unseen(by_name.get("unseen_categories"))]
    for name, code in (("delay_days", "delay"), ("mix", "mix")):
        one = by_name.get(name)
        two = None if one is None or one.state != "drifting" else _last_two(one)
        if two is not None and one is not None and one.limits is not None:
            limit = one.limits[1] if two[1] > (one.mean or 0.0) else one.limits[0]
            found.append(Reason(code, *two, limit))  # type: ignore[arg-type]  # two names above
    return tuple(reason for reason in found if reason is not None)


def _last_two(one: Judged) -> tuple[float, float] | None:
    """The values of the last two weeks, where both can tell."""
    weeks = one.later[-2:]
    if len(weeks) < 2 or not all(_is_known(week, one.metric) for week in weeks):
        return None
    first, second = (week.value for week in weeks)
    return None if first is None or second is None else (first, second)


def _calibration(one: Judged | None) -> Reason | None:
    two = None if one is None else _last_two(one)
    if one is None or two is None or sum(w.rows for w in one.later[-2:]) < SELLER_DAYS_MIN:
        return None
    promised = 0.01
    if min(two) > CALIBRATION_TIMES * promised:
        return Reason("calibration", *two, CALIBRATION_TIMES * promised)
    if max(two) < promised / CALIBRATION_TIMES:
        return Reason("calibration", *two, promised / CALIBRATION_TIMES)
    return None


def _unseen(one: Judged | None) -> Reason | None:
    two = None if one is None else _last_two(one)
    if two is None or min(two) <= UNSEEN_SHARE_MAX:
        return None
    return Reason("unseen_categories", *two, UNSEEN_SHARE_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """How the weeks since a training compare with those before its end."""

    created_at: int
    """Microseconds UTC."""
    learnt_until: int
    """End of what the model learnt from."""
    metrics: tuple[Judged, ...]
    reasons: tuple[Reason, ...]

    @property
    def weeks(self) -> int:
        """Whole weeks since the training."""
        return max((len(one.later) for one in self.metrics), default=0)
