"""From a policy file's TOML text to `Policies`; every refusal names file, line and field."""

from __future__ import annotations

import tomllib
from typing import Final
from zoneinfo import ZoneInfoNotFoundError

from detector.errors import BadPolicy
from detector.rules.calendar import zone_of
from detector.rules.policy.policy import (
    MAIN,
    REASONS,
    Policies,
    Policy,
    Track,
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
from detector.rules.policy.toml_table import Source, Table
from detector.rules.policy.violation_reader import violations_of

DOTS_MAX: Final = 1_000
"""In one line: far more than any key has parts."""


def policies_of(text: str, source: str = "policy") -> Policies:
    """Read and validate the text of a policy file.

    `source` names the file in refusals. Raises BadPolicy.
    """
    if any(line.count(".") > DOTS_MAX for line in text.splitlines()):
        raise BadPolicy(f"{source}: it is nested too deep")  # reading it takes a minute
    try:
        document, lines = tomllib.loads(text), lines_of(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy(f"{source}: this is not TOML: {error}") from None
    except ValueError:
        raise BadPolicy(f"{source}: a number in it has too many digits") from None
    except RecursionError:
        raise BadPolicy(f"{source}: it is nested too deep") from None
    root = Table(document, (), Source(source, lines))
    if isinstance(document.get("policy"), dict):
        root.refuse("policy", "must be written [[policy]]: a file holds one or more versions")
    tables = root.tables("policy")
    root.refuse_unknown_fields()
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
    tracks = _tracks_of(table)
    tz = _zone(table)
    violations = violations_of(table)
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
    table.refuse_unknown_fields()
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
        one.refuse_unknown_fields()
    return tracks or {MAIN: main}


def _track_of(name: str, table: Table) -> Track:
    ceiling = table.integer("ceiling", 12, low=1)
    floor = table.integer("floor", 0, low=-(10**9))
    start = table.integer("start", ceiling, low=-(10**9))
    if floor > ceiling:
        table.refuse("floor", f"must not be above the ceiling {ceiling}, as {floor} is")
    if not floor <= start <= ceiling:
        table.refuse("start", f"must lie between floor {floor} and ceiling {ceiling}, not {start}")
    if table.has("clamp") and not table.boolean("clamp", default=True):
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
