"""Pure decisions about erasure: what stands in a buyer's place."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final

PREFIX: Final = "erased-"
"""What every pseudonym begins with; the database's triggers know it too."""


def pseudonym_of(buyer_id: str, key: bytes) -> str:
    """What stands in a buyer's place: the same for all their complaints, and nobody can go back.

    The key is drawn for one erasure and kept nowhere. One buyer stays one buyer, so that the rules
    still count independent complainants as they did.
    """
    return PREFIX + hmac.new(key, buyer_id.encode(), sha256).hexdigest()[:20]


def is_pseudonym(buyer_id: str | None) -> bool:
    """Whether a buyer has been erased already."""
    return buyer_id is not None and buyer_id.startswith(PREFIX)
