"""Pure decisions about links: whether one is good, and what its holder's browser keeps.

The browser keeps a pass instead of the token: the link's id, when the pass ends, and an HMAC of
both under the token's hash. So a pass is made and checked without a row of its own, ends by itself,
and ends with its link.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from detector.durations import DAY_US, HOUR_US, SECOND_US

PASS_US: Final = 2 * HOUR_US
"""How long a pass is good: the link can be opened again for another."""
LIFE_US: Final = 800 * DAY_US
"""Longest life of a link: buyers' data is kept for two years by default."""
COMPLAINT: Final = "complaint"
"""The kind of a link from the marketplace to the form for a complaint about one order."""
SELLER: Final = "seller"
"""The kind of a link to a seller's page."""
REPORT: Final = "report"
"""The kind of a link back to what somebody reported: a draft, or what became of it."""
PLACES: Final = {COMPLAINT: "report", REPORT: "report", SELLER: "seller"}
"""The page that the links of a kind lead to; also the name of its cookie."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link is bound to."""

    link_id: str
    digest: bytes
    kind: str
    seller_id: str | None
    order_id: str | None
    listing_id: str | None
    buyer_id: str | None
    report_id: str | None
    language: str | None
    made_at: int
    expires_at: int
    revoked_at: int | None

    @property
    def page(self) -> str:
        """The page that it leads to."""
        return PLACES[self.kind]

    def is_good(self, now: int) -> bool:
        """Whether it opens anything at an instant."""
        return self.revoked_at is None and now < self.expires_at


def digest_of(token: str) -> bytes:
    """What the store keeps of a token."""
    return sha256(token.encode("utf-8", "replace")).digest()


def pass_for(link: Link, *, now: int) -> str:
    """What the browser of who opened a link keeps in the token's place."""
    ends_s = min(now + PASS_US, link.expires_at) // SECOND_US
    return f"{link.link_id}.{ends_s}.{_seal(link, ends_s)}"


def link_in(kept: str) -> str:
    """The id of the link that a pass names, whether or not the pass is good."""
    return kept.partition(".")[0]


def is_good_pass(kept: str, link: Link, *, now: int) -> bool:
    """Whether a pass was made for a link and has not ended."""
    _, ends, seal = (*kept.split("."), "", "", "")[:3]
    if not (ends.isascii() and ends.isdigit()) or len(ends) > 12:
        return False
    is_ours = hmac.compare_digest(seal.encode("utf-8", "replace"), _seal(link, int(ends)).encode())
    return is_ours and now < int(ends) * SECOND_US


def _seal(link: Link, ends_s: int) -> str:
    said = f"{link.link_id}.{ends_s}".encode()
    return hmac.new(link.digest, said, sha256).hexdigest()
