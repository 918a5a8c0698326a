"""A request that was admitted: its JSON is read once, strictly, for its route and for its key."""

from __future__ import annotations

import json
from email.message import Message
from typing import TYPE_CHECKING, Any

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from fastapi.exceptions import RequestValidationError

from service.http.json_text import ON_LOOP_BYTES_MAX, json_of

if TYPE_CHECKING:
    from fastapi._compat import ModelField

KEY_HEADER = "Idempotency-Key"


class AdmittedRequest(Request):
    """A request whose JSON was read by the strict reader."""

    _value: Any = None
    in_order: bytes | None = None
    """The JSON body with the names of its objects in order, where the request has a key."""

    async def read(self, field: ModelField | None, reading: CapacityLimiter) -> None:
        """Receive the body and read it if it is JSON; a large one is read in a thread, and checked.

        The framework checks a body on the event loop, but takes a checked one as it is.
        """
        body = await self.body()
        if not body or not _is_json(self):
            return
        has_key = KEY_HEADER in self.headers
        try:
            if len(body) > ON_LOOP_BYTES_MAX:
                found = await to_thread.run_sync(_read_json, body, field, has_key, limiter=reading)
            else:
                found = _read_json(body, None, has_key)
        except json.JSONDecodeError as error:
            self._value = error  # raised where the framework asks, which words it for the caller
        else:
            self._value, self.in_order = found

    async def json(self) -> Any:  # noqa: ANN401 - a JSON value, or a body that was checked
        """What the body says; raises json.JSONDecodeError."""
        if isinstance(self._value, json.JSONDecodeError):
            raise self._value
        return self._value


def _read_json(body: bytes, field: ModelField | None, has_key: bool) -> tuple[Any, bytes | None]:
    """Return the value, checked if there is a field to check it by, and its text in order."""
    value = json_of(body)
    in_order = json.dumps(value, sort_keys=True).encode() if has_key else None
    if field is None:
        return value, in_order
    checked, faults = field.validate(value, {}, loc=("body",))
    if faults:
        raise RequestValidationError(faults, body=value)
    return checked, in_order


def _is_json(request: Request) -> bool:
    given = Message()
    given["content-type"] = request.headers.get("content-type", "")
    subtype = given.get_content_subtype()
    is_application = given.get_content_maintype() == "application"
    return is_application and (subtype == "json" or subtype.endswith("+json"))
