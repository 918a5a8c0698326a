"""The tiers, steps and rates of a policy file."""

from __future__ import annotations

import re
from typing import Final

from detector.rules.policy.policy import MAIN, TWO_PERSON, Rate, Step, Tier
from detector.rules.policy.toml_table import Table

_KINDS: Final = ("at", "multiple_of", "count", "rate")
_SET: Final = re.compile(r"set:([0-9]{1,6})")


def tiers_of(policy: Table, rates: dict[str, Rate]) -> tuple[Tier, ...]:
    """Read `[[policy.tiers]]`, in the order written."""
    tables = policy.tables("tiers")
    tiers = tuple(_tier_of(table, rates) for table in tables)
    seen: set[str] = set()
    for table, tier in zip(tables, tiers, strict=True):
        if tier.id in seen:
            table.refuse("id", f"{tier.id!r} is there twice")
        seen.add(tier.id)
    return tiers


def _tier_of(table: Table, rates: dict[str, Rate]) -> Tier:
    given = [kind for kind in _KINDS if table.has(kind)]
    if len(given) != 1:
        table.refuse(
            "at", f"a tier has exactly one of {', '.join(_KINDS)}; this one has {len(given)}"
        )
    kind = given[0]
    steps = tuple(_step_of(step) for step in table.tables("steps"))
    if not steps:
        table.refuse("steps", "at least one step is needed")
    tier = Tier(
        id=table.text("id"),
        track=table.text("track", MAIN),
        kind=kind,
        threshold=0 if kind == "rate" else table.integer(kind, low=1),
        rate=rates[table.text("rate", among=rates or ("(none is defined)",))]
        if kind == "rate"
        else None,
        lookback=table.duration("lookback"),
        steps=steps,
        ladder_in_order=table.boolean("ladder_in_order", default=False),
        notice_before=table.duration("notice_before"),
    )
    table.refuse_unknown_fields()
    return tier


def _step_of(table: Table) -> Step:
    actions = table.texts("action")
    if not actions:
        table.refuse("action", "is missing: say warn, restrict, suspend or remove")
    on_served, set_to = _on_served(table)
    step = Step(
        action=actions[0],
        effects=actions[1:] + table.texts("entity"),
        duration=table.duration("duration"),
        on_served=on_served,
        set_to=set_to,
        irreversible=table.boolean("irreversible", default=False),
        stay_on_appeal=table.boolean("stay_on_appeal", default=False),
        stay_to=table.text("stay_to", among=("warn", "restrict", "suspend"))
        if table.has("stay_to")
        else None,
        two_person=table.boolean("two_person", default=actions[0] in TWO_PERSON),
        needs_incident_after_previous=table.boolean("needs_incident_after_previous", default=False),
    )
    if step.irreversible and step.duration is not None:
        table.refuse("duration", "an irreversible step has no duration")
    table.refuse_unknown_fields()
    return step


def _on_served(table: Table) -> tuple[str, int]:
    word = table.text("on_served", "keep")
    if found := _SET.fullmatch(word):
        return "set", int(found[1])
    if word not in ("keep", "spend"):
        table.refuse("on_served", f"must be keep, spend or set:N, not {word!r}")
    return word, 0


def rates_of(policy: Table) -> dict[str, Rate]:
    """Read `[[policy.rates]]` by id."""
    rates = {}
    for table in policy.tables("rates"):
        rate = Rate(
            id=table.text("id"),
            share=table.number("share", 1.0),
            count_min=table.integer("count_min", 1, low=1),
            buyers_min=table.integer("buyers_min", 1, low=1),
            windows=_windows_of(table),
            evaluation_day=table.optional_integer("evaluation_day", low=1),
        )
        table.refuse_unknown_fields()
        if rate.id in rates:
            table.refuse("id", f"{rate.id!r} is there twice")
        rates[rate.id] = rate
    return rates


def _windows_of(table: Table) -> tuple[tuple[str, int, int], ...]:
    windows = []
    for one in table.tables("windows"):
        name = one.text("window")
        windows.append((name, one.duration("window") or 0, one.integer("at_least", 0)))
        one.refuse_unknown_fields()
    if not windows:
        table.refuse("windows", 'at least one window is needed, as { window = "365d" }')
    return tuple(windows)
