"""Run a request once: its effect and its answer are stored in one transaction.

A client that does not know whether its request arrived sends it again under the same
``Idempotency-Key``; it gets the first answer, word for word, with ``Idempotency-Replayed: true``.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any, Final

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from service.http.admitted_request import KEY_HEADER, AdmittedRequest
from service.http.fields import PRINTABLE
from service.http.idempotency import store
from service.http.json_text import ON_LOOP_BYTES_MAX
from service.refusals import KeyReused, ResponseErased

KEPT_US: Final = 48 * 3_600_000_000
"""How long an answer is kept: longer than any client goes on trying."""


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """One request's idempotency key, if it came with one."""

    request_key: str | None
    fingerprint: bytes
    request: Request

    def replay(self, connection: Connection, *, now: int) -> Response | None:
        """The stored answer when this was done before; None when it is to be done now.

        Of two at the same moment, the second waits here for the first. Raises KeyReused when the
        key belongs to another request, and ResponseErased.
        """
        if self.request_key is None:
            return None
        if store.reserve(connection, self.fingerprint, now=now, **self._identity()):
            return None
        stored = store.stored_of(connection, **self._identity())
        if stored.status == HTTPStatus.GONE:
            raise ResponseErased(
                f"the request of the key {self.request_key!r} was done, and its response erased "
                "with its buyer's data; nothing was done now"
            )
        if stored.fingerprint != self.fingerprint:
            raise KeyReused(f"the key {self.request_key!r} was used for another request")
        headers = {"Idempotency-Replayed": "true"}
        media_type = "application/json" if stored.answer else None
        return Response(stored.answer, stored.status, headers, media_type=media_type)

    def keep(self, connection: Connection, answer: Any, status: int, *, now: int) -> None:  # noqa: ANN401
        """Store the answer beside the effect."""
        if self.request_key is None:
            return
        body = answer.model_dump_json() if isinstance(answer, BaseModel) else None
        status = status if body else HTTPStatus.NO_CONTENT
        store.keep(connection, status, body, now=now, **self._identity())

    def _identity(self) -> dict[str, str]:
        assert self.request_key is not None  # noqa: S101 - asked above
        return {"owner": self.request.state.caller.key_id, "request_key": self.request_key}


async def _idempotent_request(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias=KEY_HEADER,
            min_length=1,
            max_length=200,
            pattern=PRINTABLE,
            description="Sent again with the same key, a request is done once.",
        ),
    ] = None,
) -> IdempotentRequest:
    if idempotency_key is None:
        return IdempotentRequest(None, b"", request)
    assert isinstance(request, AdmittedRequest)  # noqa: S101 - of a route of `router_of`
    return IdempotentRequest(idempotency_key, await fingerprint_of(request), request)


async def fingerprint_of(request: AdmittedRequest) -> bytes:
    """SHA-256 of what a request asks for, whatever way its client wrote it down.

    A client that tries again may draw another boundary between the parts of a form, or order the
    names of a JSON object otherwise.
    """
    scope = request.scope
    what = b"%s %s?%s\n" % (request.method.encode(), scope["raw_path"], scope["query_string"])
    body = request.in_order or await request.body()
    given = Message()
    given["content-type"] = request.headers.get("content-type", "")
    boundary = (given.get_boundary() or "").encode("latin-1", "replace")
    if len(body) > ON_LOOP_BYTES_MAX:
        reading: CapacityLimiter = request.app.state.room.reading
        return await to_thread.run_sync(_digest, what, body, boundary, limiter=reading)
    return _digest(what, body, boundary)


def _digest(what: bytes, body: bytes, boundary: bytes) -> bytes:
    return sha256(what + (body.replace(boundary, b"") if boundary else body)).digest()


IdempotencyKey = Annotated[IdempotentRequest, Depends(_idempotent_request)]
"""What an unsafe route asks for."""


def delete_old(connection: Connection, *, now: int) -> None:
    """Drop answers that nobody asks for any more."""
    store.delete_older(connection, now - KEPT_US)
    store.set_right(connection, now=now)
