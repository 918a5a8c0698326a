"""Reads `[policy.violations]` and `[policy.evidence]`: what is charged, and what it rests on."""

from __future__ import annotations

from typing import Final

from detector.rules.calendar import PERIODS, RESETS
from detector.rules.policy.policy import MAIN, Cap, Evidence, Merge, Points, Violation
from detector.rules.policy.toml_table import Table, shown

KEYS: Final = (
    "order",
    "buyer",
    "listing",
    "complaint",
    "violation",
    "severity",
    "incident_day",
    "seller",
)
CLOCKS: Final = ("incident", "reported", "decided", "notified")
_POINT_WORDS: Final = ("default", "first", "severity", "multiplier", "resolution", "nth", "range")


def violations_of(table: Table) -> dict[str, Violation]:
    """Read the violations of a policy by name; a policy's evidence and limitation are defaults."""
    evidence = _evidence_of(table.table("evidence"), Evidence())
    limitation = table.duration("limitation")
    violations = {
        name: _violation_of(name, one, evidence, limitation)
        for name, one in table.table("violations").named_tables()
    }
    if not violations:
        table.refuse("violations", "at least one violation is needed, as [policy.violations.NAME]")
    return violations


def _evidence_of(table: Table, default: Evidence) -> Evidence:
    if not table.boolean("human_decision", default=True):
        table.refuse("human_decision", "must be true: a machine can never take points")
    groups = table.raw("any_of")
    if groups is None:
        any_of = default.any_of
    elif not isinstance(groups, list) or not all(_is_texts(group) for group in groups):
        table.refuse("any_of", f"must be a list of lists of kinds, not {shown(groups)}")
    else:
        any_of = tuple(frozenset(group) for group in groups)
    evidence = Evidence(
        min_items=table.integer("min_items", default.min_items),
        any_of=any_of,
        quorum=table.integer("quorum", default.quorum, low=1),
    )
    table.refuse_unknown_fields()
    return evidence


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


def _violation_of(name: str, table: Table, evidence: Evidence, limitation: int | None) -> Violation:
    expires, reset = _end_of(table)
    violation = Violation(
        name=name,
        track=table.text("track", MAIN),
        points=_points_of(table),
        clock=table.text("clock", "decided", among=CLOCKS),
        expires=expires,
        reset=reset,
        once_per=table.texts("once_per", among=KEYS),
        count_as=table.text("count_as", "max", among=("max", "sum", "first")),
        merge=_merge_of(table),
        cap=_cap_of(table),
        limitation=table.duration("limitation") or limitation,
        blocked_if=_blocked(table),
        evidence=_evidence_of(table.table("evidence"), evidence),
        categories=table.texts("categories"),
        legal_ground=table.text("legal_ground") if table.has("legal_ground") else None,
    )
    table.refuse_unknown_fields()
    return violation


def _blocked(table: Table) -> str | None:
    if not table.has("blocked_if"):
        return None
    return table.text("blocked_if", among=("sanction_in_force",))


def _end_of(table: Table) -> tuple[int | None, str | None]:
    """Read `expires` (a duration, a calendar rule, or never) or its other name, `reset`."""
    if table.has("reset") and table.has("expires"):
        table.refuse("reset", "an entry ends by `expires` or by `reset`, not by both")
    if table.has("reset"):
        word = table.text("reset", among=(*RESETS, *PERIODS))
        return None, word if word in RESETS else f"next_{word}"
    word = table.text("expires", "never")
    if word == "never":
        return None, None
    if word in RESETS:
        return None, word
    return table.duration("expires"), None


def _points_of(table: Table) -> Points:
    value = table.required("points")
    if isinstance(value, int) and not isinstance(value, bool):
        return Points(default=table.integer("points"))
    one = table.table("points")
    low, high = _range_of(one)
    points = Points(
        default=one.integer("default", 0 if low is not None or one.has("nth") else None),
        first=one.optional_integer("first"),
        severities=_whole_numbers(one.table("severity")) | _severities_beside(one),
        multipliers=_whole_numbers(one.table("multiplier")),
        resolutions=_whole_numbers(one.table("resolution")),
        bands=_bands_of(one),
        low=low,
        high=high,
    )
    one.refuse_unknown_fields()
    return points


def _severities_beside(table: Table) -> dict[str, int]:
    """Read `{ default = 6, grave = 12 }`: a word that is not the schema's is a severity."""
    return {name: table.integer(name) for name in table.fields if name not in _POINT_WORDS}


def _whole_numbers(table: Table) -> dict[str, int]:
    return {name: table.integer(name) for name in table.fields}


def _range_of(table: Table) -> tuple[int | None, int | None]:
    value = table.raw("range")
    if value is None:
        return None, None
    is_pair = isinstance(value, list) and len(value) == 2
    if (
        not is_pair
        or not all(type(one) is int and one >= 0 for one in value)
        or value[0] > value[1]
    ):
        table.refuse("range", f"must be [least, most] in whole numbers, not {shown(value)}")
    return value[0], value[1]


def _bands_of(table: Table) -> tuple[tuple[int | None, int], ...]:
    bands = []
    for one in table.tables("nth"):
        bands.append((one.optional_integer("up_to", low=1), one.integer("points")))
        one.refuse_unknown_fields()
    return tuple(bands)


def _merge_of(table: Table) -> Merge | None:
    if not table.has("merge"):
        return None
    one = table.table("merge")
    merge = Merge(
        key=one.texts("key", among=KEYS) or ("seller",), window=one.duration("window") or 0
    )
    if merge.window <= 0:
        one.refuse("window", "a window such as 72h is needed")
    one.refuse_unknown_fields()
    return merge


def _cap_of(table: Table) -> Cap | None:
    if not table.has("cap"):
        return None
    one = table.table("cap")
    cap = Cap(points=one.integer("points", low=1), per=one.text("per", among=PERIODS))
    one.refuse_unknown_fields()
    return cap
