"""From a policy file's TOML text to `Policies`; every refusal names file, line and field."""

from __future__ import annotations

import tomllib
from typing import Final
from zoneinfo import ZoneInfoNotFoundError

from detector.errors import BadPolicy
from detector.rules.calendar import PERIODS, RESETS, zone_of
from detector.rules.policy.policy import (
    MAIN,
    REASONS,
    Cap,
    Evidence,
    Merge,
    Points,
    Policies,
    Policy,
    Track,
    Violation,
)
from detector.rules.policy.terms_reader import (
    appeals_of,
    complainants_of,
    credits_of,
    notices_of,
    response_of,
)
from detector.rules.policy.tier_reader import rates_of, tiers_of
from detector.rules.policy.toml_lines import lines_of
from detector.rules.policy.toml_table import Source, Table, shown

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
DOTS_MAX: Final = 1_000
"""In one line: far more than any key has parts."""
CLOCKS: Final = ("incident", "reported", "decided", "notified")
_POINT_WORDS: Final = ("default", "first", "severity", "multiplier", "resolution", "nth", "range")


def policies_of(text: str, source: str = "policy") -> Policies:
    """Read and validate the text of a policy file.

    `source` names the file in refusals. Raises BadPolicy.
    """
    if any(line.count(".") > DOTS_MAX for line in text.splitlines()):
        raise BadPolicy(f"{source}: it is nested too deep")  # reading it takes a minute
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy(f"{source}: this is not TOML: {error}") from None
    except ValueError:
        raise BadPolicy(f"{source}: a number in it has too many digits") from None
    except RecursionError:
        raise BadPolicy(f"{source}: it is nested too deep") from None
    root = Table(document, (), Source(source, lines_of(text)))
    if isinstance(document.get("policy"), dict):
        root.refuse("policy", "must be written [[policy]]: a file holds one or more versions")
    tables = root.tables("policy")
    root.finish()
    if not tables:
        raise BadPolicy(f"{source}: there is no [[policy]] in it")
    return _in_order(tables)


def _in_order(tables: list[Table]) -> Policies:
    versions = [_policy_of(table) for table in tables]
    first = versions[0]
    for table, version in zip(tables, versions, strict=True):
        if version.id != first.id:
            table.refuse(
                "id", f"a file holds versions of one policy, {first.id!r}, not {version.id!r}"
            )
        if version.scope != first.scope:
            table.refuse("scope", "cannot change between versions")
    pairs = list(zip(versions[1:], versions[:-1], tables[1:], strict=True))
    for later, earlier, table in pairs:
        if later.version <= earlier.version:
            table.refuse("version", f"must be above the version before it, {earlier.version}")
        if later.effective_from < earlier.effective_from:
            table.refuse("effective_from", "must not be before that of the version before it")
    return Policies(tuple(versions))


def _policy_of(table: Table) -> Policy:
    evidence = _evidence_of(table.table("evidence"), Evidence())
    tracks = _tracks_of(table)
    tz = _zone(table)
    limitation = table.duration("limitation")
    violations = {
        name: _violation_of(name, one, evidence, limitation)
        for name, one in table.table("violations").named_tables()
    }
    if not violations:
        table.refuse("violations", "at least one violation is needed, as [policy.violations.NAME]")
    tiers = tiers_of(table, rates_of(table))
    policy = Policy(
        id=table.text("id"),
        version=table.integer("version", low=1),
        effective_from=table.instant("effective_from"),
        tz=tz,
        unit=table.number("unit", 1.0),
        select_version_by=table.text(
            "select_version_by", "incident", among=("incident", "reported", "decided")
        ),
        scope=table.text("scope", "seller", among=("seller", "entity", "linked")),
        display=table.text("display", "balance", among=("balance", "accrued", "score")),
        title=table.text("title", "-"),
        sources=table.texts("sources"),
        assumptions=table.texts("assumptions"),
        tracks=tracks,
        violations=violations,
        tiers=tiers,
        appeals=appeals_of(table.table("appeals")),
        credits=credits_of(table.table("credits")),
        response=response_of(table.table("response")),
        complainants=complainants_of(table.table("complainants")),
        notices=notices_of(table.table("notices"), tiers),
        reasons_needed=_reasons_of(table),
    )
    table.finish()
    _check_tracks(table, policy)
    return policy


def _reasons_of(table: Table) -> frozenset[str]:
    if not table.has("reasons_needed"):
        return frozenset(REASONS)
    return frozenset(table.texts("reasons_needed", among=REASONS))


def _zone(table: Table) -> str:
    tz = table.text("tz", "UTC")
    try:
        zone_of(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        table.refuse("tz", f"{tz!r} is not a time zone such as UTC or Asia/Shanghai")
    return tz


def _tracks_of(table: Table) -> dict[str, Track]:
    main = _track_of(MAIN, table)
    named = table.table("tracks").named_tables()
    tracks = {name: _track_of(name, one) for name, one in named}
    for _, one in named:
        one.finish()
    return tracks or {MAIN: main}


def _track_of(name: str, table: Table) -> Track:
    ceiling = table.integer("ceiling", 12, low=1)
    floor = table.integer("floor", 0, low=-(10**9))
    start = table.integer("start", ceiling, low=-(10**9))
    if floor > ceiling:
        table.refuse("floor", f"must not be above the ceiling {ceiling}, as {floor} is")
    if not floor <= start <= ceiling:
        table.refuse("start", f"must lie between floor {floor} and ceiling {ceiling}, not {start}")
    if table.has("clamp") and not table.truth("clamp", default=True):
        table.refuse("clamp", "must be true: a shown balance stays between floor and ceiling")
    return Track(name, ceiling, floor, start)


def _check_tracks(table: Table, policy: Policy) -> None:
    for name, violation in policy.violations.items():
        if violation.track not in policy.tracks:
            table.table("violations").table(name).refuse(
                "track", _no_track(violation.track, policy)
            )
    for one, tier in zip(table.tables("tiers"), policy.tiers, strict=True):
        if tier.track not in policy.tracks:
            one.refuse("track", _no_track(tier.track, policy))


def _no_track(name: str, policy: Policy) -> str:
    return f"there is no track {name!r}; there is {', '.join(policy.tracks)}"


def _evidence_of(table: Table, default: Evidence) -> Evidence:
    if not table.truth("human_decision", default=True):
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
    table.finish()
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
    )
    table.finish()
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
        first=one.maybe_integer("first"),
        severities=_whole_numbers(one.table("severity")) | _severities_beside(one),
        multipliers=_whole_numbers(one.table("multiplier")),
        resolutions=_whole_numbers(one.table("resolution")),
        bands=_bands_of(one),
        low=low,
        high=high,
    )
    one.finish()
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
        bands.append((one.maybe_integer("up_to", low=1), one.integer("points")))
        one.finish()
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
    one.finish()
    return merge


def _cap_of(table: Table) -> Cap | None:
    if not table.has("cap"):
        return None
    one = table.table("cap")
    cap = Cap(points=one.integer("points", low=1), per=one.text("per", among=PERIODS))
    one.finish()
    return cap
