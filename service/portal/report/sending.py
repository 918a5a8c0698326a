"""Reading all answers once more, sending them, and coming back later."""

from __future__ import annotations

import re
from typing import Final

from fastapi import Request, Response
from sqlalchemy import Connection

from detector.durations import DAY_US, SECOND_US
from service.answers.rules import answer_until
from service.cases.opening import CaseTerms, open_for_flood
from service.console.languages.speaking import gettext
from service.console.pages.forms import GivenForm
from service.console.pages.page_router import see
from service.console.pages.rendering import in_path
from service.http.context import AppContext, Context
from service.http.metrics import Counted
from service.http.origin import address_of
from service.intake.evidence.actions import evidence_of, kinds_in
from service.intake.evidence.storage import EvidenceStorage, Storage
from service.intake.reports import actions, store
from service.intake.reports.rules import DRAFT_US, Report
from service.links import actions as links
from service.links import visits
from service.links.rules import LIFE_US, REPORT, Link, digest_of
from service.links.store import link_by_digest
from service.portal.pages.public_router import public_router
from service.portal.pages.rendering import render
from service.portal.report.known import complaint_known
from service.portal.report.missing import needs_of
from service.portal.report.steps import CHECK, before, unanswered
from service.portal.report.visits import Visit, Visiting, stay
from service.portal.report.words import category_of, kind_of

router = public_router()
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""What a form brings that was drawn with it, 256 random bits, for a link to be made of."""
LEAST_US: Final = {"open": 10 * SECOND_US, "link": 5 * SECOND_US}
"""How long a person takes at least from the beginning to the end, by the door; programs take
less."""
Faults = list[tuple[str, str]]
"""Fields, and what is wrong with each in words for who filled it in."""


def good_faith() -> str:
    """What people agree to who give a notice: DSA Art. 16(2)(d), in the language of the page."""
    return gettext("I believe in good faith that what I say here is true and complete.")


@router.get("/report/check")
def show_check(request: Request, context: Context, visit: Visiting) -> Response:
    """All answers, each with the way to change it, and the button that sends them."""
    first = unanswered(visit.draft)
    return see(first) if first else _check(request, context, visit.draft, [])


@router.post("/report/send")
def send(
    request: Request,
    context: Context,
    visit: Visiting,
    form: GivenForm,
    storage: EvidenceStorage,
    metrics: Counted,
) -> Response:
    """Send the report, once; the same form sent again leads to the same page."""
    token = form.text("token")
    with context.database.reading() as connection:
        report = actions.own_report(connection, visit.link, form.text("report"))
    is_first = report.sent_at is None
    if is_first and unanswered(report):
        return see(f"/report/{CHECK}")
    faults = _faults_in(form.fields, report, now=context.clock()) if is_first else []
    if faults or not TOKEN.fullmatch(token):
        return _check(request, context, report, faults)
    if is_first and report.is_open:
        request.app.state.public_notices.check(request.client.host if request.client else "")
    with context.database.writing() as connection:
        known = _known(connection, visit.link, report) if is_first else None
        if known is not None:
            return see(f"/report/status/{in_path(known)}", "report-known")
        sent = _send(connection, context, storage, visit, report)
        link = _link_to(connection, context, sent, token)
        open_flood(connection, context, sent)
    metrics.complaints.inc(is_first and sent.complaint_id is not None)
    context.wake_worker()
    return _sent(request, context, visit, sent, link, token)


@router.get("/report/later")
def ask_later(request: Request, visit: Visiting) -> Response:
    """Offer an address by which to come back to a draft."""
    report = visit.draft
    return render(
        request,
        "report/later.html",
        token=links.new_token(),
        address="",
        until=report.ends_at,
        back=unanswered(report) or f"/report/{CHECK}",
    )


@router.post("/report/later")
def make_later(request: Request, context: Context, visit: Visiting, form: GivenForm) -> Response:
    """Make a link back to a draft, and show its address, which is kept nowhere."""
    report, token = visit.draft, form.text("token")
    if not TOKEN.fullmatch(token):
        return see("/report/later")
    with context.database.writing() as connection:
        _link_to(connection, context, report, token, lasts_us=DRAFT_US)
    return stay(
        render(
            request,
            "report/later.html",
            token="",
            address=_address_of(request, context, token),
            until=report.ends_at,
            back=unanswered(report) or f"/report/{CHECK}",
        ),
        request,
        visit,
    )


def open_flood(connection: Connection, context: AppContext, sent: Report) -> None:
    """Have people look at a seller about whom notices without a link come in masses."""
    if sent.is_open and sent.seller_id is not None:
        terms = CaseTerms(context.policies, context.settings.due_us)
        open_for_flood(connection, sent.seller_id, now=context.clock(), terms=terms)


def _faults_in(fields: dict[str, list[str]], report: Report, *, now: int) -> Faults:
    """What speaks against sending: a trap that only programs fall into, haste, no good faith."""
    faults = []
    if fields.get("website", [""])[-1]:
        faults.append(("website", gettext("Leave the field empty that says so.")))
    if now - report.begun_at < LEAST_US[report.door]:
        said = gettext("That was very quick. Read it once more, then send it.")
        faults.append(("send", said))
    if report.is_open and fields.get("good_faith", [""])[-1] != "yes":
        faults.append(("good_faith", gettext("Tick the box if you agree. We need it by law.")))
    return faults


def _known(connection: Connection, link: Link, report: Report) -> str | None:
    """The complaint about the same order and category that waits, under the order's lock."""
    if report.seller_id is None or report.order_id is None or report.category is None:
        return None
    store.lock_order(connection, report.seller_id, report.order_id)
    return complaint_known(connection, link, report, report.category)


def _send(
    connection: Connection,
    context: AppContext,
    storage: Storage,
    visit: Visit,
    report: Report,
) -> Report:
    settings, now = context.settings, context.clock()
    if report.is_open and report.sent_at is None:
        store.change(connection, report.report_id, good_faith=good_faith())
    terms = actions.Terms(storage, settings.skew_us, settings.evidence_pieces_max)
    return actions.send(connection, report.report_id, terms, caller=visit.caller, now=now)


def _link_to(
    connection: Connection,
    context: AppContext,
    report: Report,
    token: str,
    *,
    lasts_us: int | None = None,
) -> Link:
    """The link of a token back to a report, made unless the form was sent before."""
    now = context.clock()
    made = link_by_digest(connection, digest_of(token))
    if made is not None and made.report_id == report.report_id:
        return made
    lasts_us = min(context.settings.retain_us, LIFE_US) if lasts_us is None else lasts_us
    return links.make(
        connection,
        token,
        kind=REPORT,
        report_id=report.report_id,
        language=report.language,
        expires_at=now + lasts_us,
        now=now,
    )


def _check(request: Request, context: AppContext, report: Report, faults: Faults) -> Response:
    with context.database.reading() as connection:
        files = store.files_of(connection, report.report_id)
    category, kinds = report.category or "", [file.kind for file in files]
    return render(
        request,
        "report/check.html",
        status=422 if faults else 200,
        report=report,
        category=category_of(category),
        files=files,
        needs=needs_of(category, kinds, context.policies, at=context.clock()),
        kind_of=kind_of,
        good_faith=good_faith(),
        token=links.new_token(),
        faults=faults,
        back=before(report, CHECK),
    )


def _sent(
    request: Request, context: AppContext, visit: Visit, report: Report, link: Link, token: str
) -> Response:
    sent_at, now = report.sent_at or context.clock(), context.clock()
    with context.database.reading() as connection:
        # A notice whose seller nobody has named keeps its files as a draft does.
        files = store.files_of(connection, report.report_id)
        pieces = evidence_of(connection, report.report_id)
    kinds = [*kinds_in(pieces), *(file.kind for file in files)]
    response = render(
        request,
        "report/sent.html",
        report=report,
        address=_address_of(request, context, token),
        needs=needs_of(report.category or "", kinds, context.policies, at=sent_at),
        kind_of=kind_of,
        answer_until=answer_until(context.policies.at(sent_at), sent_at),
        decided_by=sent_at + round(context.settings.public_days * DAY_US),
    )
    if visit.link.order_id is None:  # a marketplace's link knows the order, and leads on to it
        visits.enter(response, request, link, now=now)
    return response


def _address_of(request: Request, context: AppContext, token: str) -> str:
    return address_of(request, context.settings, f"/report/{token}")
