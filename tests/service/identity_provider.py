"""A small identity provider on this machine: it signs everybody in, by the book."""

from __future__ import annotations

import json
from base64 import b64decode, urlsafe_b64encode
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from service.clock import system_clock
from tests.service.local_server import LocalServer, Silent

CLIENT, SECRET = "the pages", "a secret: 100 %"


def published(
    secret: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, key_id: str, **more: str
) -> dict[str, Any]:
    """A signing key as its provider publishes it."""
    if isinstance(secret, rsa.RSAPrivateKey):
        shown = RSAAlgorithm.to_jwk(secret.public_key())
    else:
        shown = ECAlgorithm.to_jwk(secret.public_key())
    return {**json.loads(shown), "kid": key_id, "use": "sig", **more}


class IdentityProvider(LocalServer):
    """Who comes to `/authorize` is signed in as `person` and sent back with a code."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.person, self.roles = "mia", ["moderator"]
        self.claims: dict[str, Any] = {}
        """What the tokens say otherwise."""
        self.document: dict[str, Any] = {}
        """What the discovery document says otherwise."""
        self.denies, self.token_status, self.exchanged = False, 200, 0
        self.codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(Silent, BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = urlsplit(self.path)
                if address.path == "/authorize":
                    self._answer(303, {}, location=provider.way_back(_words_in(address.query)))
                elif address.path == "/keys":
                    self._answer(200, {"keys": [published(provider.key, "k1")]})
                else:
                    self._answer(200, provider.discovery())

            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                basic = self.headers.get("Authorization", "Basic ").removeprefix("Basic ")
                self._answer(*provider.exchange(_words_in(form), b64decode(basic).decode()))

            def _answer(self, status: int, told: dict[str, Any], *, location: str = "") -> None:
                body = json.dumps(told).encode()
                self.send_response(status)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        super().__init__(Handler, "")
        self.issuer = self.url.rstrip("/")

    @property
    def settings(self) -> dict[str, Any]:
        """What a service is to be told of it."""
        return {
            "oidc_issuer": self.issuer,
            "oidc_audience": "the API",
            "oidc_jwks": f"{self.issuer}/keys",
            "oidc_roles": {"moderator": "moderator", "shop": "ingest"},
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
        }

    def discovery(self) -> dict[str, Any]:
        """The discovery document; people sign in at another site than the service's."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer.replace('127.0.0.1', 'localhost')}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            **self.document,
        }

    def way_back(self, asked: dict[str, str]) -> str:
        """Where a person is sent who came with a query."""
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        back = {"state": asked["state"]}
        if self.denies:
            back |= {"error": "access_denied", "error_description": "<b>Call us</b>"}
        else:
            back["code"] = f"code-{len(self.codes)}"
            self.codes[back["code"]] = asked
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def exchange(self, form: dict[str, str], basic: str) -> tuple[int, dict[str, Any]]:
        """Answer the token endpoint: a code is good once, with its verifier, for its client."""
        self.exchanged += 1
        if self.token_status != 200:
            return self.token_status, {}
        client_id, _, secret = basic.partition(":")
        if (unquote_plus(client_id), unquote_plus(secret)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form["code"], None)
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest())
        if (
            asked is None
            or asked["redirect_uri"] != form["redirect_uri"]
            or asked["code_challenge"] != challenge.rstrip(b"=").decode()
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {"id_token": self.id_token(asked["nonce"]), "token_type": "Bearer"}

    def id_token(self, nonce: str) -> str:
        """A token of the person for one sign-in."""
        now = system_clock() // 1_000_000
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.person,
            "roles": self.roles,
            "nonce": nonce,
            "iat": now,
            "exp": now + 300,
            **self.claims,
        }
        return jwt.encode(claims, self.key, algorithm="ES256", headers={"kid": "k1"})


def _words_in(text: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(text).items()}
