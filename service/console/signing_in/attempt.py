"""One sign-in at the identity provider, from the link to the way back.

Its cookie holds a secret from which all else follows, so nothing is stored for who only begins. Who
comes back with the state of another browser, or later than ten minutes, is sent to begin again. Its
session's id follows from the secret as well: one attempt begins one session.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from detector.durations import MINUTE_US
from service.refusals import SignInLapsed

LASTS_US: Final = 10 * MINUTE_US
WANTED_CHARACTERS_MAX: Final = 2_000
"""Longer addresses do not fit into a cookie."""
AGAIN: Final = "this sign-in was used, is older than ten minutes, or began in another browser"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was drawn when somebody set out to the provider."""

    secret: str
    began_at: int
    wanted: str
    """The page to go on to."""

    @property
    def cookie(self) -> str:
        """What the browser keeps meanwhile."""
        return f"{self.began_at}.{self.secret}.{_encoded(self.wanted.encode())}"

    @property
    def state(self) -> str:
        """What the provider sends back, so that no other site can begin a session here."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """What the token holds, so that no other sign-in's token does."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """What the code is exchanged with, so that a stolen one opens nothing."""
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        """What the provider holds against the verifier."""
        return _encoded(sha256(self.verifier.encode()).digest())

    @property
    def session_id(self) -> str:
        """The one session that follows from it."""
        return sha256(self._derived("session").encode()).hexdigest()[:32]

    def _derived(self, purpose: str) -> str:
        said = f"{purpose}\n{self.began_at}\n{self.wanted}"
        return _encoded(hmac.digest(self.secret.encode(), said.encode(), "sha256"))


def begun(wanted: str, *, now: int) -> Attempt:
    """A new attempt, which goes on to a page."""
    fits = len(wanted) <= WANTED_CHARACTERS_MAX
    return Attempt(secrets.token_urlsafe(32), now, wanted if fits else "/queue")


def attempt_in(cookie: str, state: str, *, now: int) -> Attempt:
    """The attempt of a cookie, on whose way back a state was sent; SignInLapsed if it is not."""
    try:
        began_at, secret, wanted = cookie.split(".")
        attempt = Attempt(secret, int(began_at), urlsafe_b64decode(f"{wanted}==").decode())
    except ValueError as error:
        raise SignInLapsed(AGAIN) from error
    is_its = hmac.compare_digest(attempt.state.encode(), state.encode("utf-8", "replace"))
    if not is_its or not 0 <= now - attempt.began_at < LASTS_US:
        raise SignInLapsed(AGAIN)
    return attempt


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
