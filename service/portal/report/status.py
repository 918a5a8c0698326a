"""What became of a complaint, for its complainant; a missing file, a withdrawal, an appeal."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from fastapi import Request, Response

from service.console.languages.speaking import gettext
from service.console.pages.forms import GivenForm, new_key
from service.console.pages.page_router import see
from service.console.pages.rendering import in_path
from service.decisions.appeals.actions import file_appeal
from service.decisions.appeals.schemas import Appeal
from service.decisions.transaction import decide_in
from service.decisions.withdrawals.actions import withdraw
from service.decisions.withdrawals.schemas import Withdrawal
from service.http.context import AppContext, Context
from service.http.fields import PathId
from service.intake.evidence.schemas import EvidenceFile
from service.intake.evidence.storage import EvidenceStorage
from service.portal.pages.public_router import public_router
from service.portal.pages.rendering import render
from service.portal.pages.uploads import Uploaded, UploadRoute, added
from service.portal.pages.written import WORDS_MAX, fault_in
from service.portal.report.files import file_asked
from service.portal.report.own_files import SHOWN_MAX
from service.portal.report.progress import Progress, progress_of
from service.portal.report.visits import Visit, Visiting, stay
from service.portal.report.words import category_of, kind_of
from service.refusals import NoSuchReport

router = public_router()
uploads = public_router(UploadRoute)
STATUS: Final = "/report/status/{name}"
Faults = list[tuple[str, str]]


@router.get(STATUS)
def show_status(name: PathId, request: Request, context: Context, visit: Visiting) -> Response:
    """How far a complaint is, and what its complainant may do."""
    found = _progress(context, visit, name)
    return render(
        request,
        "report/status.html",
        progress=found,
        complaint=found.complaint,
        needs=found.needs,
        shown_max=SHOWN_MAX,
        address=_address(name),
        category=category_of(found.category),
        kind_of=kind_of,
        has_others=visit.link.order_id is not None,
    )


@router.get(f"{STATUS}/evidence/{{kind}}")
def ask_file(
    name: PathId, kind: PathId, request: Request, context: Context, visit: Visiting
) -> Response:
    """Ask for a file that is still missing."""
    _addable(context, visit, name, kind)
    action = f"{_address(name)}/evidence/{in_path(kind)}"
    return file_asked(request, kind, action=action, back=_address(name))


@uploads.post(f"{STATUS}/evidence/{{kind}}")
def add_file(
    name: PathId,
    kind: PathId,
    request: Request,
    context: Context,
    visit: Visiting,
    storage: EvidenceStorage,
    upload: Uploaded,
) -> Response:
    """Add a file to a complaint that is not decided yet."""
    _addable(context, visit, name, kind)
    fault = added(context, storage, upload, name, EvidenceFile(kind=kind), visit.caller)
    if fault:
        action = f"{_address(name)}/evidence/{in_path(kind)}"
        return file_asked(request, kind, action=action, back=_address(name), fault=fault)
    context.wake_worker()
    return stay(see(_address(name), "file-added"), request, visit)


@router.get(f"{STATUS}/withdraw")
def ask_withdrawal(name: PathId, request: Request, context: Context, visit: Visiting) -> Response:
    """Ask whether somebody means to take their complaint back."""
    if not _progress(context, visit, name).can_withdraw:
        return see(_address(name))
    return _act(request, "report/withdraw.html", name, "", [])


@router.post(f"{STATUS}/withdraw")
def take_back(
    name: PathId, request: Request, context: Context, visit: Visiting, form: GivenForm
) -> Response:
    """Take a complaint back, by the action that takes withdrawals."""
    words = form.text("words").strip()
    _progress(context, visit, name)
    faults = [("words", fault)] if (fault := fault_in(words)) else []
    if form.text("sure") != "yes":
        faults.append(("sure", gettext("Tick the box if you are sure.")))
    if faults:
        return _act(request, "report/withdraw.html", name, words, faults)
    body = Withdrawal(by="complainant", reason=words)
    decide_in(
        context,
        form.key,
        visit.caller,
        lambda transaction: withdraw(transaction, name, body),
        HTTPStatus.CREATED,
    )
    context.wake_worker()
    return see(_address(name), "report-withdrawn")


@router.get(f"{STATUS}/appeal")
def ask_appeal(name: PathId, request: Request, context: Context, visit: Visiting) -> Response:
    """Ask why a decision is wrong."""
    if not _progress(context, visit, name).can_appeal:
        return see(_address(name))
    return _act(request, "report/appeal.html", name, "", [])


@router.post(f"{STATUS}/appeal")
def appeal(
    name: PathId, request: Request, context: Context, visit: Visiting, form: GivenForm
) -> Response:
    """Appeal against the decision, by the action that takes appeals."""
    words = form.text("words").strip()
    _progress(context, visit, name)
    missing = gettext("Write why, in your own words.")
    fault = fault_in(words, missing=missing)
    if fault:
        return _act(request, "report/appeal.html", name, words, [("words", fault)])
    body = Appeal(by="complainant", reason=words)
    decide_in(
        context,
        form.key,
        visit.caller,
        lambda transaction: file_appeal(transaction, name, body),
        HTTPStatus.CREATED,
    )
    return see(_address(name), "report-appealed")


def _act(request: Request, template: str, name: str, words: str, faults: Faults) -> Response:
    return render(
        request,
        template,
        status=422 if faults else 200,
        name=name,
        action=_address(name),
        back=_address(name),
        typed={"words": words},
        faults=faults,
        most={"words": WORDS_MAX},
        key=new_key(),
    )


def _progress(context: AppContext, visit: Visit, name: str) -> Progress:
    with context.database.reading() as connection:
        return progress_of(connection, visit.link, name, context.policies, now=context.clock())


def _addable(context: AppContext, visit: Visit, name: str, kind: str) -> None:
    """Raise NoSuchReport where a file of a kind is not taken (any more)."""
    found = _progress(context, visit, name)
    if not found.can_add or kind not in found.needs.offered:
        raise NoSuchReport(f"complaint {name!r} takes no file of the kind {kind!r} now")


def _address(name: str) -> str:
    return f"/report/status/{in_path(name)}"
