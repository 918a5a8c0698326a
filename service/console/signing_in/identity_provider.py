"""The identity provider as people meet it: where they sign in, and what it says of them.

OpenID Connect's authorization code flow with PKCE (RFC 7636). What a person's browser carries is a
code that is good once; the token comes from the provider itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

import httpx

from service.http.access.fetching import FAILURES, Fetched, fetched
from service.refusals import IdentityAway, SignInLapsed
from service.settings import Settings, is_trustworthy

KEPT_S: Final = 300.0
"""How long the discovery document is used before it is read again."""
ANSWER_S: Final = 5.0
"""Longest time for an answer, however slowly its bytes come."""
BASIC: Final = "client_secret_basic"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser takes to the provider, so that the way back can be found from others."""

    redirect: str
    state: str
    nonce: str
    challenge: str


class IdentityProvider:
    """Sends people to sign in, and exchanges what they come back with."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        self.client_id = client_id
        self._secret = settings.oidc_client_secret
        self._issuer = settings.oidc_issuer
        self._scope = settings.oidc_scope
        self._discovery = settings.discovery
        self._document: Mapping[str, Any] = {}
        self._read_at = 0.0

    def address(self, asked: Asked) -> str:
        """Where a person signs in; raises IdentityAway."""
        endpoint = self._endpoint("authorization_endpoint")
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": asked.redirect,
            "scope": self._scope,
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": asked.challenge,
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    def check_issuer(self, issuer: str | None) -> None:
        """Raise SignInLapsed for an answer that another provider gave (RFC 9207)."""
        is_promised = self._read().get("authorization_response_iss_parameter_supported") is True
        if issuer != self._issuer and (issuer is not None or is_promised):
            raise SignInLapsed("another identity provider answered; sign in once more")

    def id_token(self, code: str, *, redirect: str, verifier: str) -> str:
        """The token that a code stands for; raises IdentityAway, and SignInLapsed for a bad code.

        The token is not checked here.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": verifier,
        }
        answer = self._answered(self._endpoint("token_endpoint"), form)
        found = _object_in(answer.content)
        token, error = found.get("id_token"), found.get("error")
        if answer.status == HTTPStatus.OK and isinstance(token, str):
            return token
        if error == "invalid_grant":
            raise SignInLapsed("the identity provider does not know this sign-in any more")
        why = f"it answers {error}" if isinstance(error, str) else f"its status is {answer.status}"
        raise IdentityAway(f"the identity provider gives no token: {why:.100}")

    def _answered(self, address: str, form: dict[str, str]) -> Fetched:
        """What the token endpoint answers to this client, known by the secret that it has."""
        auth = None
        methods = self._read().get("token_endpoint_auth_methods_supported", [BASIC])
        secret = self._secret and self._secret.get_secret_value()
        if secret and BASIC in methods:
            auth = httpx.BasicAuth(quote_plus(self.client_id), quote_plus(secret))
        else:
            form = {**form, "client_id": self.client_id}
            form |= {"client_secret": secret} if secret else {}
        try:
            return fetched(address, seconds=ANSWER_S, form=form, auth=auth)
        except FAILURES as error:
            raise IdentityAway(
                f"the identity provider does not answer ({type(error).__name__}); try again later"
            ) from error

    def _endpoint(self, name: str) -> str:
        address = self._read().get(name)
        if not isinstance(address, str) or "://" not in address or not is_trustworthy(address):
            raise IdentityAway(f"the identity provider's document names no https {name}")
        return address

    def _read(self) -> Mapping[str, Any]:
        if not self._document or time.monotonic() - self._read_at > KEPT_S:
            try:
                answer = fetched(self._discovery, seconds=ANSWER_S)
                document = _object_in(answer.content)
            except FAILURES as error:
                raise IdentityAway(
                    f"the identity provider does not answer ({type(error).__name__}); "
                    "try again later"
                ) from error
            if answer.status != HTTPStatus.OK or document.get("issuer") != self._issuer:
                raise IdentityAway("the identity provider's document is not DETECTOR_OIDC_ISSUER's")
            self._document, self._read_at = document, time.monotonic()
        return self._document


def provider_of(settings: Settings) -> IdentityProvider | None:
    """Where people sign in; None where the pages are no client of a provider."""
    client_id = settings.oidc_client_id
    return None if client_id is None else IdentityProvider(settings, client_id)


def _object_in(content: bytes) -> Mapping[str, Any]:
    """The JSON object that was answered; an empty one where it is none."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
