"""What can be done with links; each inside one transaction.

Making a link is not put on record: marketplaces make one for each order, and it decides nothing. To
revoke one is.
"""

from __future__ import annotations

from collections.abc import Sequence
from secrets import token_hex, token_urlsafe
from typing import Final

from sqlalchemy import Connection

from detector.durations import DAY_US
from detector.errors import BadInput
from service.audit import actions as audit
from service.http.access.keys import Caller
from service.links import store
from service.links.rules import (
    LIFE_US,
    TRIES_MAX,
    Link,
    code_digest,
    digest_of,
    is_code,
    is_good_pass,
    link_in,
)
from service.links.schemas import LinkWanted
from service.refusals import CodeLocked, NoSuchLink

KEPT_US: Final = 30 * DAY_US
"""A link is forgotten so long after it expired."""
NOT_GOOD: Final = "this link is not good; ask for another where you got it"
"""What is said of every link that opens nothing, whatever the reason."""


def new_token() -> str:
    """256 random bits as part of an address."""
    return token_urlsafe(32)


def make(
    connection: Connection,
    token: str,
    *,
    kind: str,
    expires_at: int,
    now: int,
    seller_id: str | None = None,
    order_id: str | None = None,
    listing_id: str | None = None,
    buyer_id: str | None = None,
    report_id: str | None = None,
    language: str | None = None,
    second_factor: str | None = None,
) -> Link:
    """Make a link of a token that was drawn for it."""
    digest = digest_of(token)
    link = Link(
        link_id=f"l_{token_hex(8)}",
        digest=digest,
        kind=kind,
        seller_id=seller_id,
        order_id=order_id,
        listing_id=listing_id,
        buyer_id=buyer_id,
        report_id=report_id,
        language=language,
        made_at=now,
        expires_at=expires_at,
        revoked_at=None,
        code=None if second_factor is None else code_digest(second_factor, digest),
    )
    store.insert_link(connection, link)
    return link


def make_wanted(connection: Connection, token: str, wanted: LinkWanted, *, now: int) -> Link:
    """Make the link that a marketplace asks for; BadInput when it would expire at a wrong time."""
    if not now < wanted.expires_at <= now + LIFE_US:
        days = LIFE_US // DAY_US
        raise BadInput(f"expires_at: a link expires after now and within {days} days")
    return make(connection, token, now=now, **wanted.model_dump())


def opened(connection: Connection, token: str, page: str, *, now: int) -> Link:
    """The link of a token, for a page: `report` or `seller`. It may be opened any number of times.

    Raises NoSuchLink, in the same words whether it is unknown, expired, revoked or another page's.
    """
    return _good(store.link_by_digest(connection, digest_of(token)), page, now=now)


def visited(connection: Connection, kept: str, page: str, *, now: int) -> Link:
    """The link of a pass that a browser keeps; raises NoSuchLink as `opened` does."""
    link = _good(store.link_by_id(connection, link_in(kept)), page, now=now)
    if not is_good_pass(kept, link, now=now):
        raise NoSuchLink(NOT_GOOD)
    return link


def prove(connection: Connection, link: Link, code: str) -> bool:
    """Whether somebody typed a link's second factor; a wrong one is counted.

    Raises CodeLocked once there were as many wrong ones as may be.
    """
    if not store.count_try(connection, link.link_id, TRIES_MAX):
        raise CodeLocked(f"link {link.link_id}: a wrong code was typed {TRIES_MAX} times")
    if not is_code(code, link):
        return False
    store.forget_tries(connection, link.link_id)
    return True


def revoke(connection: Connection, link_id: str, *, caller: Caller, now: int) -> None:
    """Make a link useless from now on; raises NoSuchLink. Revoked again, it stays as it was."""
    audit.lock_chain(connection)
    link = store.link_by_id(connection, link_id)
    if link is None:
        raise NoSuchLink(f"no link has the id {link_id!r}")
    if store.revoke(connection, link_id, now):
        audit.record(
            connection,
            "link.revoked",
            f"link {link_id}",
            at=now,
            caller=caller,
            after={"kind": link.kind},
            seller_id=link.seller_id,
        )


def forget_buyer(connection: Connection, buyer_id: str, report_ids: Sequence[str]) -> None:
    """Forget the links of a buyer, and those back to what they reported."""
    store.delete_of_buyer(connection, buyer_id)
    store.delete_to(connection, report_ids)


def forget_old(connection: Connection, report_ids: Sequence[str], *, now: int) -> None:
    """Forget links that expired long ago, and those to reports whose time is over."""
    store.delete_expired(connection, now - KEPT_US)
    store.delete_to(connection, report_ids)


def _good(link: Link | None, page: str, *, now: int) -> Link:
    if link is None or not link.is_good(now) or link.page != page:
        raise NoSuchLink(NOT_GOOD)
    return link
