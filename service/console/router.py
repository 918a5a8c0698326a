"""All pages, in the order in which addresses are tried."""

from __future__ import annotations

from service.console.admin import deliveries, erasure, keys, webhooks
from service.console.admin import models as promotion
from service.console.audit.routes import router as audit
from service.console.audit_sample.routes import router as audit_sample
from service.console.cases.routes import router as cases
from service.console.complaints.routes import router as complaints
from service.console.evidence.routes import router as evidence
from service.console.models.routes import router as models
from service.console.overview.routes import router as overview
from service.console.pages.files import router as files
from service.console.queue.routes import router as queue
from service.console.reports.routes import router as reports
from service.console.rulebook.routes import router as rulebook
from service.console.search.routes import router as search
from service.console.second_person.router import ROUTERS as SECOND_PERSON
from service.console.sellers.routes import router as sellers
from service.console.signing_in.provider_routes import router as identity_provider
from service.console.signing_in.routes import router as signing_in
from service.console.verdicts.bulk_routes import router as bulk
from service.console.verdicts.routes import router as verdicts
from service.console.what_if.routes import router as what_if

ADMIN = (keys.router, webhooks.router, deliveries.router, promotion.router, erasure.router)
FILES = (files,)
"""What pages of any kind are made of."""
PAGES = (
    signing_in,
    identity_provider,
    queue,
    cases,
    evidence,
    rulebook,
    verdicts,
    bulk,
    *SECOND_PERSON,
    complaints,
    reports,
    sellers,
    search,
    overview,
    what_if,
    models,
    audit,
    audit_sample,
    *ADMIN,
)
