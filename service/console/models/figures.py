"""Figures of the gate, in the words of a page."""

from __future__ import annotations

from typing import Final, NamedTuple

from models.gates import Check, GateVerdict
from service.console.languages.speaking import gettext, marked
from service.console.languages.writing import number, percent

FIGURES: Final = {
    "learnt": marked("Complaints learnt, of those that the history holds of that time"),
    "days_behind": marked("Days of the history's end that it does not know"),
    "uncounted": marked("Complaints in categories that only the version in use counts one by one"),
    "delay_days": marked("Mean days from order to complaint"),
    "found": marked("Planted spikes found"),
    "found_small": marked("Planted spikes found among small sellers"),
    "found_middle": marked("Planted spikes found among middle sellers"),
    "found_large": marked("Planted spikes found among large sellers"),
    "calibration": marked("Sellers without a flag whose p-value is below 0.01"),
    "flagged": marked("Sellers flagged on a day"),
    "flags": marked("Flagged days of sellers"),
    "flags_small": marked("How often small sellers are flagged, as a multiple of all"),
    "flags_middle": marked("How often middle sellers are flagged, as a multiple of all"),
    "flags_large": marked("How often large sellers are flagged, as a multiple of all"),
}
RESULTS: Final = {
    "passed": marked("passed"),
    "refused": marked("refused"),
    "cannot tell": marked("cannot tell"),
}
_SHARES: Final = ("learnt", "uncounted", "calibration", "flagged")


class Shown(NamedTuple):
    """A figure of the gate as a row of a table."""

    figure: str
    result: str
    stops: bool
    candidate: str
    champion: str


def figures_shown(verdict: GateVerdict) -> list[Shown]:
    """What the gate compared; a figure that another release named keeps its own name."""
    return [
        Shown(
            gettext(FIGURES[one.name]) if one.name in FIGURES else one.name,
            gettext(RESULTS[one.result]),
            one.stops,
            _value(one, one.candidate),
            _value(one, one.champion),
        )
        for one in verdict.checks
    ]


def _value(check: Check, value: float | None) -> str:
    if value is None:
        return "–"
    is_share = check.name in _SHARES or check.name.startswith("found")
    return percent(value, 1) if is_share else number(value, 1)
