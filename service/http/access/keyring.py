"""The identity provider's public keys: fetched, kept, and fetched again when they are rotated."""

from __future__ import annotations

import json
import threading
import time
from http import HTTPStatus
from pathlib import Path
from typing import Final

from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWTError

from service.http.access.fetching import FAILURES, fetched
from service.refusals import IdentityAway

KEPT_S: Final = 300.0
"""How long the keys are used before they are fetched again."""
COOLDOWN_S: Final = 30.0
"""Shortest time between two fetches, so that forged key ids cannot make us knock all day."""
STALE_S: Final = 24 * 3_600.0
"""How long known keys are used while the provider does not answer."""
FETCH_S: Final = 5.0
"""Longest time for a whole fetch, however slowly its bytes come."""


class Keyring:
    """Public keys by id, from an https address or a file."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._fetching = threading.Lock()
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None

    def key(self, key_id: str) -> PyJWK | None:
        """The key with an id; None when the provider knows none. Raises IdentityAway.

        One caller fetches. The others go on with the keys known so far; where none are known yet
        they wait, but no longer than a fetch may take.
        """
        if self._is_due(key_id):
            wait = FETCH_S if self._fetched_at is None else 0.0
            if self._fetching.acquire(timeout=wait):
                try:
                    if self._is_due(key_id):
                        self._refresh()
                finally:
                    self._fetching.release()
            else:
                self._check_usable("it has not answered yet")
        return self._keys.get(key_id)

    def _is_due(self, key_id: str) -> bool:
        if self._fetched_at is None or self._age(self._fetched_at) > KEPT_S:
            return True
        return key_id not in self._keys

    def _refresh(self) -> None:
        is_soon = self._tried_at is not None and self._age(self._tried_at) < COOLDOWN_S
        if is_soon and not self._is_file():
            self._check_usable("it did not answer a moment ago")
            return
        self._tried_at = time.monotonic()
        try:
            self._keys = keys_in(self._fetched())
        except FAILURES as error:
            self._check_usable(type(error).__name__)
            return
        self._fetched_at = time.monotonic()

    def _check_usable(self, why: str) -> None:
        """The keys known so far do for a day; a provider's bad hour locks nobody out."""
        if self._fetched_at is None or self._age(self._fetched_at) > STALE_S:
            raise IdentityAway(f"the identity provider's keys cannot be read ({why})")

    def _fetched(self) -> bytes:
        if self._is_file():
            return Path(self._source).read_bytes()
        answer = fetched(self._source, seconds=FETCH_S)
        if answer.status != HTTPStatus.OK:
            raise ValueError(f"the status {answer.status}")
        return answer.content

    def _is_file(self) -> bool:
        return "://" not in self._source

    @staticmethod
    def _age(instant: float) -> float:
        return time.monotonic() - instant


def keys_in(content: bytes) -> dict[str, PyJWK]:
    """The signing keys of a JWK set (RFC 7517) by id; ValueError when it is none.

    Keys without an id, for encryption, or symmetric are left out: a secret that is published
    signs nothing.
    """
    try:
        key_set = json.loads(content)
        found = PyJWKSet.from_dict(key_set).keys
    except (PyJWTError, AttributeError, TypeError) as error:
        raise ValueError("not a JWK set") from error
    return {
        key.key_id: key
        for key in found
        if key.key_id and key.key_type != "oct" and key.public_key_use in (None, "sig")
    }
