"""Examples of every page: what there is to see, for whom, in which state of the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi.routing import APIRoute

from service.console.router import PAGES
from service.portal.router import PUBLIC_PAGES
from service.roles import Role
from tests.browser.full_store import MIA

NO_PAGES: Final = {
    "/": "leads to the queue",
    "/login/callback": "the way back from an identity provider",
    "/login/provider": "leads to an identity provider",
    "/sessions/left": "a number of seconds, asked for by a page",
    "/admin": "leads to the keys",
    "/audit.csv": "a file to be saved",
    "/complaints/{complaint_id}/verdict/preview": "leads to the form",
    "/entries/{entry_id}": "leads to its seller's exceptions",
    "/cases/{case_id}/lease": "part of a case's page, fetched again now and then",
    "/evidence/{evidence_id}/file": "a picture, or what is to be saved",
    "/queue/rows": "part of the queue, fetched again now and then",
    "/rules/policy.toml": "a file to be saved",
    "/public.css": "the marketplace's colour",
    "/report/files/{file_id}": "a small picture",
    "/report/status/{name}/files/{file_id}": "a small picture",
    "/report/{token}": "leads to the buyers' page",
    "/seller/{token}": "leads to the sellers' page",
}
"""Addresses that are read, yet show no page."""


@dataclass(frozen=True, slots=True)
class Example:
    """One page as somebody sees it."""

    name: str
    route: str
    """As its router registers it."""
    address: str
    """With the names of a full store's facts in braces."""
    role: Role | None = Role.MODERATOR
    status: int = 200
    is_empty: bool = False
    """Of a store in which there is nothing."""

    door: str = ""
    """The fact that holds the link by which somebody comes who has no account."""
    code: str = ""
    """The fact that holds the code that they type there."""

    @property
    def who(self) -> tuple[object, ...]:
        """What the examples share that one browser can show one after another."""
        return self.role, self.is_empty, self.door, self.code

    @property
    def person(self) -> str:
        """Who looks: the moderator of the full store's verdicts, or somebody who gave none."""
        return MIA if self.role is Role.MODERATOR else f"some {self.role}"


DECIDE: Final = "/complaints/{complaint_id}/verdict"
EXCEPTIONS: Final = "/sellers/{seller_id}/exceptions"
WHAT_IF: Final = "/rules/what-if/{what_if_id}"
DRIFT: Final = "/models/{version}/drift"
BUDGET: Final = "/models/{version}/budget"
SAMPLE: Final = "/audit-sample"
ROLL_BACK: Final = "/admin/models/roll-back"
STATUS: Final = "/report/status/{name}"
THEIRS: Final = "/seller/complaints/{name}"


def by_link(name: str, route: str, address: str = "", door: str = "buyer") -> Example:
    """A page of somebody who came by a link, and typed its code where it has one."""
    code = "seller_code" if door == "seller_link" else ""
    return Example(name, route, address or route, role=None, door=door, code=code)


EXAMPLES: Final = (
    Example("login", "/login", "/login", role=None),
    Example("login-once", "/login", "/login?once=used", role=None),
    Example("sessions", "/sessions", "/sessions"),
    Example("queue", "/queue", "/queue"),
    Example("queue-analyst", "/queue", "/queue", role=Role.ANALYST),
    Example("queue-mine", "/queue", "/queue?which=mine"),
    Example("queue-closed", "/queue", "/queue?which=closed"),
    Example("queue-empty", "/queue", "/queue", is_empty=True),
    Example("queue-error", "/queue", "/queue?which=strange", status=404),
    Example("case", "/cases/{case_id}", "/cases/{flagged_case}"),
    Example("case-held", "/cases/{case_id}", "/cases/{held_case}"),
    Example("case-closed", "/cases/{case_id}", "/cases/{closed_case}"),
    Example("case-analyst", "/cases/{case_id}", "/cases/{flagged_case}", role=Role.ANALYST),
    Example("case-error", "/cases/{case_id}", "/cases/nobody-knows-it", status=404),
    Example("evidence", "/evidence/{evidence_id}", "/evidence/{photo}"),
    Example("evidence-large", "/evidence/{evidence_id}", "/evidence/{photo}?turn=1&large=true"),
    Example("evidence-error", "/evidence/{evidence_id}", "/evidence/none", status=404),
    Example("complaint", "/complaints/{complaint_id}", "/complaints/{complaint}"),
    Example("complaint-upheld", "/complaints/{complaint_id}", "/complaints/{upheld}"),
    Example(
        "complaint-appealed",
        "/complaints/{complaint_id}",
        "/complaints/{appealed}",
        role=Role.REVIEWER,
    ),
    Example("complaint-proposed", "/complaints/{complaint_id}", "/complaints/{proposed}"),
    Example("complaint-withdrawn", "/complaints/{complaint_id}", "/complaints/{taken_back}"),
    Example("complaint-error", "/complaints/{complaint_id}", "/complaints/none", status=404),
    Example("reports", "/reports", "/reports"),
    Example("search", "/search", "/search", role=Role.ANALYST),
    Example("search-several", "/search", "/search?q=order-of-two", role=Role.ANALYST),
    Example("search-nothing", "/search", "/search?q=nobody-knows-it", role=Role.ANALYST),
    Example("seller", "/sellers/{seller_id}", "/sellers/{seller}"),
    Example("seller-analyst", "/sellers/{seller_id}", "/sellers/{seller}", role=Role.ANALYST),
    Example("seller-error", "/sellers/{seller_id}", "/sellers/none", status=404),
    Example("verdict", DECIDE, "/complaints/{complaint}/verdict"),
    Example("verdict-decided", DECIDE, "/complaints/{upheld}/verdict"),
    Example("verdict-analyst", DECIDE, "/complaints/{complaint}/verdict", role=Role.ANALYST),
    Example("verdict-result", f"{DECIDE}/result", "/complaints/{upheld}/verdict/result"),
    Example("verdicts", "/cases/{case_id}/verdicts", "/cases/{held_case}/verdicts"),
    Example("verdicts-closed", "/cases/{case_id}/verdicts", "/cases/{closed_case}/verdicts"),
    Example("approvals", "/approvals", "/approvals", Role.REVIEWER),
    Example("approvals-empty", "/approvals", "/approvals", Role.REVIEWER, is_empty=True),
    Example("sanction", "/sanctions/{sanction_id}", "/sanctions/{sanction}", Role.REVIEWER),
    Example("sanction-decider", "/sanctions/{sanction_id}", "/sanctions/{sanction}"),
    Example("proposals", "/proposals", "/proposals"),
    Example("proposals-empty", "/proposals", "/proposals", is_empty=True),
    Example("proposal", "/proposals/{complaint_id}", "/proposals/{proposed}", Role.REVIEWER),
    Example("proposal-own", "/proposals/{complaint_id}", "/proposals/{proposed}"),
    Example("appeals", "/appeals", "/appeals", Role.REVIEWER),
    Example("appeals-empty", "/appeals", "/appeals", Role.REVIEWER, is_empty=True),
    Example("appeal", "/appeals/{appeal_id}", "/appeals/{appeal}", Role.REVIEWER),
    Example("appeal-own", "/appeals/{appeal_id}", "/appeals/{appeal}"),
    Example("withdrawals", "/withdrawals", "/withdrawals", Role.REVIEWER),
    Example("withdrawals-empty", "/withdrawals", "/withdrawals", Role.REVIEWER, is_empty=True),
    Example(
        "withdrawal", "/withdrawals/{complaint_id}", "/withdrawals/{taken_back}", Role.REVIEWER
    ),
    Example("exceptions", EXCEPTIONS, "/sellers/{seller}/exceptions", Role.REVIEWER),
    Example("exceptions-none", EXCEPTIONS, "/sellers/held-by-mia/exceptions", Role.REVIEWER),
    Example(
        "credit",
        f"{EXCEPTIONS}/credit",
        "/sellers/{seller}/exceptions/credit?points=1&kind=training",
        role=Role.REVIEWER,
    ),
    Example("forgive", "/entries/{entry_id}/forgive", "/entries/{entry}/forgive", Role.REVIEWER),
    Example("lift", "/sanctions/{sanction_id}/lift", "/sanctions/{sanction}/lift", Role.REVIEWER),
    Example(
        "extend",
        "/sanctions/{sanction_id}/extend",
        "/sanctions/{sanction}/extend?until=2099-01-01",
        role=Role.REVIEWER,
    ),
    Example("overview", "/overview", "/overview", role=Role.ANALYST),
    Example("overview-empty", "/overview", "/overview", role=Role.ANALYST, is_empty=True),
    Example("models", "/models", "/models", role=Role.ANALYST),
    Example("models-empty", "/models", "/models", role=Role.ANALYST, is_empty=True),
    Example("model", "/models/{version}", "/models/{version}", role=Role.ANALYST),
    Example("model-shadow", "/models/{version}", "/models/v0002", role=Role.ANALYST),
    Example("model-error", "/models/{version}", "/models/v9999", role=Role.ANALYST, status=404),
    Example("budget", BUDGET, "/models/{version}/budget?looks=3", role=Role.ANALYST),
    Example("budget-none", BUDGET, "/models/v0002/budget", role=Role.ANALYST),
    Example("budget-error", BUDGET, "/models/v9999/budget", role=Role.ANALYST, status=404),
    Example("drift", DRIFT, "/models/{version}/drift", role=Role.ANALYST),
    Example("drift-metric", DRIFT, "/models/{version}/drift?metric=mix", role=Role.ANALYST),
    Example("drift-none", DRIFT, "/models/v0002/drift", role=Role.ANALYST),
    Example("drift-error", DRIFT, "/models/v9999/drift", role=Role.ANALYST, status=404),
    Example("audit-sample", SAMPLE, SAMPLE),
    Example("audit-sample-analyst", SAMPLE, SAMPLE, role=Role.ANALYST),
    Example("audit-sample-empty", SAMPLE, SAMPLE, is_empty=True),
    Example("audit-sample-error", SAMPLE, f"{SAMPLE}?week=none", status=404),
    Example("audit", "/audit", "/audit", role=Role.ANALYST),
    Example("audit-empty", "/audit", "/audit?actor=nobody", role=Role.ANALYST),
    Example("what-if-form", "/rules/what-if", "/rules/what-if", role=Role.ANALYST),
    Example("what-if", WHAT_IF, "/rules/what-if/{what_if}", role=Role.ANALYST),
    Example("what-if-error", WHAT_IF, "/rules/what-if/none", role=Role.ANALYST, status=404),
    Example("keys", "/admin/keys", "/admin/keys", role=Role.ADMIN),
    Example("key-revoke", "/admin/keys/{key_id}/revoke", "/admin/keys/{key}/revoke", Role.ADMIN),
    Example("keys-refused", "/admin/keys", "/admin/keys", status=403),
    Example("admin-models", "/admin/models", "/admin/models", role=Role.ADMIN),
    Example("admin-models-empty", "/admin/models", "/admin/models", Role.ADMIN, is_empty=True),
    Example(
        "model-promote",
        "/admin/models/{version}/promote",
        "/admin/models/{version}/promote",
        role=Role.ADMIN,
    ),
    Example("model-roll-back", ROLL_BACK, ROLL_BACK, role=Role.ADMIN),
    Example("model-roll-back-empty", ROLL_BACK, ROLL_BACK, role=Role.ADMIN, is_empty=True),
    Example("webhooks", "/admin/webhooks", "/admin/webhooks", role=Role.ADMIN),
    Example("webhooks-empty", "/admin/webhooks", "/admin/webhooks", Role.ADMIN, is_empty=True),
    Example(
        "webhook-remove",
        "/admin/webhooks/{webhook_id}/remove",
        "/admin/webhooks/{webhook}/remove",
        role=Role.ADMIN,
    ),
    Example("deliveries", "/admin/deliveries", "/admin/deliveries?state=waiting", Role.ADMIN),
    Example("deliveries-empty", "/admin/deliveries", "/admin/deliveries", Role.ADMIN),
    Example("erasure", "/admin/erasure", "/admin/erasure", role=Role.ADMIN),
    Example("rules", "/rules", "/rules", role=Role.ANALYST),
    Example("rules-error", "/rules", "/rules?version=99", role=Role.ANALYST, status=404),
    Example("report-open", "/report", "/report", role=None),
    Example("report-no-link", "/seller", "/seller", role=None, status=404),
    by_link("report", "/report"),
    by_link("report-what", "/report/what"),
    by_link("report-where", "/report/where", door="notice"),
    by_link("report-who", "/report/who", door="notice"),
    by_link("report-why", "/report/why"),
    by_link("report-evidence", "/report/evidence"),
    by_link("report-photo", "/report/evidence/{kind}", "/report/evidence/photo_received"),
    by_link("report-receipt", "/report/evidence/{kind}", "/report/evidence/receipt"),
    by_link("report-you", "/report/you", door="notice"),
    by_link("report-check", "/report/check"),
    by_link("report-check-open", "/report/check", door="notice"),
    by_link("report-later", "/report/later"),
    by_link("status", STATUS, "/report/status/some-waiting"),
    by_link("status-rejected", STATUS, "/report/status/some-rejected"),
    by_link(
        "status-file", f"{STATUS}/evidence/{{kind}}", "/report/status/some-waiting/evidence/other"
    ),
    by_link("status-withdraw", f"{STATUS}/withdraw", "/report/status/some-waiting/withdraw"),
    by_link("status-appeal", f"{STATUS}/appeal", "/report/status/some-rejected/appeal"),
    Example("shop-code", "/seller", "/seller", role=None, door="seller_link"),
    by_link("shop", "/seller", door="seller_link"),
    by_link("shop-waiting", THEIRS, "/seller/complaints/some-waiting", "seller_link"),
    by_link("shop-upheld", THEIRS, "/seller/complaints/some-upheld", "seller_link"),
    by_link(
        "shop-file",
        f"{THEIRS}/evidence/{{kind}}",
        "/seller/complaints/some-waiting/evidence/invoice",
        "seller_link",
    ),
)


def pages() -> set[str]:
    """The addresses of all pages, as their routers register them."""
    routers = (*PAGES, *PUBLIC_PAGES)
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    return {route.path for route in routes if "GET" in route.methods} - NO_PAGES.keys()
