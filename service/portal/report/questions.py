"""The questions of a complaint, one a page; each answer is kept as it is given."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request, Response
from sqlalchemy import Connection

from service.console.languages.speaking import gettext, ngettext
from service.console.pages.forms import GivenForm
from service.console.pages.page_router import see
from service.console.pages.rendering import in_path
from service.http.context import AppContext, Context
from service.http.fields import has_words
from service.intake.reports import actions
from service.intake.reports.rules import ADDRESSES_MAX, EMAIL, Report, addresses_in, offer_in
from service.portal.pages.public_router import public_router
from service.portal.pages.rendering import render
from service.portal.pages.written import WORDS_MAX, fault_in
from service.portal.report.known import complaint_known
from service.portal.report.steps import CHECK, after, before
from service.portal.report.visits import Visit, Visiting, stay
from service.portal.report.words import category_of, offered_categories
from service.sellers.store import is_seller

router = public_router()
NAME_MAX: Final = 200
EMAIL_MAX: Final = 320
Faults = list[tuple[str, str]]
"""Fields, and what is wrong with each in words for who filled it in."""


@router.get("/report/what")
def ask_what(request: Request, context: Context, visit: Visiting) -> Response:
    """What is wrong?"""
    return _what(request, context, visit.draft, visit.draft.category or "")


@router.post("/report/what")
def answer_what(request: Request, context: Context, visit: Visiting, form: GivenForm) -> Response:
    """Keep the category; where a complaint of it waits already, go there."""
    report, category = visit.draft, form.text("category")
    if category not in _categories(context, report):
        fault = gettext("Choose what is wrong.")
        return _what(request, context, report, category, [("category", fault)])
    with context.database.reading() as connection:
        known = complaint_known(connection, visit.link, report, category)
    if known is not None:
        return see(f"/report/status/{in_path(known)}", "report-known")
    return _kept(request, context, visit, "what", category=category)


@router.get("/report/where")
def ask_where(request: Request, visit: Visiting) -> Response:
    """Where is the offer?"""
    return _ask(request, visit.draft, "where", {"addresses": visit.draft.addresses or ""})


@router.post("/report/where")
def answer_where(request: Request, context: Context, visit: Visiting, form: GivenForm) -> Response:
    """Keep the addresses of the offers, and whose they are where the addresses tell."""
    text = form.text("addresses")
    good, bad = addresses_in(text)
    fault = None
    if bad:
        fault = gettext("This is no address of a page: %(line)s", line=bad[0][:100])
    elif not good:
        fault = gettext("Paste the address of the offer. It begins with https://")
    elif len(good) > ADDRESSES_MAX:
        most = ADDRESSES_MAX
        fault = ngettext("Name %(num)s address at most.", "Name %(num)s addresses at most.", most)
    if fault:
        return _ask(request, visit.draft, "where", {"addresses": text}, [("addresses", fault)])
    offer = _offer_of(context, good)
    return _kept(
        request,
        context,
        visit,
        "where",
        addresses="\n".join(good),
        seller_id=offer.get("seller_id"),
        listing_id=offer.get("listing_id"),
    )


@router.get("/report/who")
def ask_who(request: Request, visit: Visiting) -> Response:
    """Who sells it?"""
    return _ask(request, visit.draft, "who", {"seller": visit.draft.seller_named or ""})


@router.post("/report/who")
def answer_who(request: Request, context: Context, visit: Visiting, form: GivenForm) -> Response:
    """Keep what the offer calls its seller; one that is known is found by that."""
    named = " ".join(form.text("seller").split())[:NAME_MAX]
    if not has_words(named):
        fault = gettext("Write the name of the seller as the offer shows it.")
        return _ask(request, visit.draft, "who", {"seller": named}, [("seller", fault)])
    with context.database.reading() as connection:
        seller_id = named if is_seller(connection, named) else None
    return _kept(request, context, visit, "who", seller_named=named, seller_id=seller_id)


@router.get("/report/why")
def ask_why(request: Request, visit: Visiting) -> Response:
    """What happened? Or, by who bought nothing: why is it against the law?"""
    return _ask(request, visit.draft, "why", {"words": visit.draft.words or ""})


@router.post("/report/why")
def answer_why(request: Request, context: Context, visit: Visiting, form: GivenForm) -> Response:
    """Keep the complainant's own words."""
    words = form.text("words").strip()
    fault = fault_in(words, missing=gettext("Write what happened, in your own words."))
    if fault:
        return _ask(request, visit.draft, "why", {"words": words}, [("words", fault)])
    return _kept(request, context, visit, "why", words=words)


@router.get("/report/you")
def ask_you(request: Request, visit: Visiting) -> Response:
    """Who are you? It may be left empty."""
    report = visit.draft
    return _ask(request, report, "you", {"name": report.name or "", "email": report.email or ""})


@router.post("/report/you")
def answer_you(request: Request, context: Context, visit: Visiting, form: GivenForm) -> Response:
    """Keep name and address of mail, where they are given."""
    name = " ".join(form.text("name").split())[:NAME_MAX]
    email = form.text("email").strip()
    if email and (len(email) > EMAIL_MAX or not EMAIL.fullmatch(email)):
        fault = gettext("Write an e-mail address such as ann@example.org, or leave it empty.")
        typed = {"name": name, "email": email}
        return _ask(request, visit.draft, "you", typed, [("email", fault)])
    return _kept(request, context, visit, "you", name=name or None, email=email or None)


def _ask(
    request: Request, report: Report, step: str, typed: dict[str, str], faults: Faults | None = None
) -> Response:
    """The page of a question, with what was typed and what is wrong with it."""
    return render(
        request,
        f"report/{step}.html",
        status=422 if faults else 200,
        report=report,
        category=category_of(report.category or ""),
        typed=typed,
        faults=faults or [],
        back=_back(request, report, step),
        action=_action(request, step),
        most={"words": WORDS_MAX, "addresses": ADDRESSES_MAX, "name": NAME_MAX},
    )


def _what(
    request: Request,
    context: AppContext,
    report: Report,
    chosen: str,
    faults: Faults | None = None,
) -> Response:
    offered = [(name, category_of(name)) for name in _categories(context, report)]
    return render(
        request,
        "report/what.html",
        status=422 if faults else 200,
        report=report,
        offered_categories=offered,
        chosen=chosen,
        faults=faults or [],
        back=_back(request, report, "what"),
        action=_action(request, "what"),
    )


def _kept(
    request: Request,
    context: AppContext,
    visit: Visit,
    step: str,
    **answers: Any,  # noqa: ANN401
) -> Response:
    """Keep answers, and go on: to the next question, or back to where all are checked."""
    report = visit.draft

    def act(connection: Connection) -> Report:
        actions.save(connection, report, now=context.clock(), **answers)
        return actions.own_report(connection, visit.link, report.report_id)

    with context.database.writing() as connection:
        changed = act(connection)
    leads_to = f"/report/{CHECK}" if _is_checking(request) else after(changed, step)
    return stay(see(leads_to), request, visit)


def _is_checking(request: Request) -> bool:
    """Whether an answer is changed from the page where all are checked, and leads back there."""
    return request.query_params.get("then") == CHECK


def _action(request: Request, step: str) -> str:
    return f"/report/{step}" + (f"?then={CHECK}" if _is_checking(request) else "")


def _back(request: Request, report: Report, step: str) -> str:
    return f"/report/{CHECK}" if _is_checking(request) else before(report, step)


def _categories(context: AppContext, report: Report) -> list[str]:
    policy = context.policies.at(context.clock())
    return offered_categories(policy.categories, is_open=report.is_open)


def _offer_of(context: AppContext, addresses: list[str]) -> dict[str, str]:
    """The seller and listing of the offers where the first address tells a seller who is known."""
    offer = offer_in(addresses[0], context.settings.offer_address)
    if "seller_id" not in offer:
        return {}
    with context.database.reading() as connection:
        return offer if is_seller(connection, offer["seller_id"]) else {}
