"""Exceptions that reviewers grant: each shows what it changes before it is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request, Response

from detector.errors import BadInput
from detector.instants import text_of
from service.console.languages.speaking import gettext, ngettext
from service.console.languages.writing import clock_time
from service.console.pages.blind import kept_from
from service.console.pages.drafts import DraftedForm
from service.console.pages.forms import Form, GivenForm, body_in, new_key
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import in_path, render, zone_of
from service.console.pages.words import word
from service.console.second_person.may import looked_at
from service.console.second_person.subjects import of_entry, of_sanction, of_seller
from service.decisions import log_records, sanction_records
from service.decisions.adjustments import actions as adjustments
from service.decisions.adjustments.rules import credit_step, forgiveness_step
from service.decisions.adjustments.schemas import Credit, Forgiveness, StandingAfter
from service.decisions.drafts.store import Draft
from service.decisions.ledger.rules import Step
from service.decisions.sanctions import enforcement
from service.decisions.sanctions.changes import Change
from service.decisions.sanctions.rules import exception_step
from service.decisions.sanctions.schemas import Extension, Lifting
from service.decisions.schemas import SanctionRecord
from service.decisions.transaction import Transaction
from service.http.access.keys import Caller
from service.http.context import Context
from service.http.fields import PathId, instant_of
from service.roles import READERS, REVIEWERS
from service.sellers.store import check_known
from service.views.sellers.actions import show_ledger

router = page_router()
Reader = Annotated[Caller, signed_in(READERS)]
Reviewer = Annotated[Caller, signed_in(REVIEWERS)]
ROWS: Final = 50
PREVIEW: Final = "preview"
"""The id and the words of an event that is worked out and not recorded."""
CREDIT: Final = DraftedForm("credit", of_seller)
FORGIVENESS: Final = DraftedForm("forgiveness", of_entry)
LIFTING: Final = DraftedForm("lifting", of_sanction)
EXTENSION: Final = DraftedForm("extension", of_sanction)


class Asked(NamedTuple):
    """An exception that somebody looks at before granting it."""

    title: str
    meaning: str
    seller_id: str
    address: str
    button: str
    fields: Mapping[str, str]
    """What the form sends again beside the reason."""
    draft: Draft
    why_not: str | None
    change: Change | None


@router.get("/sellers/{seller_id}/exceptions")
def list_exceptions(
    seller_id: PathId, request: Request, context: Context, caller: Reader, cursor: str | None = None
) -> Response:
    """What can be forgiven, ended, extended or given back."""
    now, policies = context.clock(), context.policies
    with context.database.reading() as connection:
        ledger = show_ledger(
            connection, seller_id, policies, now=now, state="standing", limit=ROWS, cursor=cursor
        )
        kept = kept_from(connection, caller, seller_id)
    return render(
        request,
        "second_person/exceptions.html",
        seller_id=seller_id,
        ledger=ledger,
        kept=kept,
        kinds=policies.at(now).credits.kinds,
        may_except=caller.role in REVIEWERS,
    )


@router.get("/sellers/{seller_id}/exceptions/credit")
def ask_credit(seller_id: PathId, request: Request, context: Context, caller: Reader) -> Response:
    """What giving points back would change."""
    given = body_in(request.query_params, Credit)
    with context.database.reading() as connection:
        check_known(connection, seller_id)
        log = log_records.log_of(connection, seller_id)
        draft = CREDIT.kept(connection, caller, seller_id)
    change, hindrance = looked_at(
        caller,
        lambda: credit_step(log, given, context.policies, event_id=PREVIEW, now=context.clock()),
        REVIEWERS,
    )
    asked = Asked(
        title=ngettext("Give back %(num)s point", "Give back %(num)s points", given.points),
        meaning=gettext("Points earned back for %(kind)s.", kind=word(given.kind)),
        seller_id=seller_id,
        address=f"/sellers/{in_path(seller_id)}/exceptions/credit",
        button=gettext("Give the points back"),
        fields={"points": str(given.points), "kind": given.kind},
        draft=draft,
        why_not=hindrance,
        change=change,
    )
    return _ask(request, asked)


@router.post("/sellers/{seller_id}/exceptions/credit")
def grant_credit(
    seller_id: PathId, context: Context, caller: Reviewer, form: GivenForm
) -> Response:
    """Give points back."""

    def act(transaction: Transaction) -> StandingAfter:
        return adjustments.grant_credit(transaction, seller_id, form.body(Credit))

    CREDIT.decide(context, caller, seller_id, form, act)
    context.wake_worker()
    return see(f"/sellers/{in_path(seller_id)}/exceptions", "credited")


@router.get("/entries/{entry_id}")
def go_to_seller(entry_id: PathId, context: Context, _: Reader) -> Response:
    """An entry stands among its seller's."""
    with context.database.reading() as connection:
        seller_id = adjustments.seller_of_entry(connection, entry_id)
    return see(f"/sellers/{in_path(seller_id)}/exceptions")


@router.get("/entries/{entry_id}/forgive")
def ask_forgiveness(
    entry_id: PathId, request: Request, context: Context, caller: Reader
) -> Response:
    """What letting an entry count no more would change."""
    with context.database.reading() as connection:
        seller_id = adjustments.seller_of_entry(connection, entry_id)
        log = log_records.log_of(connection, seller_id)
        draft = FORGIVENESS.kept(connection, caller, entry_id)
    change, hindrance = looked_at(
        caller,
        lambda: forgiveness_step(
            log,
            entry_id,
            PREVIEW,
            context.policies,
            person=caller.person,
            event_id=PREVIEW,
            now=context.clock(),
        ),
        REVIEWERS,
    )
    asked = Asked(
        title=gettext("Forgive an entry"),
        meaning=gettext("The entry counts no more, though its verdict stands."),
        seller_id=seller_id,
        address=f"/entries/{in_path(entry_id)}/forgive",
        button=gettext("Forgive it"),
        fields={},
        draft=draft,
        why_not=hindrance,
        change=change,
    )
    return _ask(request, asked)


@router.post("/entries/{entry_id}/forgive")
def forgive(entry_id: PathId, context: Context, caller: Reviewer, form: GivenForm) -> Response:
    """Let an entry count no more."""
    with context.database.reading() as connection:
        seller_id = adjustments.seller_of_entry(connection, entry_id)

    def act(transaction: Transaction) -> StandingAfter:
        return adjustments.forgive_entry(transaction, entry_id, form.body(Forgiveness))

    FORGIVENESS.decide(context, caller, entry_id, form, act)
    context.wake_worker()
    return see(f"/sellers/{in_path(seller_id)}/exceptions", "forgiven")


@router.get("/sanctions/{sanction_id}/lift")
def ask_lifting(
    sanction_id: PathId, request: Request, context: Context, caller: Reader
) -> Response:
    """What ending a sanction before its time would change."""
    with context.database.reading() as connection:
        file = sanction_records.sanction_file(connection, sanction_id, now=context.clock())
        draft = LIFTING.kept(connection, caller, sanction_id)
    change, hindrance = looked_at(
        caller,
        lambda: exception_step(
            file,
            context.policies,
            person=caller.person,
            why=PREVIEW,
            event_id=PREVIEW,
            now=context.clock(),
        ),
        REVIEWERS,
    )
    asked = Asked(
        title=gettext("End a sanction before its time"),
        meaning=gettext("It ends now; the points stay taken."),
        seller_id=file.record.seller_id,
        address=f"/sanctions/{in_path(sanction_id)}/lift",
        button=gettext("End it now"),
        fields={},
        draft=draft,
        why_not=hindrance,
        change=change,
    )
    return _ask(request, asked)


@router.post("/sanctions/{sanction_id}/lift")
def lift(sanction_id: PathId, context: Context, caller: Reviewer, form: GivenForm) -> Response:
    """End a sanction before its time."""

    def act(transaction: Transaction) -> SanctionRecord:
        return enforcement.lift(transaction, sanction_id, form.body(Lifting).reason)

    LIFTING.decide(context, caller, sanction_id, form, act)
    return see(f"/sanctions/{in_path(sanction_id)}", "lifted")


@router.get("/sanctions/{sanction_id}/extend")
def ask_extension(
    sanction_id: PathId, request: Request, context: Context, caller: Reader, until: str = ""
) -> Response:
    """What letting a sanction run longer would change."""
    now, policies, zone = context.clock(), context.policies, zone_of(request)
    ends_at = instant_in(until, zone)
    with context.database.reading() as connection:
        file = sanction_records.sanction_file(connection, sanction_id, now=now)

        def step() -> Step:
            enforcement.check_may_extend(connection, file, policies, person=caller.person, now=now)
            return exception_step(
                file,
                policies,
                person=caller.person,
                why=PREVIEW,
                event_id=PREVIEW,
                now=now,
                until=ends_at,
            )

        change, hindrance = looked_at(caller, step, REVIEWERS)
        draft = EXTENSION.kept(connection, caller, sanction_id)
    asked = Asked(
        title=gettext("Let a sanction run longer"),
        meaning=gettext("It runs until %(time)s.", time=clock_time(ends_at, zone)),
        seller_id=file.record.seller_id,
        address=f"/sanctions/{in_path(sanction_id)}/extend",
        button=gettext("Let it run longer"),
        fields={"until": text_of(ends_at)},
        draft=draft,
        why_not=hindrance,
        change=change,
    )
    return _ask(request, asked)


@router.post("/sanctions/{sanction_id}/extend")
def extend(sanction_id: PathId, context: Context, caller: Reviewer, form: GivenForm) -> Response:
    """Let a sanction run longer."""

    def act(transaction: Transaction) -> SanctionRecord:
        given = form.body(Extension)
        return enforcement.extend(transaction, sanction_id, given.until, given.reason)

    EXTENSION.decide(context, caller, sanction_id, form, act)
    return see(f"/sanctions/{in_path(sanction_id)}", "extended")


def instant_in(text: str, zone: ZoneInfo) -> int:
    """Microseconds UTC of what a field for date and time holds, in the reader's zone.

    Raises BadInput.
    """
    try:
        at = datetime.fromisoformat(text)
        return instant_of(
            (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC).isoformat()
        )
    except (ValueError, OverflowError) as error:
        raise BadInput("until: give a day and a time, such as 2026-03-01T12:00") from error


def _asked_again(address: str, form: Form, *names: str) -> str:
    """The page of an exception, which is asked for with what is granted."""
    return f"{address}?{urlencode({name: form.text(name) for name in names})}"


CREDIT.save_at(
    router,
    "/sellers/{subject}/exceptions/credit",
    lambda one, form: _asked_again(
        f"/sellers/{in_path(one)}/exceptions/credit", form, "points", "kind"
    ),
    REVIEWERS,
)
FORGIVENESS.save_at(
    router,
    "/entries/{subject}/forgive",
    lambda one, _: f"/entries/{in_path(one)}/forgive",
    REVIEWERS,
)
LIFTING.save_at(
    router, "/sanctions/{subject}/lift", lambda one, _: f"/sanctions/{in_path(one)}/lift", REVIEWERS
)
EXTENSION.save_at(
    router,
    "/sanctions/{subject}/extend",
    lambda one, form: _asked_again(f"/sanctions/{in_path(one)}/extend", form, "until"),
    REVIEWERS,
)


def _ask(request: Request, asked: Asked) -> Response:
    return render(request, "second_person/exception.html", asked=asked, new_key=new_key)
