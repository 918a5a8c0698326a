"""How the machine's findings become cases: one open case a seller, re-opened only by news.

Ways in are certainty, which is a flag, capacity (`detector.capacity`), exploration
(`service.cases.exploring`), and a level (`service.cases.chronic`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Any, Final

from sqlalchemy import Connection

from detector.assess import Assessment
from detector.capacity import CAPACITY, CERTAINTY, EXPLORATION, LEVEL, QUIET_DAYS, Capacity
from detector.durations import DAY_US
from detector.evidence.reasons import stand_out_alone
from detector.learning import NOTHING, Learnt
from detector.priority import Stakes, base_of, order_of
from detector.rules import Policies
from service.assessments.actions import findings_text
from service.assessments.store import outdated_sellers
from service.cases import news_store, store
from service.cases.at_opening import SHOWN_CHANCE, opening_text
from service.cases.complainants import RECENT_DAYS, beliefs_of, flooded
from service.cases.learning import learnt_by
from service.cases.schemas import Way
from service.database.engine import reach_of
from service.decisions.ledger import store as ledger
from service.decisions.ledger.actions import standing_at
from service.intake.complaints import store as complaints
from service.intake.orders import store as order_days
from service.outbox.actions import announce
from service.sellers.names import Names, names_of

FLOODED: Final = (
    "Suspected brigade: most complaints of the last four weeks are notices by people without an "
    "account, so look at them first."
)
"""Why a case of a flood is open, or a case of the detector is taken for one."""
WAITS_AGAIN: Final = "A complaint waits for another verdict: an appeal was granted."
"""Why such a case is open, before the reasons of the one that was closed."""
NO_CAPACITY: Final = Capacity(cases_a_day=0.0)
"""Cases are opened for certainty alone."""


@dataclass(frozen=True, slots=True)
class CaseTerms:
    """What opening a case depends on besides the assessment."""

    policies: Policies
    due_us: int
    capacity: Capacity = NO_CAPACITY
    learns: bool = False
    """Whether what closed cases taught moves sellers in the order."""
    explores: float = 0.0
    """Share of the cases of a day that may go to sellers whom only a challenger names."""
    levels: float = 0.0
    """Share of them that may go to sellers bad by level."""

    def learnt(self, connection: Connection, now: int) -> Learnt:
        """What moves them."""
        return learnt_by(connection, now=now) if self.learns else NOTHING


def open_cases(
    connection: Connection,
    flagged: Sequence[Assessment],
    *,
    now: int,
    model: str,
    terms: CaseTerms,
) -> int:
    """Open a case of certainty for each flagged seller, or update the open one; how many opened.

    A seller whose last case was closed gets a new one only when a complaint came in since that
    nobody has decided or withdrawn meanwhile; within `QUIET_DAYS`, when those stand out alone.
    """
    rows = under_names_filed(connection, flagged, now=now)
    found = open_or_update(
        connection, rows, CERTAINTY, len(rows), now=now, model=model, terms=terms
    )
    return len(found)


def open_for_capacity(
    connection: Connection,
    ranked: Sequence[Assessment],
    *,
    now: int,
    model: str,
    terms: CaseTerms,
    held_back: int = 0,
) -> int:
    """Open cases for the best-ranked sellers while there is room; how many were opened.

    `ranked` are assessments of the whole market, best first by score; what closed cases taught may
    move them. Room is what the cases of the last day leave, flagged ones among them, but for what
    is `held_back` for exploration. A seller with an open case gets its findings updated. One whose
    case was closed within `QUIET_DAYS` is passed over, and so is one without news.
    """
    store.lock_room(connection)
    worth = [row for row in ranked if not row.flagged and terms.capacity.is_enough(row)]
    learnt = terms.learnt(connection, now)
    worth.sort(key=lambda row: -(row.score + learnt.moved(row.score, dict(row.kinds))))
    worth = under_names_filed(connection, worth, now=now)
    room = max(room_left(connection, terms.capacity, now=now) - held_back, 0)
    found = open_or_update(connection, worth, CAPACITY, room, now=now, model=model, terms=terms)
    return len(found)


def under_names_filed(
    connection: Connection, rows: Sequence[Assessment], *, now: int
) -> list[Assessment]:
    """The assessments, and those of joined sellers once more for each old name of late complaints.

    A complaint stays under the name that it was filed about, and a case is about one name's.
    """
    scored = [row.seller_id for row in rows]
    names = names_of(connection, scored)
    old = [name for last in scored for name in names.of(last)[1:]]
    late = complaints.recent_categories(connection, old, since=now - RECENT_DAYS * DAY_US)
    return [
        replace(row, seller_id=name)
        for row in rows
        for name in names.of(row.seller_id)
        if name == row.seller_id or name in late
    ]


def room_left(connection: Connection, capacity: Capacity, *, now: int) -> int:
    """How many more cases the ceiling allows, after those of its last day or days."""
    since = now - round(capacity.days * DAY_US)
    return capacity.room(store.opened_since(connection, since, now=now))


def closed_lately(connection: Connection, seller_ids: Sequence[str], *, now: int) -> dict[str, int]:
    """When the last case was closed of those whose windows still count what it was about."""
    return store.last_closed(connection, seller_ids, now - QUIET_DAYS * DAY_US, now=now)


def able_to_open(
    connection: Connection,
    names: Names,
    sellers: Sequence[str],
    *,
    now: int,
    never_about: Collection[str] = (),
) -> dict[str, str]:
    """Those of the sellers who may get another case than a flag's, and the name it is about.

    `sellers` are last names. None of a seller's names has an open case, or one that was closed
    lately. The case is about the first of its names with something that no case was about, which
    is the last name where that has some. It is about none of `never_about`.
    """
    theirs = names.of_all(sellers)
    taken = {*store.open_cases_of(connection, theirs), *closed_lately(connection, theirs, now=now)}
    free = [last for last in sellers if taken.isdisjoint(names.of(last))]
    asked = [name for name in names.of_all(free) if name not in never_about]
    news = news_store.sellers_with_news(connection, asked, now=now)
    about = {last: [name for name in names.of(last) if name in news] for last in free}
    return {last: found[0] for last, found in about.items() if found}


def up_to_date(connection: Connection, rows: Sequence[Assessment], *, now: int) -> list[Assessment]:
    """The assessments of sellers that were not assessed again since."""
    instants = {row.seller_id: row.as_of for row in rows}
    outdated = outdated_sellers(connection, instants, now=now)
    return [row for row in rows if row.seller_id not in outdated]


def open_or_update(
    connection: Connection,
    rows: Sequence[Assessment],
    way: Way,
    room: int,
    *,
    now: int,
    model: str,
    terms: CaseTerms,
    shown_chance: float = SHOWN_CHANCE,
) -> dict[str, str]:
    """Open at most `room` cases, for the first of the sellers; update those that are open.

    Returns the cases that were opened, by seller. Sellers that were assessed again since are left
    to that assessment.
    """
    rows = up_to_date(connection, rows, now=now)
    ids = [assessment.seller_id for assessment in rows]
    opened_already = store.open_cases_of(connection, ids)
    others = [row for row in rows if row.seller_id not in opened_already]
    news = _with_enough_news(connection, others, terms.capacity.p_max, now=now)
    latest_due = now + reach_of(connection).of(terms.due_us)
    chosen = [row for row in rows if row.seller_id in news][:room]
    looked_at = [*chosen, *(row for row in rows if row.seller_id in opened_already)]
    floods = flooded(connection, [row.seller_id for row in looked_at], now=now)
    looked_at = [_as_flood(row) if row.seller_id in floods else row for row in looked_at]
    stakes = stakes_of(connection, looked_at, now, terms)
    fresh, known = [], []
    for assessment in looked_at:
        base = base_of(stakes[assessment.seller_id])
        case = opened_already.get(assessment.seller_id)
        if case is None:
            opened = new_case(assessment, way, base, now, terms)
            text = opening_text(assessment, model, way, shown_chance)
            fresh.append(opened | {"opening": text})
        elif way != CAPACITY or case.opened_for not in (EXPLORATION, LEVEL):
            # What was opened for certainty stays so: why a person was asked does not change. Nor
            # does a case about a level, or one that a lot drew, take the reasons of the others.
            kept = CERTAINTY if way == CERTAINTY else case.opened_for
            # A clock far ahead may have opened it: it would be due when nobody waits any more.
            due_at = case.due_at if case.due_at <= latest_due else now + terms.due_us
            findings = _findings(assessment, kept, base, due_at)
            known.append({"case": case.case_id, **findings})
    store.set_findings(connection, known)
    insert_cases(connection, fresh, now)
    return {opened["seller_id"]: opened["case_id"] for opened in fresh}


def _with_enough_news(
    connection: Connection, rows: Sequence[Assessment], p_max: float, *, now: int
) -> set[str]:
    """Those of the sellers, who have no open case, about whom there is something new to look at.

    Of those whose case was closed lately, under whichever of their names, only flagged ones whose
    complaints since stand out alone at `p_max`: the windows still count complaints that people have
    looked at.
    """
    news = news_store.sellers_with_news(connection, [row.seller_id for row in rows], now=now)
    rows = [row for row in rows if row.seller_id in news]
    names = names_of(connection, sorted(news))
    of_each = {row.seller_id: names.of(names.last(row.seller_id)) for row in rows}
    theirs = sorted({name for some in of_each.values() for name in some})
    closed = closed_lately(connection, theirs, now=now)

    def is_enough(row: Assessment) -> bool:
        every = of_each[row.seller_id]
        last = max((closed[name] for name in every if name in closed), default=None)
        if last is None or not row.flagged:
            return last is None
        came = news_store.came_since(connection, every, last, now=now)
        return stand_out_alone(row.findings, came, p_max)

    return {row.seller_id for row in rows if is_enough(row)}


def _as_flood(assessment: Assessment) -> Assessment:
    """An assessment of a seller about whom people without an account flood us."""
    if assessment.suspicion == "brigade":
        return assessment
    reasons = (FLOODED, *assessment.reasons)
    return replace(assessment, suspicion="brigade", reasons=reasons)


def open_for_flood(connection: Connection, seller_id: str, *, now: int, terms: CaseTerms) -> int:
    """Open a case of a suspected brigade where notices flood a seller; how many were opened.

    It needs no model and no flag: people have to look at who gives the notices. A seller with an
    open case keeps that, and one whose case was closed gets another only by news.
    """
    if not flooded(connection, [seller_id], now=now):
        return 0
    if store.open_cases_of(connection, [seller_id]):
        return 0
    if not news_store.sellers_with_news(connection, [seller_id], now=now):
        return 0
    belief = beliefs_of(connection, [seller_id], now=now, policies=terms.policies)[seller_id]
    recent = complaints.recent_categories(connection, [seller_id], since=now - RECENT_DAYS * DAY_US)
    exposure = float(sum(recent.get(seller_id, {}).values()))
    base = base_of(Stakes(0.0, exposure, "brigade", 1.0, belief))
    due_at = now + terms.due_us
    opened = {
        "case_id": f"c_{token_hex(8)}",
        "seller_id": seller_id,
        "status": "open",
        "opened_at": now,
        "due_at": due_at,
        "suspicion": "brigade",
        "opened_for": CERTAINTY,
        "base": json.dumps(base),
        "order_key": order_of(base, due_at),
        "reasons": json.dumps([FLOODED]),
    }
    insert_cases(connection, [opened], now)
    return 1


def reopen_cases(
    connection: Connection, seller_ids: Sequence[str], *, now: int, terms: CaseTerms
) -> int:
    """Open a case like their last for sellers with a complaint that waits again; how many.

    An appeal has let it wait for another verdict since that case was closed. Whether the detector
    still flags the seller makes no difference: somebody has to decide.
    """
    due_at = now + terms.due_us
    fresh = [
        {
            "case_id": f"c_{token_hex(8)}",
            "seller_id": row.seller_id,
            "status": "open",
            "opened_at": now,
            "due_at": due_at,
            "suspicion": row.suspicion,
            "opened_for": row.opened_for,
            "false_chance": row.false_chance,
            "base": row.base,
            "order_key": order_of(json.loads(row.base), due_at),
            "reasons": json.dumps([WAITS_AGAIN, *json.loads(row.reasons)], ensure_ascii=False),
            "findings": row.findings,
            "opening": row.opening,
            "level": row.level,
        }
        for row in news_store.cases_to_reopen(connection, seller_ids, now=now)
    ]
    insert_cases(connection, fresh, now)
    return len(fresh)


def insert_cases(connection: Connection, fresh: Sequence[dict[str, Any]], now: int) -> None:
    """Open cases, and tell of them."""
    store.insert_cases(connection, fresh)
    for opened in fresh:
        names = ("case_id", "seller_id", "suspicion", "opened_for")
        facts = {name: opened[name] for name in names}
        announce(connection, "case.opened", facts, at=now)


def new_case(
    assessment: Assessment, way: str, base: dict[str, float], now: int, terms: CaseTerms
) -> dict[str, Any]:
    """A case about what an assessment found."""
    return {
        "case_id": f"c_{token_hex(8)}",
        "seller_id": assessment.seller_id,
        "status": "open",
        "opened_at": now,
        **_findings(assessment, way, base, now + terms.due_us),
    }


def _findings(
    assessment: Assessment, way: str, base: dict[str, float], due_at: int
) -> dict[str, Any]:
    return {
        "suspicion": assessment.suspicion,
        "opened_for": way,
        "false_chance": float(assessment.false_chance),
        "base": json.dumps(base),
        "due_at": due_at,
        "order_key": order_of(base, due_at),
        "reasons": json.dumps(list(assessment.reasons), ensure_ascii=False),
        "findings": findings_text(assessment),
    }


def stakes_of(
    connection: Connection, flagged: Sequence[Assessment], now: int, terms: CaseTerms
) -> dict[str, Stakes]:
    """What is known of sellers when their cases are put in order."""
    ids = [assessment.seller_id for assessment in flagged]
    orders = order_days.weekly_orders(connection, ids, since_day=now // DAY_US - 7)
    recent = complaints.recent_categories(connection, ids, since=now - RECENT_DAYS * DAY_US)
    beliefs = beliefs_of(connection, ids, now=now, policies=terms.policies)
    judged = ledger.sellers_with_events(connection, ids)
    learnt = terms.learnt(connection, now)
    stakes = {}
    for assessment in flagged:
        seller_id = assessment.seller_id
        counts = recent.get(seller_id, {})
        mostly = max(sorted(counts), key=lambda name: counts[name], default="")
        stakes[seller_id] = Stakes(
            q_value=min(max(float(assessment.q_value), 0.0), 1.0),
            exposure=orders.get(seller_id, float(sum(counts.values()))),
            category="brigade" if assessment.suspicion == "brigade" else mostly,
            points_share=_points_share(connection, seller_id, now, terms.policies)
            if seller_id in judged
            else 1.0,
            belief=beliefs.get(seller_id, 1.0),
            past_cases=learnt.part(assessment.score, dict(assessment.kinds)),
        )
    return stakes


def _points_share(connection: Connection, seller_id: str, now: int, policies: Policies) -> float:
    ledger = standing_at(connection, seller_id, policies, now=now)
    if ledger is None or ledger.balance + ledger.level <= 0:
        return 1.0
    return min(max(ledger.balance / (ledger.balance + ledger.level), 0.0), 1.0)
