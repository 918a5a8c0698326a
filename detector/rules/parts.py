"""Splits a log into parts that can be folded apart: whole sellers, and what their events refer to.

Two events belong to one part when the fold could look from one to the other: the same seller (or,
where the policy's scope says so, entity), complaint or id; an appeal and its verdict; a report and
the sanction that it names. What has nothing in common with a part changes nothing in it.
"""

from __future__ import annotations

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
    """The parts of a log in the making. A part is the places of its lines."""

    def __init__(self, *, by_entity: bool) -> None:
        self._by_entity = by_entity
        self._places: list[list[int]] = []
        self._joined: list[int] = []
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
            part = self._new()
        elif self._joined[part] != part:
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
        self._places[part].append(place)

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

    def _new(self) -> int:
        self._joined.append(len(self._places))
        self._places.append([])
        return len(self._places) - 1

    def _of(self, part: int) -> int:
        """Return the part that a part has become."""
        while self._joined[part] != part:
            self._joined[part] = part = self._joined[self._joined[part]]
        return part

    def _join(self, one: int, other: int) -> int:
        one, other = self._of(one), self._of(other)
        if one == other:
            return one
        if len(self._places[one]) < len(self._places[other]):
            one, other = other, one
        self._places[one] += self._places[other]
        self._places[other] = []
        self._joined[other] = one
        return one

    def all(self) -> list[list[int]]:
        """Return every part, its places in order."""
        parts = [places for places in self._places if places]
        for places in parts:
            places.sort()
        return parts

    def of_seller(self, seller_id: str) -> list[int]:
        """Return the part with a seller's events; nothing when no event names the seller."""
        part = self._accounts.get(seller_id)
        return [] if part is None else sorted(self._places[self._of(part)])

    def of_event(self, event_id: str) -> list[int]:
        """Return the part with an event; nothing when there is none of that id."""
        part = self._events.get(event_id)
        return [] if part is None else sorted(self._places[self._of(part)])


def holders(sanction_id: str | None) -> Iterator[str]:
    """Yield the accounts whose sanction it may be: its id starts with that of its account."""
    words = sanction_id.split("/") if sanction_id else []
    return ("/".join(words[:end]) for end in range(1, len(words)))
