"""Every table of the store in one place, for the migrations and for the tests."""

from service.answers.tables import answers
from service.audit.tables import audit
from service.cases.tables import cases
from service.decisions.tables import (
    appeals,
    ledger_events,
    proposals,
    sanctions,
    verdicts,
    withdrawals,
)
from service.http.access.tables import api_keys
from service.http.idempotency.tables import requests
from service.intake.complaints.tables import complaints, marks, sellers
from service.intake.evidence.tables import evidence
from service.intake.orders.tables import orders
from service.outbox.tables import deliveries, events, webhooks
from service.scoring.tables import assessments, market_snapshots, scoring_leases

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
