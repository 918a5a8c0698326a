"""Pure decisions about links: whether one is good, and what its holder's browser keeps.

The browser keeps a pass instead of the token: the link's id, when the pass ends, and an HMAC of
both under the token's hash. So a pass is made and checked without a row of its own, ends by itself,
and ends with its link.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import scrypt, sha256
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
TRIES_MAX: Final = 5
"""Wrong codes before a link takes none any more: of a hundred million, five are no chance."""
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
    code: bytes | None = None
    """What is kept of the second factor; None where the link alone opens its page."""
    wrong_codes: int = 0
    """How often another was tried since the right one was given."""

    @property
    def page(self) -> str:
        """The page that it leads to."""
        return PLACES[self.kind]

    def is_good(self, now: int) -> bool:
        """Whether it opens anything at an instant."""
        return self.revoked_at is None and now < self.expires_at


def code_digest(code: str, digest: bytes) -> bytes:
    """What the store keeps of a link's second factor.

    It is short, so each guess is made dear: who stole the store would try them all otherwise.
    Blanks, hyphens and capitals make no difference, as it is typed from another screen.
    """
    plain = "".join(one for one in code.casefold() if one not in " -\u00a0")
    return scrypt(plain.encode("utf-8", "replace"), salt=digest, n=2**14, r=8, p=1, dklen=32)


def is_code(code: str, link: Link) -> bool:
    """Whether somebody typed a link's second factor."""
    return link.code is not None and hmac.compare_digest(code_digest(code, link.digest), link.code)


def digest_of(token: str) -> bytes:
    """What the store keeps of a token."""
    return sha256(token.encode("utf-8", "replace")).digest()


def pass_for(link: Link, *, now: int, is_proved: bool = False) -> str:
    """What the browser of who opened a link keeps in the token's place.

    `is_proved`: what it keeps besides once its holder has typed the second factor.
    """
    ends_s = min(now + PASS_US, link.expires_at) // SECOND_US
    return f"{link.link_id}.{ends_s}.{_seal(link, ends_s, is_proved=is_proved)}"


def link_in(kept: str) -> str:
    """The id of the link that a pass names, whether or not the pass is good."""
    return kept.partition(".")[0]


def is_good_pass(kept: str, link: Link, *, now: int, is_proved: bool = False) -> bool:
    """Whether a pass was made for a link, in the same way, and has not ended."""
    _, ends, seal = (*kept.split("."), "", "", "")[:3]
    if not (ends.isascii() and ends.isdigit()) or len(ends) > 12:
        return False
    ours = _seal(link, int(ends), is_proved=is_proved)
    is_ours = hmac.compare_digest(seal.encode("utf-8", "replace"), ours.encode())
    return is_ours and now < int(ends) * SECOND_US


def _seal(link: Link, ends_s: int, *, is_proved: bool) -> str:
    said = f"{link.link_id}.{ends_s}{'.proved' if is_proved else ''}".encode()
    return hmac.new(link.digest, said, sha256).hexdigest()
