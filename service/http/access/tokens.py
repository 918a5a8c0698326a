"""Bearer tokens of an identity provider (OIDC), for people; machines use keys.

A token is a signed JWT. It is believed when a key that the provider publishes signed it with an
asymmetric algorithm, for this service, by this issuer, and it is in its time. Its subject is the
person, and the same one as a key's of that name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final

import jwt
from jwt.exceptions import PyJWTError

from detector.rules.identity import is_legible
from service.http.access.keyring import Keyring
from service.http.access.keys import PERSON_CHARACTERS_MAX, Caller
from service.refusals import UnknownKey, WrongRole
from service.roles import Role

ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
"""Only asymmetric ones: with `none` or HS256 the public key would be enough to forge a token."""

TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})
"""What a token's header may call it (RFC 9068), besides nothing at all.

A provider signs other things with the same keys: log-out tokens, proofs, requests.
"""
REQUIRED: Final = ["exp", "iat", "iss", "aud", "sub"]
STRONGEST: Final = (Role.ADMIN, Role.REVIEWER, Role.MODERATOR, Role.ANALYST, Role.INGEST)
"""Who has several roles acts in the first of these."""
TOKEN_CHARACTERS_MAX: Final = 16_000


@dataclass(frozen=True, slots=True)
class Terms:
    """Whose tokens are believed, and how a person's role is read from one."""

    issuer: str
    audience: str
    role_claim: str
    """Where the roles are; dots lead inward, as in Keycloak's `realm_access.roles`."""
    person_claim: str
    roles: Mapping[str, Role]
    """The provider's words for our roles; a word that is not among them gives no role."""
    leeway_seconds: float


class Tokens:
    """Checks the tokens of one issuer."""

    def __init__(self, terms: Terms, keyring: Keyring) -> None:
        self._terms = terms
        self._keyring = keyring

    def caller(self, token: str) -> Caller:
        """Who a token speaks for.

        Raises UnknownKey, without saying more than is safe, when the token is not to be believed;
        WrongRole when it gives its person no role; IdentityAway when there are no keys to check by.
        """
        return self._caller(self._claims(token, self._terms.audience))

    def signed_in(self, id_token: str, *, client_id: str, nonce: str) -> Caller:
        """Who signed in at the provider, by the ID token that it gave for this one sign-in.

        Raises as `caller` does.
        """
        claims = self._claims(id_token, client_id)
        given = str(claims.get("nonce")).encode("utf-8", "replace")
        if not compare_digest(given, nonce.encode()) or claims.get("azp", client_id) != client_id:
            raise UnknownKey("the token was not made for this sign-in")
        return self._caller(claims)

    def _caller(self, claims: Mapping[str, Any]) -> Caller:
        person = claims.get(self._terms.person_claim)
        if not isinstance(person, str) or not _is_name(person):
            raise UnknownKey(f"the token's {self._terms.person_claim!r} names nobody")
        role = role_in(claims, self._terms)
        if role is None:
            raise WrongRole(f"the token gives {person} no role here")
        known_as = sha256(f"{self._terms.issuer}\n{person}".encode()).hexdigest()[:16]
        return Caller(person, role, f"oidc-{known_as}")

    def _claims(self, token: str, audience: str) -> dict[str, Any]:
        if len(token) > TOKEN_CHARACTERS_MAX:
            raise UnknownKey("the token is too long")
        try:
            header = jwt.get_unverified_header(token)
            if str(header.get("typ", "JWT")).lower() not in TYPES:
                raise UnknownKey("the token is for something else than calling this service")
            key_id = header.get("kid")
            key = self._keyring.key(key_id) if isinstance(key_id, str) else None
            if key is None:
                raise UnknownKey("the token was signed by no key of the identity provider")
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=audience,
                issuer=self._terms.issuer,
                leeway=self._terms.leeway_seconds,
                options={"require": REQUIRED, "enforce_minimum_key_length": True},
            )
        except (PyJWTError, ValueError) as error:
            raise UnknownKey(f"the token is not to be believed ({type(error).__name__})") from error
        return claims


def is_token(credentials: str) -> bool:
    """Whether credentials look like a token rather than a key."""
    return credentials.count(".") == 2 and not credentials.startswith("sd_")


def role_in(claims: Mapping[str, Any], terms: Terms) -> Role | None:
    """The role that a token gives; the strongest of several, None for none of ours."""
    found: Any = claims
    for step in terms.role_claim.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    words = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    given = {terms.roles[word] for word in words if isinstance(word, str) and word in terms.roles}
    return next((role for role in STRONGEST if role in given), None)


def _is_name(person: str) -> bool:
    return len(person) <= PERSON_CHARACTERS_MAX and is_legible(person)
