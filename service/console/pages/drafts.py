"""Forms whose words are kept on the server while they are typed: one draft a person and form."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final, NamedTuple, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Connection

from detector.errors import Refusal
from service.console.pages.forms import Form, GivenForm
from service.console.pages.gate import signed_in
from service.console.pages.page_router import see
from service.decisions.drafts import store
from service.decisions.drafts.store import About, Draft, DraftKey
from service.decisions.records import complaint_file
from service.decisions.transaction import Transaction, decide_in
from service.http.access.keys import Caller
from service.http.context import AppContext, Context
from service.http.fields import PathId
from service.roles import Role

Result = TypeVar("Result")
QUIETLY: Final = "quietly"
"""The field by which a script asks for no page."""


class DraftedForm(NamedTuple):
    """A form whose words are kept."""

    name: str
    about: Callable[[Connection, str], About]
    """Whose data the words about a subject may hold; raises Missing for what is not there."""
    fields: tuple[str, ...] = ("reason",)
    """What people choose and type: kept as a draft, and never lost."""

    def kept(self, connection: Connection, caller: Caller, subject: str) -> Draft:
        """What a person has typed before."""
        return store.draft_of(connection, self._key(caller, subject))

    def keep(self, context: AppContext, caller: Caller, subject: str, form: Form) -> None:
        """Keep what was chosen and typed; a form that was emptied leaves no draft."""
        typed, key = self.typed_in(form), self._key(caller, subject)
        with context.database.writing() as connection:
            about = self.about(connection, subject)
            if any(text.strip() for texts in typed.values() for text in texts):
                store.keep_draft(connection, key, about, typed, now=context.clock())
            else:
                store.delete_draft(connection, key)

    def forget(self, connection: Connection, caller: Caller, subject: str) -> None:
        """Forget the draft: it has served."""
        store.delete_draft(connection, self._key(caller, subject))

    def typed_in(self, form: Form) -> dict[str, list[str]]:
        """What was chosen and typed, by field."""
        return {name: form.fields[name] for name in self.fields if name in form.fields}

    def decide(
        self,
        context: AppContext,
        caller: Caller,
        subject: str,
        form: Form,
        act: Callable[[Transaction], Result],
    ) -> Result:
        """Decide once, and forget the draft; where the form is refused, its words are kept."""

        def act_and_forget(transaction: Transaction) -> Result:
            result = act(transaction)
            self.forget(transaction.connection, caller, subject)
            return result

        try:
            return decide_in(context, form.key, caller, act_and_forget)
        except (Refusal, RequestValidationError):
            self.keep(context, caller, subject, form)
            raise

    def save_at(
        self,
        router: APIRouter,
        address: str,
        page_of: Callable[[str, Form], str],
        roles: frozenset[Role],
    ) -> None:
        """Take the words of a form at `address`, which names its `subject`, under `/draft`.

        `page_of` is the address of the page with the form.
        """

        def save(request: Request, context: Context, subject: PathId, form: GivenForm) -> Response:
            self.keep(context, request.state.caller, subject, form)
            if form.text(QUIETLY):
                return Response(status_code=HTTPStatus.NO_CONTENT)
            return see(page_of(subject, form), "draft")

        gate = [signed_in(roles)]
        router.add_api_route(f"{address}/draft", save, methods=["POST"], dependencies=gate)

    def _key(self, caller: Caller, subject: str) -> DraftKey:
        return DraftKey(caller.person, self.name, subject)


def of_complaint(connection: Connection, complaint_id: str) -> About:
    """Words about one complaint; raises NoSuchComplaint."""
    return About(complaint_file(connection, complaint_id).complaint.seller_id, complaint_id)
