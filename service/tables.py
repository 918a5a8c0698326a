"""Every table of the store in one place, for the migrations and for the tests."""

from service.access.tables import api_keys
from service.answers.tables import answers
from service.appeals.tables import appeals
from service.audit.tables import audit
from service.cases.tables import cases
from service.complaints.tables import complaints, marks, sellers
from service.evidence.tables import evidence
from service.idempotency.tables import requests
from service.ledger.tables import ledger_events
from service.orders.tables import orders
from service.outbox.tables import deliveries, events, webhooks
from service.sanctions.tables import sanctions
from service.scoring.tables import assessments, market_snapshots, scoring_leases
from service.verdicts.tables import proposals, verdicts
from service.withdrawals.tables import withdrawals

__all__ = [
    "answers",
    "api_keys",
    "appeals",
    "assessments",
    "audit",
    "cases",
    "complaints",
    "deliveries",
    "events",
    "evidence",
    "ledger_events",
    "market_snapshots",
    "marks",
    "orders",
    "proposals",
    "requests",
    "sanctions",
    "scoring_leases",
    "sellers",
    "verdicts",
    "webhooks",
    "withdrawals",
]
