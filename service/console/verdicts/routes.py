"""A verdict on pages: what it would do is shown before it is given, and what it did after."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Connection

from detector.errors import Refusal
from service.cases import actions as cases
from service.console.languages.speaking import gettext
from service.console.pages.forms import Form, GivenForm, result_of
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import in_path
from service.console.pages.words import english
from service.console.verdicts.faults import CHANGED, foreseen_faults, form_faults, refusal_faults
from service.console.verdicts.form import (
    VERDICT,
    effects_seen,
    note_in,
    verdict_in,
    words_seen,
)
from service.console.verdicts.page import Place, form_page, preview_in, result_page
from service.decisions.records import complaint_file
from service.decisions.schemas import Verdict
from service.decisions.transaction import Transaction
from service.decisions.verdicts.actions import decide
from service.decisions.verdicts.schemas import VerdictGiven, VerdictProposed
from service.http.access.keys import Caller
from service.http.context import Context
from service.http.fields import PathId
from service.http.metrics import Counted
from service.http.statuses import status_of
from service.refusals import VersionChanged, title_of
from service.roles import DECIDERS, READERS
from service.views.previews.rules import foreseen_refusal

router = page_router()
Reader = Annotated[Caller, signed_in(READERS)]
Decider = Annotated[Caller, signed_in(DECIDERS)]
ADDRESS = "/complaints/{complaint_id}/verdict"


@router.get(ADDRESS)
def show_form(request: Request, context: Context, caller: Reader, complaint_id: PathId) -> Response:
    """The form, or why there is none; with what this person typed before."""
    return form_page(Place(request, context, caller, complaint_id))


@router.get(f"{ADDRESS}/result")
def show_result(
    request: Request, context: Context, caller: Reader, complaint_id: PathId
) -> Response:
    """What was decided, and what to do next."""
    return result_page(Place(request, context, caller, complaint_id))


@router.get(f"{ADDRESS}/preview")
def show_form_again(_: Reader, complaint_id: PathId) -> Response:
    """The form: a preview is sent, not visited."""
    return see(_address(complaint_id))


@router.post(f"{ADDRESS}/preview")
def preview(
    request: Request, context: Context, caller: Decider, complaint_id: PathId, form: GivenForm
) -> Response:
    """Show all that the verdict would do, and offer to give it."""
    place = Place(request, context, caller, complaint_id)
    return _previewed(place, form)


@router.post(f"{ADDRESS}/claim")
def claim(
    request: Request, context: Context, caller: Decider, complaint_id: PathId, form: GivenForm
) -> Response:
    """Hold the seller's open case, and go on with what was typed."""
    place = Place(request, context, caller, complaint_id)
    _keep(place, form)
    settings = context.settings
    with context.database.writing() as connection:
        cases.claim_case(
            connection,
            form.text("case_id"),
            caller=caller,
            now=context.clock(),
            lease_us=settings.lease_us,
            held_max=settings.cases_held_max,
        )
    return see(_address(complaint_id), "claimed")


@router.post(ADDRESS)
def give_verdict(
    request: Request,
    context: Context,
    metrics: Counted,
    caller: Decider,
    complaint_id: PathId,
    form: GivenForm,
) -> Response:
    """Give the verdict that was previewed, if it would still do what was shown."""
    place = Place(request, context, caller, complaint_id)
    try:
        given = verdict_in(form)
    except RequestValidationError as error:
        return _faulty(place, form, error)
    if form.text("words") != words_seen(given):
        return _previewed(place, form, not_yet=gettext(CHANGED))

    def act(connection: Connection) -> VerdictGiven | VerdictProposed:
        return _decide(connection, place, form, given)

    try:
        answer = context.write(form.key, act)
    except Refusal as refusal:
        return _refused(place, form, given, refusal)
    if isinstance(answer, VerdictGiven):
        metrics.verdicts.labels(answer.outcome).inc()
        context.wake_worker()
    is_proposed = "people_missing" in result_of(answer)
    return see(f"{_address(complaint_id)}/result", "proposed" if is_proposed else "decided")


def _decide(
    connection: Connection, place: Place, form: Form, given: Verdict
) -> VerdictGiven | VerdictProposed:
    """Decide on what was seen; the draft has served then."""
    context, version = place.context, form.text("version")
    transaction = Transaction(connection, context.policies, place.caller, context.clock())
    foreseen = preview_in(connection, place, given)
    # What the rules refuse now is refused below, in their words; another version as well.
    is_same = foreseen.result == "refused" or effects_seen(foreseen) == form.text("foreseen")
    if foreseen.version == version and not is_same:
        raise VersionChanged("what it would do changed since the preview, as time went by")
    result = decide(
        transaction,
        place.complaint_id,
        given,
        seen={version},
        holding=True,
        note=note_in(form),
    )
    VERDICT.forget(connection, place.caller, place.complaint_id)
    return result


def _previewed(place: Place, form: Form, *, not_yet: str = "") -> Response:
    _keep(place, form)
    try:
        given = verdict_in(form)
    except RequestValidationError as error:
        return _faulty(place, form, error)
    with place.context.database.reading() as connection:
        foreseen = preview_in(connection, place, given)
    is_refused = foreseen.refusal is not None
    return form_page(
        place,
        typed=VERDICT.typed_in(form),
        status=HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK,
        preview=foreseen,
        key=form.key.request_key,
        words=words_seen(given),
        faults=foreseen_faults(foreseen),
        not_yet=not_yet,
    )


def _faulty(place: Place, form: Form, error: RequestValidationError) -> Response:
    """The form again, with what is wrong in which field."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return form_page(place, typed=VERDICT.typed_in(form), status=status, faults=form_faults(error))


def _refused(place: Place, form: Form, given: Verdict, refusal: Refusal) -> Response:
    """The form again with what was typed, why nothing was done, and what changed."""
    if _was_given(place, given):
        return see(f"{_address(place.complaint_id)}/result")
    _keep(place, form)
    is_old = isinstance(refusal, VersionChanged)
    return form_page(
        place,
        typed=VERDICT.typed_in(form),
        status=HTTPStatus.CONFLICT if is_old else status_of(type(refusal)),
        refusal=gettext(title_of(type(refusal))),
        faults=[] if is_old else refusal_faults(foreseen_refusal(refusal)),
        changes=[english(str(refusal))] if is_old else [],
    )


def _was_given(place: Place, given: Verdict) -> bool:
    """Whether the same person has given the same verdict, as in another tab."""
    with place.context.database.reading() as connection:
        standing = complaint_file(connection, place.complaint_id).standing_verdict
    if standing is None or standing.moderator != place.caller.person:
        return False
    return (standing.outcome, standing.reason, standing.supersedes) == (
        given.outcome,
        given.reason,
        given.supersedes,
    )


def _keep(place: Place, form: Form) -> None:
    """Keep what was typed as this person's draft."""
    VERDICT.keep(place.context, place.caller, place.complaint_id, form)


def _address(complaint_id: str) -> str:
    return f"/complaints/{in_path(complaint_id)}/verdict"


VERDICT.save_at(router, "/complaints/{subject}/verdict", lambda one, _: _address(one), DECIDERS)
