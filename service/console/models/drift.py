"""How weeks since a training compare with those before, as a page: one metric drawn, all listed."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

from markupsafe import Markup

from detector.charts import Axis, Line
from detector.drift import DriftReport
from detector.drift.judging import WEEKS_MIN, Judged, Metric, Reason, Week
from detector.durations import DAY_US
from service.console.languages.speaking import gettext, marked, ngettext
from service.console.languages.writing import number, percent
from service.console.models.kept import drawn

PADDING: Final = 0.08
"""Part of an axis that stays empty beyond the values at either end."""


def chosen_of(report: DriftReport, name: str | None) -> Judged | None:
    """The metric of a name; without one, the one whose last week lies farthest out."""
    if name is not None:
        return next((one for one in report.metrics if one.metric.name == name), None)
    return max(report.metrics, key=_how_far, default=None)


def _how_far(one: Judged) -> float:
    last = one.deviations[-1] if one.deviations else None
    return -1.0 if last is None else abs(last)


REASONS: Final = {
    "calibration": marked(
        "The share of sellers with a p-value below 0.01 that are not flagged was %(before)s and "
        "then %(last)s, beyond %(limit)s, where it should be 1 %%."
    ),
    "unseen_categories": marked(
        "%(before)s and then %(last)s of the complaints are in categories that the model never "
        "saw, more than %(limit)s."
    ),
    "delay": marked(
        "The mean delay from order to complaint was %(before)s and then %(last)s days, beyond "
        "%(limit)s."
    ),
    "mix": marked(
        "The shares of the categories differ from those learnt by %(before)s and then %(last)s, "
        "beyond %(limit)s."
    ),
}
"""What each reason to train again says, by its code."""
METRIC_OF: Final = {"calibration": "p_below_01", "delay": "delay_days"}
"""The metric in whose unit a reason tells its values, where their names differ."""


def reason_said(reason: Reason) -> str:
    """A reason to train again, in the language of the page."""
    metric = Metric(METRIC_OF.get(reason.code, reason.code), 0, is_share=reason.code != "delay")
    values = {"before": reason.before, "last": reason.last, "limit": reason.limit}
    shown = {name: value_shown(metric, value) for name, value in values.items()}
    return gettext(REASONS[reason.code], **shown)


def value_shown(metric: Metric, value: float | None) -> str:
    """A metric's value as people read it: shares in percent."""
    if value is None:
        return "–"
    if metric.is_share or metric.name == "mix":
        return percent(max(value, 0.0), 2 if metric.name.startswith("p_below") else 1)
    return number(float(f"{value:.4g}"))


def why_unknown(one: Judged) -> str:
    """Why a metric cannot tell: too few rows in its last week, or too few weeks before."""
    least = one.metric.least
    if not one.later:
        return gettext("no whole week has passed")
    if not one.is_known:
        return gettext("the complaints do not say it")
    if one.later[-1].value is None or one.later[-1].rows < least:
        rows = one.later[-1].rows
        return ngettext(
            "the last week has %(num)s row, and %(least)s are needed",
            "the last week has %(num)s rows, and %(least)s are needed",
            rows,
            least=number(least),
        )
    weeks = sum(week.value is not None and week.rows >= least for week in one.past)
    return ngettext(
        "%(num)s week before it has %(least)s rows, and %(needed)s such weeks are needed",
        "%(num)s weeks before it have %(least)s rows, and %(needed)s such weeks are needed",
        weeks,
        least=number(least),
        needed=number(WEEKS_MIN),
    )


@dataclass(frozen=True, slots=True)
class DriftChart:
    """One metric by weeks from the training's end; the template brings the words."""

    report: DriftReport
    one: Judged

    def drawn(self, title: str, across: str, before: str, after: str, mark: str) -> Markup:
        """As SVG: the weeks learnt from, those since, and the band in which weeks are usual."""
        past, later = self._points(self.one.past), self._points(self.one.later)
        limits = self.one.limits
        values = [value for _, value in (*past, *later)] + list(limits or ())
        low, high = min(values, default=0.0), max(values, default=1.0)
        beside = PADDING * (high - low) or 0.5
        low, high = low - beside, high + beside
        first = min([week for week, _ in past], default=-1.0) - 0.5
        last = max([week for week, _ in later], default=1.0) + 0.5
        band = [] if limits is None else [(week, *limits) for week in (first, last)]
        ticks = _round_ticks(low, high)
        weeks = [week for week in range(-52, 521, 13) if first <= week <= last]
        return drawn(
            title,
            Axis(across, [(float(week), f"{week}") for week in weeks], first, last),
            Axis(title, [(tick, value_shown(self.one.metric, tick)) for tick in ticks], low, high),
            [Line(after, "detector", later, around=band), Line(before, "ceiling", past)],
            (0.0, mark),
        )

    def _points(self, weeks: tuple[Week, ...]) -> list[tuple[float, float]]:
        end = self.report.learnt_until // DAY_US * DAY_US
        return [
            ((week.ends_at - end) / (7 * DAY_US), week.value)
            for week in weeks
            if week.value is not None and week.rows >= self.one.metric.least
        ]


def _round_ticks(low: float, high: float) -> list[float]:
    """Four or more round values between two."""
    size = 10.0 ** floor(log10((high - low) / 4))
    step = max(times * size for times in (1, 2, 2.5, 5) if 4 * times * size <= high - low)
    return [n * step for n in range(ceil(low / step), floor(high / step) + 1)]
