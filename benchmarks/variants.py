"""The detector with one part changed at a time, for `benchmarks.ablation`."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from detector.settings import DEFAULT, Settings

_ALONE: Final = replace(DEFAULT, forest_weight=1e6, forest_usual=1.0, forest_most=1e6)
"""The evidence disappears beside the forest."""

VARIANTS: Final[dict[str, Settings]] = {
    "as it is": DEFAULT,
    "the evidence alone": replace(DEFAULT, forest_weight=0.0),
    "the evidence and its forest alone": replace(DEFAULT, makeup=False, forest_weight=5.0),
    "the forest counts twice as much": replace(DEFAULT, forest_weight=2.0),
    "the forest's score alone": _ALONE,
    "the same, 256 rows a tree": replace(_ALONE, max_samples=256),
    "the same, 2,048 rows a tree": replace(_ALONE, max_samples=2_048),
    "the same, 25 trees": replace(_ALONE, trees=25),
    "the forest's score alone, 4 snapshots": replace(_ALONE, snapshots=4),
    "neither evidence counts nor buyers": replace(DEFAULT, across_weight=0.0),
    "spikes that are over count on": replace(DEFAULT, over_allowance=1e6),
    "one size of spike, 6 deviations": replace(DEFAULT, excess_sds=(6.0,)),
    "a window of 7 days only": replace(DEFAULT, windows_days=(7,)),
    "a window of 1 day besides": replace(DEFAULT, windows_days=(1, *DEFAULT.windows_days)),
    "windows of 2, 3, 5, 7, 10, 14, 21, 28 days": replace(
        DEFAULT, windows_days=(2, 3, 5, 7, 10, 14, 21, 28)
    ),
    "categories together": replace(DEFAULT, categories_max=1),
    "exposure without delay": replace(DEFAULT, delay_days_max=1),
    "no guard band": replace(DEFAULT, guard_days=0),
    "past spikes stay in the baseline": replace(DEFAULT, protect_baseline=False),
    "a baseline of 90 days": replace(DEFAULT, half_life_days=60.0, baseline_days=91),
    "a half-life of 120 days": replace(DEFAULT, half_life_days=120.0),
}


def estimated_together() -> list[tuple[str, ...]]:
    """Names of variants, in order, grouped by the settings that their estimates depend on."""
    groups: dict[Settings, list[str]] = {}
    for name, settings in VARIANTS.items():
        groups.setdefault(_estimated_with(settings), []).append(name)
    return [tuple(names) for names in groups.values()]


def _estimated_with(settings: Settings) -> Settings:
    """The settings with all that concerns evidence, forest and score only at its default."""
    return replace(
        settings,
        makeup=DEFAULT.makeup,
        forest_usual=DEFAULT.forest_usual,
        forest_most=DEFAULT.forest_most,
        forest_weight=DEFAULT.forest_weight,
        max_samples=DEFAULT.max_samples,
        trees=DEFAULT.trees,
        across_weight=DEFAULT.across_weight,
        over_days=DEFAULT.over_days,
        over_allowance=DEFAULT.over_allowance,
        excess_sds=DEFAULT.excess_sds,
    )
