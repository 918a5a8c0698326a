"""A log of decisions as its lines: read, and split into parts that are folded apart.

A line that is no event is refused with its number and the reason; the others count all the same.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Final, Protocol

import msgspec
from msgspec import Struct

from detector.errors import BadInput
from detector.rules.event_reader import event_in
from detector.rules.events import Verdict
from detector.rules.fold import Numbered, in_order
from detector.rules.instants import NEVER, instant_of, text_of
from detector.rules.ledger import Refused
from detector.rules.parts import Parts, Reference

_REFERENCES: Final = msgspec.json.Decoder(Reference)


class Lines(Protocol):
    """The lines of a log, without their ends."""

    def __len__(self) -> int:
        """Return how many lines there are."""

    def __getitem__(self, place: int, /) -> bytes:
        """Return the line at a place, from 0."""


class Outline(Struct):
    """What one look through the lines of a log, or of a section of it, finds.

    `violations` are what verdicts are about, by name. `last` is when the last event was recorded,
    and its id.
    """

    parts: Parts
    unreadable: list[Refused]
    violations: set[str]
    last: tuple[int, str] | None = None

    def extend(self, later: Outline) -> None:
        """Add what a look through the section after this one found."""
        self.parts.extend(later.parts)
        self.unreadable += later.unreadable
        self.violations |= later.violations
        if self.last is None or (later.last is not None and later.last[0] > self.last[0]):
            self.last = later.last


def outline_of(lines: Lines, places: range, *, by_entity: bool) -> Outline:
    """Look through the lines at some places; `by_entity` joins sellers that name one entity."""
    outline = Outline(Parts(by_entity=by_entity), [], set())
    decode, add, latest = _REFERENCES.decode, outline.parts.add, -NEVER
    violations = outline.violations
    for place in places:
        line = lines[place]
        try:
            one = decode(line)
        except (ValueError, RecursionError):
            if not line.strip():
                continue
            try:
                one = _reference_in(line)
            except BadInput as refusal:
                outline.unreadable.append(Refused(place + 1, str(refusal)))
                continue
        add(place, one)
        if one.violation is not None:
            violations.add(one.violation)
        try:
            instant = instant_of(one.recorded_at)
        except (ValueError, OverflowError):
            continue
        if instant > latest and (one.actor != "detector" or not _is_by_machine(line)):
            latest = instant
            outline.last = latest, one.id
    return outline


def _reference_in(line: bytes) -> Reference:
    """Read a line that has not the usual form. Raises BadInput when it is no event."""
    event = event_in(line)
    named = {name: getattr(event, name, None) for name in Reference.__struct_fields__}
    return msgspec.convert(named | {"recorded_at": text_of(event.recorded_at)}, Reference)


class DecisionLog:
    """The lines of a log. A part of it is the places (from 0) of its lines, in order.

    `unreadable` are lines that are no events. `violations` are what verdicts are about, by name.
    """

    def __init__(self, lines: Lines, outline: Outline) -> None:
        """Take the lines and what a look through all of them found."""
        self._lines = lines
        self._parts = outline.parts
        self._last = outline.last
        self.unreadable = outline.unreadable
        self.violations = outline.violations

    def portions(self, size: int = 1) -> list[array[int]]:
        """Return every part, small ones put together until they have `size` lines.

        What is folded with a part changes nothing in it.
        """
        return self._parts.portions(size)

    def part_of(self, seller_id: str) -> array[int]:
        """Return the part with a seller's events; nothing when no event names the seller."""
        return self._parts.of_seller(seller_id)

    def events_in(self, part: Iterable[int]) -> tuple[list[Numbered], list[Refused]]:
        """Read the events of a part, each with its line, and what is refused of it."""
        events, refused, lines = [], [], self._lines
        for place in part:
            try:
                events.append((place + 1, event_in(lines[place])))
            except BadInput as refusal:
                refused.append(Refused(place + 1, str(refusal)))
        return events, refused

    def check_events(self) -> None:
        """Raise BadInput where there are lines and none of them is an event."""
        refused = list(self.unreadable)
        for place in self._parts.places:
            events, unreadable = self.events_in([place])
            if events:
                return
            refused += unreadable
        if refused:
            first = min(refused, key=lambda one: one.line)
            raise BadInput(f"no line of the log is an event; line {first.line}: {first.why}")

    def latest(self) -> int:
        """Return when the last event was recorded; 0 without any.

        Machines' verdicts are left out, and so is what has the id of an event recorded before.
        """
        if self._last is None:
            return 0
        instant, event_id = self._last
        if self._latest_in(self._parts.of_event(event_id)) == instant:
            return instant
        return max((self._latest_in(part) or 0 for part in self.portions()), default=0)

    def _latest_in(self, part: Iterable[int]) -> int | None:
        first: dict[str, int] = {}
        for _, event in in_order(self.events_in(part)[0]):
            if not isinstance(event, Verdict) or event.actor == "person":
                first.setdefault(event.id, event.recorded_at)
        return max(first.values()) if first else None


def _is_by_machine(line: bytes) -> bool:
    """Tell whether a line is a detector's verdict; one that cannot be read counts as little."""
    try:
        event = event_in(line)
    except BadInput:
        return True
    return isinstance(event, Verdict) and event.actor != "person"
