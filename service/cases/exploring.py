"""Cases for sellers whom only the challenger names: the third way into the queue, by lot.

Nobody would learn whether a challenger is right about sellers whom the version in use does not
name. So while one is on trial, a bounded share of the looks goes to such sellers, drawn by lot, so
that the chance of each is known. Looks that nobody else has use for go first. A lot is drawn once a
day at most, and its seed is kept with it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from secrets import randbits

from sqlalchemy import Connection

from detector.assess import Assessment
from detector.capacity import EXPLORATION, Capacity, by_lot
from detector.durations import DAY_US
from service.assessments import exploration_store
from service.assessments.shadows import KEPT_US, ShadowRun, ShadowTerm
from service.cases import store
from service.cases.at_opening import SHOWN_CHANCE, opening_in
from service.cases.opening import (
    CaseTerms,
    able_to_open,
    open_or_update,
    room_left,
    up_to_date,
)
from service.sellers.names import Names, names_of


def held_back(connection: Connection, term: ShadowTerm, *, now: int, terms: CaseTerms) -> int:
    """How many looks to leave to the lot of today, so that it is drawn where nothing is to spare.

    As many as its share has, and as the challenger's last run found sellers for.
    """
    room = _share_left(connection, now, terms)
    if not room:
        return 0
    named = exploration_store.last_named(connection, term.version, since=term.since, until=now)
    names = names_of(connection, named)
    return min(len(able_to_open(connection, names, sorted(named), now=now)), room)


def explore(
    connection: Connection,
    rows: Sequence[Assessment],
    run: ShadowRun,
    *,
    now: int,
    terms: CaseTerms,
    seed: int | None = None,
) -> int:
    """Draw today's lot among the sellers whom the challenger alone names; how many cases opened.

    `rows` are the challenger's assessments of `run`. Every seller that has no open case, none that
    was closed lately, and a complaint that no case was about is as likely as any other; a joined
    seller is one, and its case is about one of its names. Open cases
    that a lot drew for the challenger before get its findings of now. Without a `seed` a fresh one
    is taken.
    """
    store.lock_room(connection)
    names = names_of(connection, [row.seller_id for row in rows])
    known = _drawn_before(connection, rows, names, run.challenger, terms.capacity)
    drawn: list[Assessment] = []
    chance, lot = SHOWN_CHANCE, None
    room = min(_share_left(connection, now, terms), room_left(connection, terms.capacity, now=now))
    if room:
        named = run.would_look - run.looked
        theirs = up_to_date(connection, [r for r in rows if r.seller_id in named], now=now)
        sellers = sorted(row.seller_id for row in theirs)
        about = able_to_open(connection, names, sellers, now=now)
        able = sorted(about)
        seed = randbits(62) if seed is None else seed
        ids, chance = by_lot(able, room, seed=seed)
        drawn = [
            replace(row, seller_id=about[row.seller_id]) for row in theirs if row.seller_id in ids
        ]
        lot = {"seed": seed, "room": room, "sellers": json.dumps(able), "chance": chance}
    opened = open_or_update(
        connection,
        [*drawn, *known],
        EXPLORATION,
        len(drawn),
        now=now,
        model=run.challenger,
        terms=terms,
        shown_chance=chance,
    )
    if lot is not None and drawn:
        versions = {"challenger": run.challenger, "champion": run.champion}
        when = {"day": now // DAY_US, "drawn_at": now}
        facts = {**when, **versions, **lot, "cases": json.dumps(opened)}
        exploration_store.keep(connection, facts, before=now - KEPT_US)
    return len(opened)


def _share_left(connection: Connection, now: int, terms: CaseTerms) -> int:
    """How many sellers may still be drawn; none on a day that had its lot."""
    share = replace(terms.capacity, cases_a_day=terms.capacity.cases_a_day * terms.explores)
    if exploration_store.is_drawn(connection, now // DAY_US):
        return 0
    since = now - round(share.days * DAY_US)
    return share.room(exploration_store.drawn_since(connection, since, now=now))


def _drawn_before(
    connection: Connection,
    rows: Sequence[Assessment],
    names: Names,
    challenger: str,
    capacity: Capacity,
) -> list[Assessment]:
    """What the challenger says now of sellers whose open case a lot drew for it, with a reason."""
    telling = [
        replace(row, seller_id=name)
        for row in rows
        if row.flagged or capacity.is_enough(row)
        for name in names.of(row.seller_id)
    ]
    found = store.open_cases_of(connection, [row.seller_id for row in telling])
    theirs = set()
    for seller_id, case in found.items():
        opening = opening_in(case.opening)
        if case.opened_for == EXPLORATION and opening and opening.model == challenger:
            theirs.add(seller_id)
    return [row for row in telling if row.seller_id in theirs]
