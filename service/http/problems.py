"""How a refusal is answered over HTTP: problem+json (RFC 9457), in one place."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from math import ceil
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from detector.errors import Refusal
from service.http.fields import FAULTS_MAX, KIND
from service.http.statuses import status_of
from service.refusals import DatabaseAway, TooBusy, TooManyRequests, dashed, title_of

MEDIA_TYPE: Final = "application/problem+json"
ERRORS_MAX: Final = FAULTS_MAX
"""Faults of one request that are listed one by one."""
RETRY_AFTER_SECONDS: Final = 2
"""Long enough for a database to fail over to, short enough for a person to wait."""


class Problem(BaseModel):
    """What went wrong, for a machine (`type`) and for a person (`detail`)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] = []


PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Problem, "content": {MEDIA_TYPE: {}}} for status in ("4XX", "5XX")
}
"""How every route refuses, for the contract."""


def problem(
    status: int,
    name: str,
    title: str,
    detail: str,
    errors: list[dict[str, Any]] | None = None,
    *,
    retry_after_s: float = 0.0,
) -> JSONResponse:
    """A problem+json response; those worth trying again carry Retry-After."""
    body = {"type": f"urn:detector:{name}", "title": title, "status": status, "detail": detail}
    headers = {}
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        headers["Retry-After"] = str(max(RETRY_AFTER_SECONDS, ceil(retry_after_s)))
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    content = body if errors is None else {**body, "errors": errors}
    return JSONResponse(content, status, headers, media_type=MEDIA_TYPE)


def refusal_problem(refusal: Refusal) -> JSONResponse:
    """Tell a refusal: its class gives type, title and status, its message the detail."""
    kind = type(refusal)
    title = title_of(kind)
    waits = refusal.retry_after_s if isinstance(refusal, TooManyRequests) else 0.0
    name, detail = dashed(kind.__name__), str(refusal) or title
    return problem(status_of(kind), name, title, detail, retry_after_s=waits)


def install(app: FastAPI) -> None:
    """Make the application answer every error with problem+json."""
    app.add_exception_handler(Refusal, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(DBAPIError, _on_database)
    app.add_exception_handler(PoolTimeout, _on_pool)


def _on_refusal(_: Request, refusal: Exception) -> JSONResponse:
    assert isinstance(refusal, Refusal)  # noqa: S101 - what the table of handlers says
    return refusal_problem(refusal)


def _on_invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    errors, found = faults_of(error), len(error.errors())
    detail = "; ".join(f"{fault['pointer'] or 'body'}: {fault['detail']}" for fault in errors[:3])
    if found > 3:
        detail += f"; and {found - 3:,} more"
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "bad-input",
        "The request is not what the contract says.",
        detail,
        errors,
    )


def faults_of(error: RequestValidationError) -> list[dict[str, Any]]:
    """What is wrong with a request and where, for the first faults of many."""
    return [_fault_shown(fault, error.body) for fault in error.errors()[:ERRORS_MAX]]


def _fault_shown(fault: dict[str, Any], body: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON, or a form
    """What is wrong, and where the sender wrote it: a JSON pointer, or such as `query/limit`.

    The input itself is left out: it may hold personal data, and the caller has it anyway.
    """
    source, *parts = fault["loc"]
    if fault["type"] == "json_invalid":
        why = fault.get("ctx", {}).get("error", "JSON decode error")
        return {"pointer": "", "detail": f"not JSON at character {parts[0]:,}: {why}"}
    detail = fault["msg"].removeprefix("Value error, ")
    if source != "body":
        return {"pointer": "/".join(map(str, fault["loc"])), "detail": detail}
    is_json = isinstance(body, dict | list)
    written = _written(parts, body, is_missing=fault["type"] == "missing") if is_json else parts
    pointer = "".join(f"/{str(p).replace('~', '~0').replace('/', '~1')}" for p in written)
    return {"pointer": pointer, "detail": detail}


def _written(
    parts: Sequence[str | int],
    value: Any,  # noqa: ANN401 - JSON
    *,
    is_missing: bool,
) -> list[str | int]:
    """The parts that stand in the body; others name a type of ours. The last may be missing."""
    if not parts:
        return []
    part, *rest = parts
    if isinstance(part, str) and part.startswith(KIND):
        return _written(rest, value, is_missing=is_missing)
    followed: list[str | int] = []
    if isinstance(value, dict) and is_missing and not rest and part not in value:
        followed = [part]
    in_list = isinstance(value, list) and isinstance(part, int) and part < len(value)
    if in_list or (isinstance(value, dict) and part in value):
        followed = [part, *_written(rest, value[part], is_missing=is_missing)]
    passed_over = _written(rest, value, is_missing=is_missing)
    return max(followed, passed_over, key=len)


def on_http(_: Request, error: Exception) -> JSONResponse:
    """Tell what the framework itself refuses, such as an address that nothing answers."""
    assert isinstance(error, HTTPException)  # noqa: S101
    phrase = HTTPStatus(error.status_code).phrase
    answer = problem(error.status_code, dashed(phrase.title()), phrase, str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


def _on_database(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DBAPIError)  # noqa: S101
    if not is_away(error):
        raise error
    return refusal_problem(DatabaseAway("the database does not answer; try again shortly"))


def _on_pool(_: Request, __: Exception) -> JSONResponse:
    return refusal_problem(TooBusy("all database connections are in use; try again shortly"))


def is_away(error: DBAPIError) -> bool:
    """Whether an error of the database driver says "not now" rather than "never"."""
    from sqlalchemy.exc import InterfaceError, OperationalError

    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
