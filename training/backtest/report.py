"""The report: one HTML file that opens from disk, with its charts and style inside."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from detector.charts import (
    Axis,
    Dot,
    Line,
    calibration_chart,
    dot_rows,
    line_chart,
    queue_chart,
    style_sheet,
)
from detector.charts.style import REFERENCES

Json = dict[str, Any]

_SHARES: Final = tuple((n / 5, f"{20 * n} %") for n in range(6))
_DELAY_DAYS_MAX: Final = 35
_COMPARED_MAX: Final = 4
"""Methods beside each other in the charts by kind and by size."""


def report_of(summary: Json) -> str:
    """HTML of a back-test's summary (see `training.backtest.summary`)."""
    styles = _styles(summary["methods"])
    judged = bool(summary["data"]["episodes"])
    budget = summary["plan"]["budgets"][0]
    found = summary["calibration"]
    charts = {"calibration": calibration_chart(found["levels"], found["observed"], theme="page")}
    if judged:
        charts |= {
            "recall": _recall(summary, styles),
            "false": _false_alarms(summary["methods"][0]["queue"]),
            "delay": _delay(summary, styles, budget),
            "kind": _by(summary, styles, budget, "recall_by_kind"),
            "size": _by(summary, styles, budget, "recall_by_size"),
        }
    return _template().render(
        s=summary,
        charts=charts,
        chart_style=style_sheet("page", scope=":root"),
        styles=styles,
        judged=judged,
        compared=_compared(summary, budget),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("training.backtest", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = _percent
    environment.filters["interval"] = _interval
    environment.filters["number"] = _number
    environment.filters["at"] = _at
    return environment.get_template("report.html")


def _percent(value: float | None, digits: int = 0) -> str:
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def _interval(share: Json) -> str:
    if share["value"] is None:
        return "–"
    return f"{100 * share['low']:.0f}–{100 * share['high']:.0f} %"


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def _at(judged: list[Json], budget: float) -> Json:
    """The measures at one budget."""
    return next(j for j in judged if j["per_day"] == budget)


def _styles(methods: list[Json]) -> dict[str, str]:
    """A style for each method; references take turns through the palette."""
    named, used = {}, 0
    for method in methods:
        if method["role"] == "reference":
            named[method["name"]] = f"r{used % REFERENCES}"
            used += 1
        else:
            named[method["name"]] = method["role"]
    return named


def _recall(summary: Json, styles: dict[str, str]) -> str:
    budgets = [j["per_day"] for j in summary["methods"][0]["queue"]]
    lines = [
        Line(
            m["name"], styles[m["name"]], [(j["per_day"], j["recall"]["value"]) for j in m["queue"]]
        )
        for m in summary["methods"]
    ]
    many = len(budgets) > 1
    x = Axis(
        "alerts a day",
        [(b, f"{b:g}") for b in budgets],
        budgets[0] if many else budgets[0] / 2,
        budgets[-1],
        logarithmic=True,
    )
    y = Axis("episodes found", _SHARES, 0, 1)
    return line_chart("Recall by alerts a day", x, y, lines, theme="page")


def _delay(summary: Json, styles: dict[str, str], budget: float) -> str:
    lines = []
    for method in summary["methods"]:
        judged = _at(method["queue"], budget)
        points = [(0.0, 0.0)]
        for found, delay in enumerate(judged["delays"], start=1):
            if delay <= _DELAY_DAYS_MAX:
                points.append((delay, found / judged["judged"]))
        points.append((_DELAY_DAYS_MAX, points[-1][1]))
        lines.append(Line(method["name"], styles[method["name"]], points, steps=True))
    x = Axis(
        "days since the episode began",
        [(d, str(d)) for d in range(0, _DELAY_DAYS_MAX + 1, 7)],
        0,
        _DELAY_DAYS_MAX,
    )
    y = Axis(f"episodes found by then, at {budget:g} a day", _SHARES, 0, 1)
    return line_chart("Delay", x, y, lines, theme="page")


def _compared(summary: Json, budget: float) -> list[Json]:
    """The detector, the ceiling, and the references that found most."""
    methods: list[Json] = summary["methods"]
    fixed = [m for m in methods if m["role"] != "reference"]
    others = [m for m in methods if m["role"] == "reference"]
    others.sort(key=lambda m: -(_at(m["queue"], budget)["recall"]["value"] or 0.0))
    return [*fixed, *others[: _COMPARED_MAX - len(fixed)]]


def _by(summary: Json, styles: dict[str, str], budget: float, group: str) -> str:
    methods = [(m, _at(m["queue"], budget)[group]) for m in _compared(summary, budget)]
    rows = []
    for name, share in _ordered(methods[0][1]):
        dots = [
            Dot(m["name"], styles[m["name"]], s[name]["value"], s[name]["low"], s[name]["high"])
            for m, s in methods
        ]
        rows.append((name.replace("_", " "), f"{share['whole']} episodes", dots))
    axis = Axis(f"episodes found at {budget:g} a day, with 95 % intervals", _SHARES, 0, 1)
    return dot_rows(group.replace("_", " "), rows, axis, theme="page")


def _ordered(groups: Json) -> list[tuple[str, Json]]:
    sizes = ("small", "middle", "large", "joined later")
    place = {name: number for number, name in enumerate(sizes)}
    return sorted(groups.items(), key=lambda pair: (place.get(pair[0], 0), pair[0]))


def _false_alarms(judged: list[Json]) -> str:
    """The detector's false alarms among its alerts; nothing where it raised none."""
    found = [j for j in judged if j["precision"]["value"] is not None]
    if not found:
        return ""
    return queue_chart(
        [j["per_day"] for j in found],
        [1.0 - j["precision"]["value"] for j in found],
        low=[1.0 - j["precision"]["high"] for j in found],
        high=[1.0 - j["precision"]["low"] for j in found],
        across="alerts a day",
        theme="page",
    )
