"""Splits a log into parts that can be folded apart: whole sellers, and what their events refer to.

Two events belong to one part when the fold could look from one to the other: the same seller (or,
where the policy's scope says so, entity), complaint or id; an appeal and its verdict; a report and
the sanction that it names. What has nothing in common with a part changes nothing in it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from msgspec import Struct


class Reference(Struct, gc=False):
    """What an event refers to: the fields by which the fold looks from one event to another."""

    id: str
    recorded_at: str
    actor: str | None = None
    seller_id: str | None = None
    entity_id: str | None = None
    complaint_id: str | None = None
    verdict_id: str | None = None
    appeal_id: str | None = None
    sanction_id: str | None = None
    target_id: str | None = None
    violation: str | None = None


class Parts:
    """The parts of a log in the making. A part is the places of its lines, in order.

    Parts are numbered as they begin. One that turns out to belong to an earlier one becomes it.
    `places` are those of all lines that were added.
    """

    def __init__(self, *, by_entity: bool) -> None:
        self._by_entity = by_entity
        self._became: list[int] = []
        self.places = array("q")
        self._numbers = array("q")
        self._events: dict[str, int] = {}
        self._accounts: dict[str, int] = {}
        self._complaints: dict[str, int] = {}

    def add(self, place: int, one: Reference) -> None:
        """Add the line at a place to the part of what it refers to; join parts that it connects."""
        events, accounts = self._events, self._accounts
        seller, complaint, verdict = one.seller_id, one.complaint_id, one.verdict_id
        part = None
        if seller is not None:
            part = accounts.get(seller)
        elif verdict is not None:
            part = events.get(verdict)
        elif one.appeal_id is not None:
            part = events.get(one.appeal_id)
        if part is None:
            part = len(self._became)
            self._became.append(part)
        elif self._became[part] != part:
            part = self._of(part)
        if (other := events.setdefault(one.id, part)) != part:
            part = self._join(part, other)
        if seller is not None and (other := accounts.setdefault(seller, part)) != part:
            part = self._join(part, other)
        if (
            complaint is not None
            and (other := self._complaints.setdefault(complaint, part)) != part
        ):
            part = self._join(part, other)
        if verdict is not None and (other := events.setdefault(verdict, part)) != part:
            part = self._join(part, other)
        if seller is None or one.entity_id is not None:
            part = self._add_rarer(part, one)
        self.places.append(place)
        self._numbers.append(part)

    def _add_rarer(self, part: int, one: Reference) -> int:
        """Join what only a few kinds of event refer to."""
        for event in (one.appeal_id, one.target_id):
            if event is not None:
                part = self._join(part, self._events.setdefault(event, part))
        accounts = [name for named in (one.sanction_id, one.target_id) for name in holders(named)]
        if self._by_entity and one.entity_id is not None:
            accounts.append(one.entity_id)
        for account in accounts:
            part = self._join(part, self._accounts.setdefault(account, part))
        return part

    def _of(self, part: int) -> int:
        """Return the part that a part has become."""
        became = self._became
        while became[part] != part:
            became[part] = part = became[became[part]]
        return part

    def _join(self, one: int, other: int) -> int:
        one, other = self._of(one), self._of(other)
        first = min(one, other)
        self._became[one] = self._became[other] = first
        return first

    def portions(self, size: int) -> Iterator[list[int]]:
        """Yield all parts, small ones put together until they have `size` lines."""
        became = self._flat()
        parts: list[list[int]] = [[] for _ in became]
        for place, number in zip(self.places, self._numbers, strict=True):
            parts[became[number]].append(place)
        portion: list[int] = []
        for part in parts:
            portion += part
            if len(portion) >= size:
                yield portion
                portion = []
        if portion:
            yield portion

    def of_seller(self, seller_id: str) -> list[int]:
        """Return the part with a seller's events; nothing when no event names the seller."""
        return self._places_of(self._accounts.get(seller_id))

    def of_event(self, event_id: str) -> list[int]:
        """Return the part with an event; nothing when there is none of that id."""
        return self._places_of(self._events.get(event_id))

    def _places_of(self, part: int | None) -> list[int]:
        if part is None:
            return []
        became, wanted = self._flat(), self._of(part)
        pairs = zip(self.places, self._numbers, strict=True)
        return [place for place, number in pairs if became[number] == wanted]

    def _flat(self) -> list[int]:
        """Return what each part has become by now; none becomes a later one."""
        became = self._became
        for part, earlier in enumerate(became):
            became[part] = became[earlier]
        return became


def holders(sanction_id: str | None) -> Iterator[str]:
    """Yield the accounts whose sanction it may be: its id starts with that of its account."""
    words = sanction_id.split("/") if sanction_id else []
    return ("/".join(words[:end]) for end in range(1, len(words)))
