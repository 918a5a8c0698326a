"""Pure decisions about reports: what one holds, and what one still lacks before it is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from detector.durations import DAY_US
from service.http.access.keys import Caller
from service.http.fields import has_words
from service.links.rules import Link
from service.roles import Role

Door = Literal["link", "open"]
BY_LINK: Final = "link"
OPEN: Final = "open"
COMPLAINANT: Final = "the complainant, by a link"
"""What the record calls who acts on the public pages: no name is known that was checked."""
DRAFT_US: Final = 7 * DAY_US
"""A draft is kept so long after it was last worked on."""
ADDRESSES_MAX: Final = 10
"""Most offers of one notice: more are a campaign, for which there is the API."""
ADDRESS_CHARACTERS_MAX: Final = 2_000
EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
"""What may be an address of mail; only a mail that arrives proves one."""
UNVERIFIED: Final = "mailto:"
"""What the id of a complainant begins with whom only an address of mail tells."""


@dataclass(frozen=True, slots=True)
class Report:
    """A draft, or what was sent."""

    report_id: str
    door: str
    link_id: str
    seller_id: str | None
    order_id: str | None
    listing_id: str | None
    buyer_id: str | None
    category: str | None
    addresses: str | None
    seller_named: str | None
    words: str | None
    name: str | None
    email: str | None
    good_faith: str | None
    language: str
    begun_at: int
    saved_at: int
    sent_at: int | None
    complaint_id: str | None
    erased_at: int | None

    @property
    def is_open(self) -> bool:
        """Whether it came by no link of the marketplace, and so is not verified."""
        return self.door == OPEN

    def is_kept(self, now: int) -> bool:
        """Whether it was sent, or its draft is still kept."""
        return self.sent_at is not None or now < self.ends_at

    @property
    def ends_at(self) -> int:
        """When a draft is forgotten that nobody works on."""
        return self.saved_at + DRAFT_US


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file that was added to a draft."""

    file_id: str
    report_id: str
    kind: str
    sha256: str
    media_type: str
    bytes: int
    likeness: str | None
    added_at: int


def lacking(report: Report) -> list[str]:
    """The answers that a report still needs before it is sent, in the order of the questions."""
    answers = {
        "category": report.category,
        **({"addresses": report.addresses} if report.is_open else {}),
        "words": report.words,
    }
    return [name for name, answer in answers.items() if not has_words(answer or "")]


def complainant_of(report: Report) -> str | None:
    """By which id a report's complainant is known among complainants; None where nothing tells.

    Who came by no link is known by their address of mail alone, which nobody has checked. Such an
    id is never that of a buyer whom the marketplace names.
    """
    if not report.is_open:
        return report.buyer_id
    return f"{UNVERIFIED}{report.email.casefold()}"[:200] if report.email else None


def caller_by(link_id: str) -> Caller:
    """Who acts by a link; the marketplace's systems pass on what a party sends in the same role."""
    return Caller(COMPLAINANT, Role.INGEST, link_id)


def addresses_in(text: str) -> tuple[list[str], list[str]]:
    """The addresses of a text, one a line, and those lines that are none."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    good = [line for line in lines if _is_address(line)]
    return list(dict.fromkeys(good)), [line for line in lines if not _is_address(line)]


def offer_in(address: str, template: str | None) -> dict[str, str]:
    """What the address of an offer tells of its seller and listing, by the marketplace's template.

    Such a template is `https://shop.example/{seller_id}/items/{listing_id}`. What follows the path
    in the address is left out.
    """
    if template is None:
        return {}
    plain = re.split(r"[?#]", address, maxsplit=1)[0].rstrip("/")
    parts = re.split(r"(\{(?:seller_id|listing_id)\})", template.rstrip("/"))
    pattern = "".join(
        f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part) for part in parts
    )
    found = re.fullmatch(pattern, plain)
    return {} if found is None else found.groupdict()


def may_read(link: Link, report: Report | None, facts: tuple[str, str | None, str | None]) -> bool:
    """Whether who came by a link may read a complaint of (seller, order, buyer)."""
    seller_id, order_id, buyer_id = facts
    if report is not None and report.report_id == link.report_id:
        return True
    order = (link.seller_id, link.order_id)
    is_theirs = link.order_id is not None and order == (seller_id, order_id)
    return is_theirs and buyer_id in (None, link.buyer_id)


def _is_address(line: str) -> bool:
    if len(line) > ADDRESS_CHARACTERS_MAX or re.search(r"[\s\x00-\x1f\x7f]", line):
        return False
    try:
        parts = urlsplit(line)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in (parts.hostname or "")
