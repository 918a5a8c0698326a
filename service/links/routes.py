"""HTTP for links."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from http import HTTPStatus
from secrets import randbelow
from typing import Annotated

from fastapi import Request, Response
from pydantic_core import to_json
from sqlalchemy import Connection

from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import IdempotencyKey, IdempotentRequest
from service.http.origin import address_of
from service.links import actions
from service.links.rules import PLACES, SELLER, digest_of
from service.links.schemas import LinkMade, LinkWanted
from service.links.store import link_by_digest
from service.refusals import ResponseErased
from service.roles import PLATFORM

router = router_of("links")
Platform = Annotated[Caller, allows(PLATFORM)]


@router.post("/v1/links", status_code=HTTPStatus.CREATED, response_model=LinkMade)
def make_link(
    body: LinkWanted, request: Request, context: Context, _: Platform, key: IdempotencyKey
) -> LinkMade | Response:
    """Make a link for a buyer or a seller; the answer holds its address, once."""
    now = context.clock()
    token, drawn = _token_for(key), None
    address = address_of(request, context.settings, f"/{PLACES[body.kind]}/{token}")
    if body.kind == SELLER and body.second_factor is None:
        drawn = _code_for(key)
        body = body.model_copy(update={"second_factor": drawn})

    def act(connection: Connection) -> LinkMade:
        link = actions.make_wanted(connection, token, body, now=now)
        # Kept for a request sent again, and so without the address and the code.
        return LinkMade(
            link_id=link.link_id, address="", second_factor=None, expires_at=link.expires_at
        )

    made: LinkMade | Response = context.write(key, act, HTTPStatus.CREATED)
    if isinstance(made, LinkMade):
        return made.model_copy(update={"address": address, "second_factor": drawn})
    with context.database.reading() as connection:
        if link_by_digest(connection, digest_of(token)) is None:
            raise ResponseErased(
                "the link was made and its address is kept nowhere; revoke it and make another"
            )
    answer = json.loads(bytes(made.body)) | {"address": address, "second_factor": drawn}
    headers = {"Idempotency-Replayed": "true"}
    return Response(to_json(answer), made.status_code, headers, media_type="application/json")


@router.delete("/v1/links/{link_id}", status_code=HTTPStatus.NO_CONTENT)
def revoke_link(link_id: PathId, context: Context, caller: Platform, key: IdempotencyKey) -> None:
    """Make a link useless from now on; who has it is told what a stranger is told."""
    now = context.clock()

    def act(connection: Connection) -> None:
        actions.revoke(connection, link_id, caller=caller, now=now)

    return context.write(key, act, HTTPStatus.NO_CONTENT)


def _token_for(key: IdempotentRequest) -> str:
    """A random token; for a request with an Idempotency-Key, one that it gets again.

    The store never holds a token, so it is drawn from what only the caller has: their credentials,
    whose 256 random bits become those of the token.
    """
    if key.request_key is None:
        return actions.new_token()
    return urlsafe_b64encode(_drawn_again(key, b"link ")).rstrip(b"=").decode()


def _code_for(key: IdempotentRequest) -> str:
    """Eight random digits in the same way; nobody works them out from the token."""
    if key.request_key is None:
        return f"{randbelow(10**8):08}"
    return f"{int.from_bytes(_drawn_again(key, b'code ')) % 10**8:08}"


def _drawn_again(key: IdempotentRequest, purpose: bytes) -> bytes:
    credentials = key.request.headers["Authorization"].encode()
    said = purpose + (key.request_key or "").encode() + b"\0" + key.fingerprint
    return hmac.digest(credentials, said, sha256)
