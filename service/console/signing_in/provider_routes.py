"""Signing in at the identity provider: the way there, and the way back."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from detector.errors import Refusal
from service.console.pages.gate import cookie_name
from service.console.pages.page_router import page_router, refusal_page, see
from service.console.sessions import actions as sessions
from service.console.signing_in.attempt import AGAIN, LASTS_US, Attempt, attempt_in, begun
from service.console.signing_in.entry import check_way_in, entered, wanted_page
from service.console.signing_in.identity_provider import Asked, IdentityProvider
from service.http.access.keys import Caller
from service.http.context import AppContext, Context
from service.http.cookies import forget_cookie, set_cookie
from service.http.origin import address_of
from service.refusals import Missing, SignInDenied, SignInLapsed

router = page_router()
BACK: Final = "/login/callback"
WORD: Final = re.compile(r"[a-z_]{1,60}")
"""What a provider calls an error; its sentences come from elsewhere and are not shown."""


async def _provider_of(request: Request) -> IdentityProvider:
    provider: IdentityProvider | None = request.app.state.identity_provider
    if provider is None:
        raise Missing("no identity provider is named; sign in with a key")
    return provider


Provider = Annotated[IdentityProvider, Depends(_provider_of)]
"""Where people sign in."""


@router.get("/login/provider")
def go_to_provider(request: Request, context: Context, provider: Provider) -> Response:
    """Lead to the identity provider, and remember in the browser that this was asked for."""
    check_way_in(request, context)
    attempt = begun(wanted_page(request.query_params.get("next", "")), now=context.clock())
    asked = Asked(_redirect(request, context), attempt.state, attempt.nonce, attempt.challenge)
    response = see(provider.address(asked))
    seconds = LASTS_US // 1_000_000
    set_cookie(response, request, _cookie(request, context), attempt.cookie, seconds=seconds)
    return response


@router.get(BACK)
async def come_back(request: Request, context: Context, provider: Provider) -> Response:
    """Begin a session for who signed in there; what the browser kept for it is forgotten."""
    try:
        response = await _signed_in(request, context, provider)
    except Refusal as refusal:
        response = refusal_page(request, refusal)
    forget_cookie(response, request, _cookie(request, context))
    return response


async def _signed_in(request: Request, context: AppContext, provider: IdentityProvider) -> Response:
    check_way_in(request, context)
    given = request.query_params
    kept = request.cookies.get(_cookie(request, context), "")
    attempt = attempt_in(kept, given.get("state", ""), now=context.clock())
    await run_in_threadpool(provider.check_issuer, given.get("iss"))
    if "error" in given:
        word = given["error"] if WORD.fullmatch(given["error"]) else "an error"
        raise SignInDenied(f"the identity provider answers {word}; nobody is signed in")
    if not given.get("code"):
        raise SignInLapsed(AGAIN)
    id_token = await run_in_threadpool(
        provider.id_token,
        given["code"],
        redirect=_redirect(request, context),
        verifier=attempt.verifier,
    )
    caller = await context.identities.signed_in(
        id_token, client_id=provider.client_id, nonce=attempt.nonce
    )
    cookie = await run_in_threadpool(_begin, context, request, caller, attempt)
    return entered(request, context, cookie, attempt.wanted)


def _begin(context: AppContext, request: Request, caller: Caller, attempt: Attempt) -> str:
    with context.database.writing() as connection:
        return sessions.begin(
            connection,
            caller,
            key_id=None,
            browser=request.headers.get("user-agent", ""),
            now=context.clock(),
            session_id=attempt.session_id,
        )


def _redirect(request: Request, context: AppContext) -> str:
    """Where the provider sends people back to, as it is registered there."""
    return address_of(request, context.settings, BACK)


def _cookie(request: Request, context: AppContext) -> str:
    return f"{cookie_name(request, context.settings)}-signing-in"
