"""One case for a seller that is bad by level, and none again until its level tells more.

Such a seller is bad on any day, so it would come into the queue for ever. A case about its level
keeps what was known of it while it was open. Another is opened only where the seller is surely
worse than that, or bad in a column that none of its cases was about. An appeal that lets a
complaint wait again opens it as it does any other.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from detector.assess import Assessment
from detector.capacity import LEVEL
from detector.durations import DAY_US
from detector.levels import OUTSIDE, Level
from detector.priority import base_of
from detector.rules import Policies
from service.cases import store
from service.cases.opening import (
    CaseTerms,
    able_to_open,
    insert_cases,
    new_case,
    room_left,
    stakes_of,
)
from service.decisions.ledger import store as ledger
from service.decisions.ledger.actions import standing_at
from service.sellers.names import Names, names_of


def open_for_levels(
    connection: Connection, levels: Sequence[Level], *, now: int, terms: CaseTerms
) -> int:
    """Open cases for the worst levels while their share has room; how many were opened.

    `levels` are those listed, worst first. A seller whose level has an open case gets what is known
    of it now. One with another open case is passed over, and so is one whose case was closed less
    than 28 days ago, one without news, and one whose level tells no more than its last case saw.
    Of a joined seller the cases under all of its names count. Sellers removed under their last name
    are passed over, also where a case is open. One that was removed under an old name trades under
    the last one all the same; no case is about the name that was removed.
    """
    names = names_of(connection, [level.seller_id for level in levels])
    named = names.of_all(level.seller_id for level in levels)
    removed = removed_among(connection, named, terms.policies, now=now)
    levels = [level for level in levels if level.seller_id not in removed]
    store.lock_room(connection)
    room = _room(connection, now, terms)
    ids = [level.seller_id for level in levels]
    having = store.open_cases_of(connection, names.of_all(ids))
    seen = _seen(connection, names, ids)
    able = able_to_open(connection, names, ids, now=now, never_about=removed)
    fresh: list[dict[str, Any]] = []
    known: list[dict[str, Any]] = []
    for level in levels:
        before = seen[level.seller_id]
        facts = _facts(level, before)
        cases = [having[name] for name in names.of(level.seller_id) if name in having]
        known += [_seen_now(case, level, facts) for case in cases if case.level is not None]
        name = able.get(level.seller_id)
        if name is not None and level.tells_more_than(before) and len(fresh) < room:
            fresh.append(_case(connection, replace(level, seller_id=name), facts, now, terms))
    store.set_levels(connection, known)
    insert_cases(connection, fresh, now)
    return len(fresh)


def removed_among(
    connection: Connection, sellers: Sequence[str], policies: Policies, *, now: int
) -> set[str]:
    """Those of the sellers, each under the name given, that are removed at an instant."""
    judged = ledger.sellers_with_events(connection, sellers)
    standing = {name: standing_at(connection, name, policies, now=now) for name in judged}
    return {name for name, one in standing.items() if one and one.status == "removed"}


def _seen(
    connection: Connection, names: Names, sellers: Sequence[str]
) -> dict[str, dict[str, float]]:
    """The rate that the last cases about each seller's level saw, by column, under any name."""
    texts = store.levels_of(connection, names.of_all(sellers))
    found: dict[str, dict[str, float]] = {}
    for last in sellers:
        seen = found.setdefault(last, {})
        for name in names.of(last):
            for column, rate in json.loads(texts[name])["seen"].items() if name in texts else ():
                seen[column] = max(rate, seen.get(column, 0.0))
    return found


def _seen_now(case: store.CaseRow, level: Level, facts: str) -> dict[str, str]:
    """What an open case is told of its level today."""
    reasons = json.loads(case.reasons)
    if case.opened_for == LEVEL:
        reasons[-1] = level.sentence()
    return {"case": case.case_id, "level": facts, "reasons": _text(reasons)}


def _room(connection: Connection, now: int, terms: CaseTerms) -> int:
    share = replace(terms.capacity, cases_a_day=terms.capacity.cases_a_day * terms.levels)
    since = now - round(share.days * DAY_US)
    opened = store.opened_since(connection, since, now=now, by_level=True)
    return min(share.room(opened), room_left(connection, terms.capacity, now=now))


def year_of(level: Level) -> dict[str, Any]:
    """A level as cases keep it and people see it: `YearShown`."""
    names = ("rate", "low", "high", "complaints", "due", "days")
    return {"category": level.column, **{name: getattr(level, name) for name in names}}


def _facts(level: Level, before: dict[str, float]) -> str:
    """What a case keeps of a level, and the rate that cases saw in each column up to now.

    Who looks at a seller sees all of its columns, not the worst alone.
    """
    seen = before | dict(level.rates) | {level.column: level.rate}
    return _text(year_of(level) | {"seen": seen})


def _case(
    connection: Connection, level: Level, facts: str, now: int, terms: CaseTerms
) -> dict[str, Any]:
    reasons = (level.sentence(),)
    found = Assessment(
        level.seller_id, level.as_of, 0.0, 0.0, OUTSIDE, OUTSIDE, False, 0, reasons, "seller"
    )
    # It has no score, so closed cases teach nothing about it.
    stakes = stakes_of(connection, [found], now, replace(terms, learns=False))
    base = base_of(stakes[level.seller_id])
    return new_case(found, LEVEL, base, now, terms) | {"false_chance": None, "level": facts}


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
