"""Another policy on the decisions so far: asked by a form, worked out beside, and told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Final, NamedTuple

from fastapi import Query, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Connection

from detector.errors import BadInput, BadPolicy
from detector.rules import bundled_names, policies_of
from detector.rules.policy.bundled import bundled_text
from detector.rules.policy.lint import lint
from service.console.languages.speaking import marked
from service.console.pages.faults import Fault, Refused, faults_in
from service.console.pages.forms import Form, GivenForm, new_key, result_of
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import render
from service.console.pages.words import english
from service.console.rulebook.changes import changes_between
from service.console.what_if import actions
from service.console.what_if.naming import name_of, policy_of
from service.console.what_if.runner import LISTED, Runner
from service.console.what_if.store import AnyRow
from service.http.access.keys import Caller
from service.http.admission import BodyKind
from service.http.context import AppContext, Context
from service.http.fields import PathId
from service.refusals import TooBusy
from service.roles import READERS
from service.views.rulebook.actions import policies_given
from service.views.rulebook.schemas import WhatIf

router = page_router(body=BodyKind.POLICY)
Reader = Annotated[Caller, signed_in(READERS)]
ROWS: Final = 50
"""Sellers on one page of a result."""
LABELS: Final = {
    "toml": marked("Rules, as TOML"),
    "as_of": marked("Up to the beginning of this day (UTC)"),
    "minutes_verdict": marked("Minutes for a verdict"),
    "minutes_appeal": marked("Minutes for an appeal"),
}


@router.get("/rules/what-if")
def show_form(
    request: Request,
    context: Context,
    caller: Reader,
    begin_with: str | None = None,
    again: str | None = None,
) -> Response:
    """The form, with the policy in force, a bundled one, or what was asked before."""
    written = {"toml": context.policy_text}
    if begin_with in bundled_names():
        written["toml"] = bundled_text(begin_with)
    if again is not None:
        with context.database.reading() as connection:
            asked = actions.what_if_of(connection, again, now=context.clock()).asked
        written = _written(asked)
    return _form_page(request, context, caller, written)


@router.post("/rules/what-if")
def begin(request: Request, context: Context, caller: Reader, form: GivenForm) -> Response:
    """Check the policy and begin, or show the form again with its words and what is wrong."""
    runner: Runner = request.app.state.what_ifs
    written = {name: form.text(name) for name in LABELS}
    written["toml"] = form.text("file") or form.text("toml")

    def again(*faults: Fault, status: int = HTTPStatus.UNPROCESSABLE_ENTITY) -> Response:
        return _form_page(request, context, caller, written, faults, status)

    try:
        asked = _asked(form, written["toml"])
        begun: list[actions.Begun] = []

        def act(connection: Connection) -> actions.Begun:
            begun.append(actions.begin(connection, asked, caller=caller, now=context.clock()))
            return begun[0]

        what_if_id = result_of(context.write(form.key, act))["what_if_id"]
    except BadInput as refusal:
        return again(Fault("toml", english(str(refusal))))
    except RequestValidationError as error:
        return again(*faults_in(error, LABELS))
    except TooBusy as refusal:
        return again(Fault("", english(str(refusal))), status=HTTPStatus.SERVICE_UNAVAILABLE)
    if begun:  # and not when the form is sent again
        runner.start(what_if_id, asked)
    return see(f"/rules/what-if/{what_if_id}")


@router.get("/rules/what-if/{what_if_id}")
def show(
    what_if_id: PathId,
    request: Request,
    context: Context,
    _: Reader,
    page: Annotated[int, Query(ge=1, le=LISTED)] = 1,
) -> Response:
    """How far it is, or what came out."""
    with context.database.reading() as connection:
        found = actions.what_if_of(connection, what_if_id, now=context.clock())
    differences = found.result.differences if found.result else []
    in_force, other = context.policies.at(found.begun_at), policy_of(found.asked)
    return render(
        request,
        "what_if/what_if.html",
        what_if=found,
        name=name_of(found.asked, in_force),
        in_force=in_force,
        policy=other,
        changes=changes_between(in_force, other) if other else [],
        findings=_findings(found.asked),
        shown=differences[(page - 1) * ROWS : page * ROWS],
        page=page,
        pages=-(-len(differences) // ROWS),
        listed=len(differences),
        new_key=new_key,
    )


@router.post("/rules/what-if/{what_if_id}/stop")
def stop(what_if_id: PathId, context: Context, _: Reader, form: GivenForm) -> Response:
    """End it, and see that it is ended."""
    now = context.clock()
    context.write(form.key, lambda connection: actions.stop(connection, what_if_id, now=now))
    return see(f"/rules/what-if/{what_if_id}")


def _asked(form: Form, toml: str) -> WhatIf:
    """What the form asks; raises RequestValidationError and BadInput, which names the line."""
    if not toml.strip():
        raise BadInput("write the rules first, or choose their file")
    if "\ufffd" in toml:
        raise BadInput("the file is not written in UTF-8, as TOML is; save it so and try again")
    as_of = form.text("as_of").strip()
    given = {"as_of": f"{as_of}T00:00:00Z"} if as_of else {}
    asked = form.body(WhatIf, policy={"toml": toml}, **given)
    policies_given(asked.policy)
    return asked


def _written(asked: WhatIf) -> dict[str, str]:
    """The fields of the form in which this was asked."""
    shown = asked.model_dump(mode="json")
    return {
        "toml": asked.policy.toml or "",
        "as_of": (shown["as_of"] or "")[:10],
        "minutes_verdict": f"{asked.minutes_verdict:g}",
        "minutes_appeal": f"{asked.minutes_appeal:g}",
    }


def _findings(asked: WhatIf) -> list[str]:
    try:
        versions = policies_of(asked.policy.toml or "").versions
    except BadPolicy:  # valid when it was asked, by an older release
        return []
    return [f"{one.label}: {finding}" for one in versions for finding in lint(one)]


def _form_page(
    request: Request,
    context: AppContext,
    caller: Caller,
    written: dict[str, str],
    faults: Sequence[Fault] = (),
    status: int = HTTPStatus.OK,
) -> Response:
    now = context.clock()
    with context.database.reading() as connection:
        rows = actions.last_of(connection, caller.person)
    lines = written["toml"].split("\n")
    said = " ".join(one.sentence for one in faults if one.field == "toml")
    numbers = {int(n) for n in re.findall(r"\bline (\d{1,7})\b", said)}
    return render(
        request,
        "what_if/form.html",
        status=status,
        refused=Refused({name: [text] for name, text in written.items()}, faults),
        labels=LABELS,
        faulty_lines=[(n, lines[n - 1][:200]) for n in sorted(numbers) if n <= len(lines)],
        bundled=bundled_names(),
        label=context.policies.at(now).label,
        last=[_Last(row, actions.state_of(row, now=now), _name(row, context)) for row in rows],
        idempotency_key=new_key(),
    )


class _Last(NamedTuple):
    row: AnyRow
    state: str
    name: str


def _name(row: AnyRow, context: AppContext) -> str:
    asked = WhatIf.model_validate_json(row.asked)
    return name_of(asked, context.policies.at(row.begun_at))
