"""What a form holds: its words, checked by the API's own bodies, and the key that makes it once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from secrets import token_urlsafe
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import parse_qs

from fastapi import Depends, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile

from detector.errors import BadInput
from service.http.admitted_request import AdmittedRequest
from service.http.idempotency.idempotency_key import IdempotentRequest, fingerprint_of
from service.refusals import WrongMediaType

Body = TypeVar("Body", bound=BaseModel)
FIELDS: Final = "detector.fields"
"""Where a request's scope holds the fields of its form, for a page that refuses it."""
KEY_FIELD: Final = "idempotency_key"
KEY_CHARACTERS_MAX: Final = 200
FIELDS_MAX: Final = 2_000
FILE_FIELDS_MAX: Final = 20
FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
"""How browsers send a form: without and with a file."""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form that was sent."""

    fields: dict[str, list[str]]
    key: IdempotentRequest

    def text(self, name: str, default: str = "") -> str:
        """What stands in a field; where it occurs several times, in the last."""
        return self.fields.get(name, [default])[-1]

    def body(self, kind: type[Body], **given: Any) -> Body:  # noqa: ANN401
        """The API's body from the form's fields; raises as `body_in` does."""
        return body_in({name: self.text(name) for name in kind.model_fields}, kind, **given)


def body_in(fields: Mapping[str, str], kind: type[Body], **given: Any) -> Body:  # noqa: ANN401
    """The API's body from what stands in fields; those left empty are left out.

    Raises RequestValidationError, whose places are the names of fields.
    """
    named = {name: fields.get(name, "") for name in kind.model_fields}
    written = {name: text for name, text in named.items() if text.strip()}
    try:
        return kind(**{**written, **given})
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults, body=written) from error


async def read_form(request: Request) -> dict[str, list[str]]:
    """The fields of a form, kept with the request; raises WrongMediaType and BadInput."""
    given = Message()
    given["content-type"] = request.headers.get("content-type", "")
    body, kind = await request.body(), given.get_content_type()
    if body and kind not in FORMS:
        raise WrongMediaType(f"a page takes what its form sends: {FORMS[0]}")
    try:
        fields = await _parts_of(request) if kind == FORMS[1] else _fields_of(body)
    except ValueError as error:  # UnicodeError among them
        raise BadInput("the form is not readable; open the page again and send it") from error
    # Browsers write line ends as HTTP does.
    words = {n: [v.replace("\r\n", "\n") for v in values] for n, values in fields.items()}
    request.scope[FIELDS] = words
    return words


def _fields_of(body: bytes) -> dict[str, list[str]]:
    text = body.decode("ascii")
    return parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX)


async def _parts_of(request: Request) -> dict[str, list[str]]:
    """The fields of a form that may hold a file of text, which is a field like any other."""
    fields: dict[str, list[str]] = {}
    try:
        async with request.form(max_files=1, max_fields=FILE_FIELDS_MAX) as parts:
            for name, part in parts.multi_items():
                if isinstance(part, UploadFile):
                    part = (await part.read()).decode("utf-8-sig", "replace")  # noqa: PLW2901
                fields.setdefault(name, []).append(part)
    except HTTPException as error:  # more fields, or larger ones, than any page has
        raise ValueError(error.detail) from error
    return fields


async def _form_of(request: Request) -> Form:
    words = await read_form(request)
    key = words.get(KEY_FIELD, [None])[-1]
    if key is None or not 0 < len(key) <= KEY_CHARACTERS_MAX or not key.isprintable():
        return Form(words, IdempotentRequest(None, b"", request))
    assert isinstance(request, AdmittedRequest)  # noqa: S101 - of a route of `page_router`
    return Form(words, IdempotentRequest(key, await fingerprint_of(request), request))


GivenForm = Annotated[Form, Depends(_form_of)]
"""What a route asks for that takes a form."""


def new_key() -> str:
    """What makes a form that is sent twice be done once; drawn with the form."""
    return token_urlsafe(16)


def result_of(answer: Any) -> Any:  # noqa: ANN401 - whatever an action returns, as JSON
    """What was done, as JSON values, whether now or when the form was sent first."""
    if isinstance(answer, Response):
        return json.loads(bytes(answer.body)) if answer.body else None
    return answer.model_dump(mode="json") if isinstance(answer, BaseModel) else None
