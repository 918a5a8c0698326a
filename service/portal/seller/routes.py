"""A seller's pages: the code, the overview, one complaint, an answer, an appeal."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response

from service.answers.actions import file_answer
from service.answers.schemas import Answer
from service.console.languages.speaking import gettext, marked
from service.console.languages.telling import html_words
from service.console.pages.faults import NOTHING_SENT, Fault, Refused
from service.console.pages.forms import Form, GivenForm, new_key
from service.console.pages.page_router import see
from service.console.pages.rendering import in_path
from service.console.sellers.adding_up import reached_tiers
from service.decisions.appeals.actions import file_appeal
from service.decisions.appeals.schemas import Appeal
from service.decisions.transaction import Transaction, decide_in
from service.http.context import AppContext, Context
from service.http.fields import PathId, has_words
from service.intake.evidence.schemas import EvidenceFile
from service.intake.evidence.storage import EvidenceStorage
from service.links import actions as links
from service.links import visits
from service.links.rules import TRIES_MAX
from service.portal.pages.entry import exchange, visitor
from service.portal.pages.public_router import public_router
from service.portal.pages.rendering import render
from service.portal.pages.uploads import Uploaded, added
from service.portal.pages.written import WORDS_MAX, fault_in
from service.portal.seller.page import complaint_for, overview_of
from service.portal.seller.visits import (
    PAGE,
    SellerRoute,
    SellerUploadRoute,
    Visit,
    Visiting,
    complaint_of,
    visit_of,
)
from service.refusals import CodeLocked, CodeMissing, NoSuchEvidence

router = public_router(SellerRoute)
uploads = public_router(SellerUploadRoute)
enters = public_router(SellerRoute)
COMPLAINT: Final = "/seller/complaints/{name}"
EVIDENCE: Final = f"{COMPLAINT}/evidence/{{kind}}"
KINDS: Final = {
    "invoice": marked("An invoice of where you bought it"),
    "authenticity_document": marked("A document that shows that it is genuine"),
    "photo_official": marked("A photo of the real thing"),
    "other": marked("Something else"),
}
"""What speaks for a seller, and what the page calls it; it never counts against them."""
CODE_MAX: Final = 64


@router.get("/seller")
def show_overview(request: Request, context: Context, cursor: str | None = None) -> Response:
    """What there is about the seller; before it the form for the code."""
    try:
        visit = visit_of(request)
    except CodeMissing:
        return _code(request, NOTHING_SENT)
    return render(
        request,
        "seller/seller.html",
        parts=overview_of(context, visit.seller_id, cursor),
        policy=context.policies.at(context.clock()),
        reached_tiers=reached_tiers,
        html_words=html_words,
        is_first=cursor is None,
    )


@router.post("/seller/code")
def take_code(request: Request, context: Context, form: GivenForm) -> Response:
    """Look at the code that somebody typed; after a few wrong ones none is looked at any more."""
    link, code = visitor(request, PAGE), form.text("code").strip()[:CODE_MAX]
    if not has_words(code):
        return _code(request, _refused(form, "code", gettext("Type the code from your account.")))
    try:
        with context.database.writing() as connection:
            is_right = links.prove(connection, link, code)
    except CodeLocked:
        return _locked(request)
    if not is_right:
        return _code(request, _refused(form, "code", gettext("This is not the code.")))
    response = see(f"/{PAGE}")
    visits.enter_proved(response, request, link, now=context.clock())
    return response


@router.post("/seller/leave")
def leave(request: Request) -> Response:
    """Forget on this machine who came by which link; others may use it after."""
    response = render(request, "seller/left.html")
    visits.leave(response, request, PAGE)
    return response


@router.get(COMPLAINT)
def show_complaint(name: PathId, request: Request, context: Context, visit: Visiting) -> Response:
    """One complaint: what was said, how it stands, why, and what the seller can do."""
    return _complaint(request, context, visit, name, NOTHING_SENT)


@router.post(f"{COMPLAINT}/answer")
def answer(
    name: PathId, request: Request, context: Context, visit: Visiting, form: GivenForm
) -> Response:
    """Answer a complaint, by the action that takes answers."""
    return _written(
        request,
        context,
        visit,
        name,
        form,
        "seller-answer",
        lambda transaction, words: file_answer(transaction, name, Answer(text=words, by="seller")),
    )


@router.post(f"{COMPLAINT}/appeal")
def appeal(
    name: PathId, request: Request, context: Context, visit: Visiting, form: GivenForm
) -> Response:
    """Appeal against a decision, by the action that takes appeals."""
    return _written(
        request,
        context,
        visit,
        name,
        form,
        "seller-appeal",
        lambda transaction, words: file_appeal(
            transaction, name, Appeal(reason=words, by="seller")
        ),
    )


@router.get(EVIDENCE)
def ask_file(
    name: PathId, kind: PathId, request: Request, context: Context, visit: Visiting
) -> Response:
    """Ask for a file that speaks for the seller."""
    return _file(request, context, visit, name, kind, NOTHING_SENT)


@uploads.post(EVIDENCE)
def add_file(
    name: PathId,
    kind: PathId,
    request: Request,
    context: Context,
    visit: Visiting,
    storage: EvidenceStorage,
    upload: Uploaded,
) -> Response:
    """Add a file to a complaint that is not decided yet, by the action that takes evidence."""
    asked = _file(request, context, visit, name, kind, NOTHING_SENT)
    if asked.status_code != HTTPStatus.OK:
        return asked
    file = EvidenceFile(kind=kind, party="seller")
    fault = added(context, storage, upload, name, file, visit.caller)
    if fault:
        return _file(request, context, visit, name, kind, Refused({}, [Fault("file", fault)]))
    return see(f"/seller/complaints/{in_path(name)}", "seller-evidence")


@enters.get("/seller/{token}")
def enter(token: str, request: Request) -> Response:
    """Take a link's token out of the address, and go on to the page."""
    return exchange(request, token, PAGE)


def _written(
    request: Request,
    context: AppContext,
    visit: Visit,
    name: str,
    form: Form,
    said: str,
    act: Callable[[Transaction, str], object],
) -> Response:
    """Do what takes words, once; say what is wrong where there are none, or too many."""
    words = form.text("words").strip()
    complaint_of(request, visit, name)
    fault = fault_in(words, missing=gettext("Write something first."))
    if fault:
        return _complaint(request, context, visit, name, _refused(form, "words", fault))
    decide_in(
        context,
        form.key,
        visit.caller,
        lambda transaction: act(transaction, words),
        HTTPStatus.CREATED,
    )
    context.wake_worker()
    return see(f"/seller/complaints/{in_path(name)}", said)


def _complaint(
    request: Request, context: AppContext, visit: Visit, name: str, refused: Refused
) -> Response:
    file = complaint_of(request, visit, name)
    return render(
        request,
        "seller/complaint.html",
        status=refused.page_status,
        one=complaint_for(context, file),
        address=f"/seller/complaints/{in_path(name)}",
        refused=refused,
        key=new_key(),
        html_words=html_words,
        most=WORDS_MAX,
        kinds=KINDS,
    )


def _file(
    request: Request,
    context: AppContext,
    visit: Visit,
    name: str,
    kind: str,
    refused: Refused,
) -> Response:
    """The page that asks for a file; back to the complaint where none is taken any more."""
    if kind not in KINDS:
        raise NoSuchEvidence(f"nobody asks for {kind!r}")
    address = f"/seller/complaints/{in_path(name)}"
    if not complaint_for(context, complaint_of(request, visit, name)).can_add:
        return see(address)
    return render(
        request,
        "seller/file.html",
        status=refused.page_status,
        asked=KINDS[kind],
        action=f"{address}/evidence/{kind}",
        address=address,
        refused=refused,
        bytes_max=context.settings.evidence_bytes_max,
    )


def _refused(form: Form, field: str, said: str) -> Refused:
    return Refused(form.fields, [Fault(field, said)])


def _code(request: Request, refused: Refused) -> Response:
    link = visitor(request, PAGE)
    if link.code is None or link.wrong_codes >= TRIES_MAX:
        return _locked(request)
    return render(
        request, "seller/code.html", status=refused.page_status, refused=refused, most=CODE_MAX
    )


def _locked(request: Request) -> Response:
    return render(request, "seller/locked.html", status=HTTPStatus.FORBIDDEN)
