"""Every table of the store in one place, for the migrations and for the tests."""

from service.assessments.tables import assessments, explorations, model_log, shadow_runs
from service.audit.tables import audit
from service.audit_sample.tables import audit_samples, audited_sellers
from service.cases.tables import learnings
from service.console.sessions.tables import login_links, sessions
from service.console.what_if.tables import what_ifs
from service.decisions.drafts.tables import drafts
from service.decisions.tables import (
    answers,
    appeals,
    ledger_events,
    opinions,
    proposals,
    sanctions,
    verdicts,
    withdrawals,
)
from service.http.access.tables import api_keys
from service.http.idempotency.tables import requests
from service.intake.complaints.tables import complaints
from service.intake.evidence.tables import evidence, likenesses
from service.intake.filings.tables import filings
from service.intake.orders.tables import orders
from service.intake.reports.tables import report_files, reports
from service.leases.tables import cases
from service.links.tables import links
from service.outbox.tables import deliveries, events, webhooks
from service.scoring.tables import market_snapshots, scoring_failures, scoring_leases, standouts
from service.sellers.tables import rescore_requests, seller_aliases, sellers

__all__ = [
    "answers",
    "api_keys",
    "appeals",
    "assessments",
    "audit",
    "audit_samples",
    "audited_sellers",
    "cases",
    "complaints",
    "deliveries",
    "drafts",
    "events",
    "evidence",
    "explorations",
    "filings",
    "learnings",
    "ledger_events",
    "likenesses",
    "links",
    "login_links",
    "market_snapshots",
    "model_log",
    "opinions",
    "orders",
    "proposals",
    "report_files",
    "reports",
    "requests",
    "rescore_requests",
    "sanctions",
    "scoring_failures",
    "scoring_leases",
    "seller_aliases",
    "sellers",
    "sessions",
    "shadow_runs",
    "standouts",
    "verdicts",
    "webhooks",
    "what_ifs",
    "withdrawals",
]
