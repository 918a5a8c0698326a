"""The kinds of value that bodies and answers are made of: ids, instants, days, pages."""

from __future__ import annotations

import base64
import binascii
from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import Path
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import InitErrorDetails

from detector.errors import BadInput
from detector.instants import EPOCH, LATEST, MICROSECOND, text_of, unbounded_instant_of
from service.http.paths import id_in

PRINTABLE: Final = r"^[^\x00-\x1f\x7f]*$"


def _nameable(value: str) -> str:
    if value in (".", ".."):
        raise ValueError("an id of one or two dots cannot be asked for: paths leave them out")
    return value


Id = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=PRINTABLE),
    AfterValidator(_nameable),
]
"""A natural id: any printable text, so that the marketplace keeps its own."""

PathId = Annotated[
    str, BeforeValidator(id_in), Path(min_length=1, max_length=200, pattern=PRINTABLE)
]
"""The same in a path, where a slash of the id may be written as %2F."""

Word = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=PRINTABLE)]
"""A term of an open vocabulary, such as a category or a kind of evidence."""

Text = Annotated[str, StringConstraints(max_length=4_000, pattern=r"^[^\x00]*$")]
"""What a person wrote."""


KIND: Final = "kind of body: "
"""How the tag of one of several kinds of body begins, so that no place in a body looks like it."""

Link = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^https?://[^\s\x00-\x1f]+$")]
"""Only the web: a `javascript:` or `file:` link would be a trap for the moderator."""


def instant_of(value: Any) -> int:  # noqa: ANN401 - a JSON value of any kind
    """Microseconds UTC of an ISO 8601 time; without a zone it is UTC. ValueError otherwise."""
    try:
        instant = unbounded_instant_of(value.strip() if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("expected an ISO 8601 time such as 2026-03-01T12:00:00Z") from None
    if instant < 0:
        raise ValueError("a time before 1970")
    if instant >= LATEST:
        raise ValueError("a time after the year 8999")
    return instant


def day_of(value: Any) -> int:  # noqa: ANN401
    """Days since 1970 of an ISO 8601 date. ValueError otherwise."""
    try:
        text = value.strip() if isinstance(value, str) else ""
        day = (date.fromisoformat(text) - EPOCH.date()).days
    except ValueError:
        raise ValueError("expected a day such as 2026-03-01") from None
    if day < 0:
        raise ValueError("a day before 1970")
    if timedelta(days=day) // MICROSECOND >= LATEST:
        raise ValueError("a day after the year 8999")
    return day


def day_text(day: int) -> str:
    """ISO 8601 date of days since 1970."""
    return (EPOCH.date() + timedelta(days=day)).isoformat()


Instant = Annotated[
    int,
    BeforeValidator(lambda value: value if type(value) is int else instant_of(value)),
    PlainSerializer(text_of, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""Microseconds UTC in the program, ISO 8601 in JSON, for answers."""

GivenInstant = Annotated[
    int,
    BeforeValidator(instant_of),
    PlainSerializer(text_of, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""The same for requests: a bare number is refused, for nobody can tell seconds from micros."""

Day = Annotated[
    int,
    BeforeValidator(lambda value: value if type(value) is int else day_of(value)),
    PlainSerializer(day_text, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date"}),
]
"""Days since 1970 in the program, an ISO 8601 date in JSON, for answers."""

GivenDay = Annotated[
    int,
    BeforeValidator(day_of),
    PlainSerializer(day_text, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date"}),
]
"""The same for requests."""


def has_words(text: str) -> bool:
    """Whether somebody who reads a text reads something: a letter or a digit at least."""
    return any(character.isalnum() for character in text)


def _nonblank(text: str) -> str:
    if not has_words(text):
        raise ValueError("words are needed")
    return text


Words = Annotated[Text, AfterValidator(_nonblank)]
"""What a person wrote, where nothing will not do."""

Place = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=PRINTABLE),
    AfterValidator(_nonblank),
]
"""Where something lies, in short."""


class RequestBody(BaseModel):
    """A request body: unknown fields are refused, so that a typing error is not lost."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ResponseBody(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)


FAULTS_MAX: Final = 100
"""Most faults that a response names; the rows after them are not looked at."""
SLICE_ROWS: Final = 100
"""Rows that are checked at a time, so that hostile ones cost no more than these."""


def _checked_by_slices(value: Any, check: ValidatorFunctionWrapHandler) -> Any:  # noqa: ANN401
    if not isinstance(value, list) or len(value) <= SLICE_ROWS:
        return check(value)
    rows: list[Any] = []
    faults: list[InitErrorDetails] = []
    for start in range(0, len(value), SLICE_ROWS):
        try:
            rows += check(value[start : start + SLICE_ROWS])
        except ValidationError as error:
            faults += _faults_from(error, start)
        if len(faults) >= FAULTS_MAX:
            break
    if faults:
        raise ValidationError.from_exception_data("rows", faults[:FAULTS_MAX])
    return check(rows)  # checked rows pass as they are; this asks how many there are


def _faults_from(error: ValidationError, start: int) -> list[InitErrorDetails]:
    """The faults of a slice, by the rows' places in the whole list."""
    return [
        {
            "type": fault["type"],
            "loc": (int(fault["loc"][0]) + start, *fault["loc"][1:]),
            "input": fault["input"],
            "ctx": fault.get("ctx", {}),
        }
        for fault in error.errors(include_url=False)[:FAULTS_MAX]
    ]


BY_SLICES: Final = WrapValidator(_checked_by_slices)
"""Marks a list of rows: after FAULTS_MAX faults nobody looks for more.

A million rows without a field would otherwise be five million faults, all held at once.
"""


def cursor_of(*parts: Any) -> str:  # noqa: ANN401
    """An opaque cursor that stands after the row with these sort values."""
    text = "\x1f".join(str(part) for part in parts)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def instant_place(cursor: str | None) -> tuple[int, str] | None:
    """The instant and id that a cursor stands after; BadInput when it is not one of ours."""
    if cursor is None:
        return None
    at, row_id = cursor_parts(cursor, 2)
    if not (at.isascii() and at.isdigit() and len(at) < 19):
        raise BadInput("cursor: not one this service gave; start again without it")
    return int(at), row_id


def cursor_parts(cursor: str, count: int) -> list[str]:
    """The sort values in a cursor; BadInput when it is not one of ours."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        parts = base64.b64decode(padded.encode(), b"-_", validate=True).decode().split("\x1f")
    except (binascii.Error, UnicodeError, ValueError):
        parts = []
    if len(parts) != count:
        raise BadInput("cursor: not one this service gave; start again without it")
    return parts
