"""Every table of the store in one place, for the migrations and for the tests."""

from service.access.tables import api_keys
from service.appeals.tables import appeals
from service.cases.tables import cases
from service.complaints.tables import complaints, marks, sellers
from service.evidence.tables import evidence
from service.ledger.tables import ledger_events
from service.orders.tables import orders
from service.scoring.tables import assessments, market_snapshots, scoring_leases
from service.verdicts.tables import verdicts

__all__ = [
    "api_keys",
    "appeals",
    "assessments",
    "cases",
    "complaints",
    "evidence",
    "ledger_events",
    "market_snapshots",
    "marks",
    "orders",
    "scoring_leases",
    "sellers",
    "verdicts",
]
