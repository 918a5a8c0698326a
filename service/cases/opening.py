"""How the machine's findings become cases: one open case a seller, re-opened only by news."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Final

from sqlalchemy import Connection

from detector.assess import Assessment
from detector.durations import DAY_US
from detector.priority import Stakes, base_of, order_of
from detector.rules import Policies
from service.cases import store
from service.cases.complainants import RECENT_DAYS, beliefs_of
from service.database.engine import reach_of
from service.decisions.ledger import store as ledger
from service.decisions.ledger.actions import standing_at
from service.intake.complaints import store as complaints
from service.intake.orders import store as order_days
from service.outbox.actions import announce

WAITS_AGAIN: Final = "A complaint waits for another verdict: an appeal was granted."
"""Why such a case is open, before the reasons of the one that was closed."""


@dataclass(frozen=True, slots=True)
class CaseTerms:
    """What opening a case depends on besides the assessment."""

    policies: Policies
    due_us: int


def open_cases(
    connection: Connection, flagged: Sequence[Assessment], *, now: int, terms: CaseTerms
) -> int:
    """Open a case for each flagged seller, or update the open one; how many were opened.

    A seller whose last case was closed gets a new one only when a complaint came in since that
    nobody has decided or withdrawn meanwhile.
    """
    ids = [assessment.seller_id for assessment in flagged]
    stakes = _stakes_of(connection, flagged, now, terms)
    opened_already = store.open_cases_of(connection, ids)
    others = [id_ for id_ in ids if id_ not in opened_already]
    news = store.sellers_with_news(connection, others, now=now)
    latest_due = now + reach_of(connection).of(terms.due_us)
    fresh, known = [], []
    for assessment in flagged:
        seller_id = assessment.seller_id
        base = base_of(stakes[seller_id])
        case = opened_already.get(seller_id)
        if case is not None:
            # A clock far ahead may have opened it: it would be due when nobody waits any more.
            due_at = case.due_at if case.due_at <= latest_due else now + terms.due_us
            known.append({"case": case.case_id, **_findings(assessment, base, due_at)})
        elif seller_id in news:
            fresh.append(_new_case(assessment, base, now, terms))
    store.set_findings(connection, known)
    _insert(connection, fresh, now)
    return len(fresh)


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
            "base": row.base,
            "order_key": order_of(json.loads(row.base), due_at),
            "reasons": json.dumps([WAITS_AGAIN, *json.loads(row.reasons)], ensure_ascii=False),
        }
        for row in store.cases_to_reopen(connection, seller_ids, now=now)
    ]
    _insert(connection, fresh, now)
    return len(fresh)


def _insert(connection: Connection, fresh: Sequence[dict[str, Any]], now: int) -> None:
    store.insert_cases(connection, fresh)
    for opened in fresh:
        facts = {name: opened[name] for name in ("case_id", "seller_id", "suspicion")}
        announce(connection, "case.opened", facts, at=now)


def _new_case(
    assessment: Assessment, base: dict[str, float], now: int, terms: CaseTerms
) -> dict[str, Any]:
    return {
        "case_id": f"c_{token_hex(8)}",
        "seller_id": assessment.seller_id,
        "status": "open",
        "opened_at": now,
        **_findings(assessment, base, now + terms.due_us),
    }


def _findings(assessment: Assessment, base: dict[str, float], due_at: int) -> dict[str, Any]:
    return {
        "suspicion": assessment.suspicion,
        "base": json.dumps(base),
        "due_at": due_at,
        "order_key": order_of(base, due_at),
        "reasons": json.dumps(list(assessment.reasons), ensure_ascii=False),
    }


def _stakes_of(
    connection: Connection, flagged: Sequence[Assessment], now: int, terms: CaseTerms
) -> dict[str, Stakes]:
    ids = [assessment.seller_id for assessment in flagged]
    orders = order_days.weekly_orders(connection, ids, since_day=now // DAY_US - 7)
    recent = complaints.recent_categories(connection, ids, since=now - RECENT_DAYS * DAY_US)
    beliefs = beliefs_of(connection, ids, now=now, policies=terms.policies)
    judged = ledger.sellers_with_events(connection, ids)
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
        )
    return stakes


def _points_share(connection: Connection, seller_id: str, now: int, policies: Policies) -> float:
    ledger = standing_at(connection, seller_id, policies, now=now)
    if ledger is None or ledger.balance + ledger.level <= 0:
        return 1.0
    return min(max(ledger.balance / (ledger.balance + ledger.level), 0.0), 1.0)
