"""The same verdict about several complaints of a case: previewed one by one, given all or none."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final, NamedTuple

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Connection

from detector.errors import BadInput, Refusal
from service.cases import actions as cases
from service.cases.schemas import CaseShown
from service.cases.store import case_of
from service.console.languages.speaking import gettext
from service.console.pages.drafts import DraftedForm
from service.console.pages.forms import Form, GivenForm, new_key
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import render
from service.console.pages.words import english
from service.console.verdicts.faults import CHANGED, form_faults, refusal_sentence
from service.console.verdicts.form import choices_of, effects_seen, note_in, words_seen
from service.decisions.drafts.store import About
from service.decisions.schemas import Verdict
from service.decisions.transaction import Transaction
from service.decisions.verdicts.actions import decide_all
from service.decisions.verdicts.schemas import VerdictGiven, VerdictProposed
from service.http.access.keys import Caller
from service.http.context import AppContext, Context
from service.http.fields import PathId
from service.http.metrics import Counted
from service.http.statuses import status_of
from service.refusals import NoSuchCase, VersionChanged, title_of
from service.roles import DECIDERS
from service.views.cases.actions import complaints_page
from service.views.complaints.schemas import ComplaintListed
from service.views.previews.actions import preview_verdicts
from service.views.previews.schemas import VerdictPreview

router = page_router()
Decider = Annotated[Caller, signed_in(DECIDERS)]
ROWS = 25
"""Complaints on the page: as many as a case's page shows, and no more are decided at once."""


def of_case(connection: Connection, case_id: str) -> About:
    """Words about complaints of a case; raises NoSuchCase."""
    case = case_of(connection, case_id)
    if case is None:
        raise NoSuchCase(f"no case has the id {case_id!r}")
    return About(case.seller_id)


VERDICTS: Final = DraftedForm(
    "verdicts", of_case, ("complaint", "outcome", "violation", "reason", "internal_note")
)
VERDICTS.save_at(
    router, "/cases/{subject}/verdicts", lambda one, _: f"/cases/{one}/verdicts", DECIDERS
)


class Place(NamedTuple):
    """Where verdicts are given: who looks at which case."""

    request: Request
    context: AppContext
    caller: Caller
    case_id: str


@router.get("/cases/{case_id}/verdicts")
def show_form(request: Request, context: Context, caller: Decider, case_id: PathId) -> Response:
    """The complaints of a case that wait, to choose from."""
    return _page(Place(request, context, caller, case_id))


@router.post("/cases/{case_id}/verdicts/preview")
def preview(
    request: Request, context: Context, caller: Decider, case_id: PathId, form: GivenForm
) -> Response:
    """Show what each verdict would do, one after the other, and offer to give them."""
    return _previewed(Place(request, context, caller, case_id), form)


@router.post("/cases/{case_id}/verdicts/claim")
def claim(
    request: Request, context: Context, caller: Decider, case_id: PathId, form: GivenForm
) -> Response:
    """Hold the case, and go on with what was chosen and typed."""
    place, settings = Place(request, context, caller, case_id), context.settings
    _keep(place, form)
    with context.database.writing() as connection:
        cases.claim_case(
            connection,
            case_id,
            caller=caller,
            now=context.clock(),
            lease_us=settings.lease_us,
            held_max=settings.cases_held_max,
        )
    return _page(place, form)


@router.post("/cases/{case_id}/verdicts")
def give_verdicts(
    request: Request,
    context: Context,
    metrics: Counted,
    caller: Decider,
    case_id: PathId,
    form: GivenForm,
) -> Response:
    """Give the verdicts that were previewed, all or none, if they would still do what was shown."""
    place = Place(request, context, caller, case_id)
    try:
        given = form.body(Verdict)
    except RequestValidationError:
        return _previewed(place, form)
    chosen = form.fields.get("complaint", [])
    if form.text("words") != _words(given, chosen):
        return _previewed(place, form, not_yet=gettext(CHANGED))

    def act(connection: Connection) -> list[VerdictGiven | VerdictProposed]:
        previews = _previews(connection, place, chosen, given)
        seen = dict(zip(chosen, form.fields.get("version", []), strict=False))
        # What the rules refuse now is refused below, in their words; another version as well.
        is_as_seen = [one.version for one in previews] == list(seen.values())
        is_refused = any(one.refusal for one in previews)
        if is_as_seen and not is_refused and _effects(previews) != form.text("foreseen"):
            raise VersionChanged("what they would do changed since the preview")
        transaction = Transaction(connection, context.policies, caller, context.clock())
        results = decide_all(transaction, seen, given, note=note_in(form))
        VERDICTS.forget(connection, caller, case_id)
        return results

    try:
        answer = context.write(form.key, act)
    except Refusal as refusal:
        _keep(place, form)
        status = status_of(type(refusal))
        is_old = isinstance(refusal, VersionChanged)
        return _page(
            place,
            form,
            status=HTTPStatus.CONFLICT if is_old else status,
            faults=[("", f"{gettext(title_of(type(refusal)))} {english(str(refusal))}")],
        )
    if isinstance(answer, list):
        for one in answer:
            if isinstance(one, VerdictGiven):
                metrics.verdicts.labels(one.outcome).inc()
        context.wake_worker()
    return see(f"/cases/{case_id}", "all-decided")


def _previewed(place: Place, form: Form, *, not_yet: str = "") -> Response:
    _keep(place, form)
    try:
        given = form.body(Verdict)
    except RequestValidationError as error:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(place, form, status=status, faults=form_faults(error))
    chosen = form.fields.get("complaint", [])
    if not chosen:
        fault = ("complaints", gettext("Choose at least one complaint."))
        return _page(place, form, status=HTTPStatus.UNPROCESSABLE_ENTITY, faults=[fault])
    with place.context.database.reading() as connection:
        previews = _previews(connection, place, chosen, given)
    is_ready = not any(one.refusal for one in previews)
    return _page(
        place,
        form,
        status=HTTPStatus.OK if is_ready else HTTPStatus.UNPROCESSABLE_ENTITY,
        previews=dict(zip(chosen, previews, strict=True)),
        foreseen=_effects(previews) if is_ready else "",
        words=_words(given, chosen) if is_ready else "",
        faults=[]
        if is_ready
        else [("", gettext("Some would be refused; nothing is decided then."))],
        not_yet=not_yet if is_ready else "",
    )


def _previews(
    connection: Connection, place: Place, chosen: list[str], given: Verdict
) -> list[VerdictPreview]:
    """What each verdict would do; raises BadInput for a complaint that the page does not show."""
    context = place.context
    case = cases.show_case(connection, place.case_id, now=context.clock())
    shown = {one.complaint_id for one in _waiting(connection, case)}
    if not shown.issuperset(chosen) or len(set(chosen)) < len(chosen):
        raise BadInput("complaints: these are not all among those of the case that wait")
    return preview_verdicts(
        connection, chosen, given, context.policies, caller=place.caller, now=context.clock()
    )


def _waiting(connection: Connection, case: CaseShown) -> list[ComplaintListed]:
    """The complaints that the page shows: those of the case that wait for a verdict."""
    page = complaints_page(connection, case, limit=ROWS, cursor=None)
    return [
        one
        for one in page.complaints
        if one.outcome == "pending" and not (one.withdrawn_at or one.proposed_by)
    ]


def _page(
    place: Place,
    form: Form | None = None,
    *,
    status: int = HTTPStatus.OK,
    **more: Any,  # noqa: ANN401 - what the template says of the previews or of what went wrong
) -> Response:
    context = place.context
    with context.database.reading() as connection:
        case = cases.show_case(connection, place.case_id, now=context.clock())
        waiting = _waiting(connection, case)
        draft = VERDICTS.kept(connection, place.caller, place.case_id)
    policy = context.policies.at(context.clock())
    values = {"previews": {}, "faults": [], "foreseen": "", "words": "", "not_yet": ""}
    categories = {one.category for one in waiting}
    return render(
        place.request,
        "verdicts/bulk.html",
        status=status,
        case=case,
        waiting=waiting,
        holds=case.lease is not None and case.lease.holder == place.caller.person,
        refusal_sentence=refusal_sentence,
        choices=choices_of(policy, min(categories, default="")),
        typed=draft.fields if form is None else form.fields,
        draft=draft,
        key=(form and form.key.request_key) or new_key(),
        **values | more,
    )


def _keep(place: Place, form: Form) -> None:
    """Keep what was chosen and typed as this person's draft."""
    VERDICTS.keep(place.context, place.caller, place.case_id, form)


def _words(given: Verdict, chosen: list[str]) -> str:
    return words_seen(given, *chosen)


def _effects(previews: list[VerdictPreview]) -> str:
    return "".join(effects_seen(one)[:8] for one in previews)
