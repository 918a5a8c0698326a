"""How weeks since a training compare with those before, as a page: one metric drawn, all listed."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from detector.charts import Axis, Line
from detector.drift import DriftReport
from detector.drift.judging import Judged, Week
from detector.durations import DAY_US
from service.console.models.kept import drawn


def chosen_of(report: DriftReport, name: str | None) -> Judged | None:
    """The metric of a name; without one, the one whose last week lies farthest out."""
    if name is not None:
        return next((one for one in report.metrics if one.metric.name == name), None)
    return max(report.metrics, key=_how_far, default=None)


def _how_far(one: Judged) -> float:
    last = one.deviations[-1] if one.deviations else None
    return -1.0 if last is None else abs(last)


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
        low, high = (low, high) if low < high else (low - 0.5, high + 0.5)
        first = min([week for week, _ in past], default=-1.0)
        last = max([week for week, _ in later], default=1.0)
        band = [] if limits is None else [(week, *limits) for week in (first, last)]
        ticks = [low + (high - low) * n / 4 for n in range(5)]
        weeks = [week for week in range(-52, 521, 13) if first <= week <= last]
        return drawn(
            title,
            Axis(across, [(float(week), f"{week}") for week in weeks], first, last),
            Axis(title, [(tick, f"{tick:.3g}") for tick in ticks], low, high),
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
