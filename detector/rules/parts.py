"""Splits a log into parts that can be folded apart: whole sellers, and what their events refer to.

Two events belong to one part when the fold could look from one to the other: the same seller (or,
where the policy's scope says so, entity), complaint or id; an appeal and its verdict; a report and
the sanction that it names. What has nothing in common with a part changes nothing in it.
"""

from __future__ import annotations

from array import array
from functools import cached_property

from msgspec import Struct

from detector.connected import groups_of, portions_of
from detector.rules.sanction import holders


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


class Named:
    """Places of lines, each beside the hash of a name that its event refers to.

    Names of one hash count as one. That joins parts that could be folded apart, and no more.
    """

    def __init__(self) -> None:
        self.places = array("q")
        self.hashes = array("q")

    def add(self, place: int, name: str) -> None:
        """Add the name that the line at a place refers to."""
        self.places.append(place)
        self.hashes.append(hash(name))

    def extend(self, later: Named) -> None:
        """Add all of another."""
        self.places.extend(later.places)
        self.hashes.extend(later.hashes)

    def place_of(self, name: str) -> int | None:
        """Return the place of a line that refers to a name; None when none does."""
        try:
            return self.places[self.hashes.index(hash(name))]
        except ValueError:
            return None


class Parts:
    """The parts of a log in the making. A part is the places of its lines, in order.

    `places` are those of all lines that were added, in order.
    """

    def __init__(self, *, by_entity: bool) -> None:
        self._by_entity = by_entity
        self.places = array("q")
        self._events = Named()
        self._accounts = Named()
        self._complaints = Named()

    def add(self, place: int, one: Reference) -> None:
        """Add a line, which is later than those before, with what it refers to."""
        self.places.append(place)
        events, accounts = self._events, self._accounts
        events.add(place, one.id)
        if one.seller_id is not None:
            accounts.add(place, one.seller_id)
        if one.complaint_id is not None:
            self._complaints.add(place, one.complaint_id)
        if one.verdict_id is not None:
            events.add(place, one.verdict_id)
        if one.appeal_id is not None:
            events.add(place, one.appeal_id)
        if one.target_id is not None:
            events.add(place, one.target_id)
        if one.sanction_id is not None or one.target_id is not None:
            for account in (*holders(one.sanction_id), *holders(one.target_id)):
                accounts.add(place, account)
        if self._by_entity and one.entity_id is not None:
            accounts.add(place, one.entity_id)

    def extend(self, later: Parts) -> None:
        """Add the lines of a later section of the log."""
        self.places.extend(later.places)
        self._events.extend(later._events)
        self._accounts.extend(later._accounts)
        self._complaints.extend(later._complaints)

    @cached_property
    def _groups(self) -> array[int]:
        """The part of each line of the log, named by its first place; from the first asking on."""
        count = self.places[-1] + 1 if self.places else 0
        named = (self._events, self._accounts, self._complaints)
        return groups_of(count, [(one.places, one.hashes) for one in named])

    def portions(self, size: int) -> list[array[int]]:
        """Return all parts, small ones put together until they have `size` lines."""
        return portions_of(self.places, self._groups, size)

    def of_seller(self, seller_id: str) -> array[int]:
        """Return the part with a seller's events; nothing when no event names the seller."""
        return self._part_at(self._accounts.place_of(seller_id))

    def of_event(self, event_id: str) -> array[int]:
        """Return the part with an event; nothing when there is none of that id."""
        return self._part_at(self._events.place_of(event_id))

    def _part_at(self, place: int | None) -> array[int]:
        if place is None:
            return array("q")
        groups = self._groups
        wanted = groups[place]
        return array("q", [one for one in self.places if groups[one] == wanted])
