"""A log of decisions as its lines: read, and split into parts that are folded apart.

A line that is no event is refused with its number and the reason; the others count all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from detector.errors import BadInput
from detector.rules.event_reader import event_in
from detector.rules.events import Verdict
from detector.rules.fold import Numbered, in_order
from detector.rules.instants import NEVER, instant_of, text_of
from detector.rules.ledger import Refused
from detector.rules.parts import Parts, Reference

_REFERENCES: Final = msgspec.json.Decoder(Reference)


class DecisionLog:
    """The lines of a log. A part of it is the places (from 0) of its lines, in order."""

    def __init__(self, lines: Sequence[bytes], *, by_entity: bool) -> None:
        """Look through the lines once; `by_entity` joins the sellers that name one entity."""
        self._lines = lines
        self._parts = Parts(by_entity=by_entity)
        self.unreadable: list[Refused] = []
        self.violations: set[str] = set()
        """What verdicts are about, by name."""
        self._last: tuple[int, str] | None = None
        self._split()

    def _split(self) -> None:
        decode, add, latest = _REFERENCES.decode, self._parts.add, -NEVER
        seen = self.violations
        for place, line in enumerate(self._lines):
            try:
                one = decode(line)
            except (ValueError, RecursionError):
                if not line.strip() or (found := self._slowly(place, line)) is None:
                    continue
                one = found
            add(place, one)
            if one.violation is not None and one.violation not in seen:
                seen.add(one.violation)
            try:
                instant = instant_of(one.recorded_at)
            except (ValueError, OverflowError):
                continue
            if instant > latest and (one.actor != "detector" or not _is_by_machine(line)):
                latest = instant
                self._last = latest, one.id

    def _slowly(self, place: int, line: bytes) -> Reference | None:
        """Read a line that has not the usual form; None for one that is refused."""
        try:
            event = event_in(line)
        except BadInput as refusal:
            self.unreadable.append(Refused(place + 1, str(refusal)))
            return None
        named = {name: getattr(event, name, None) for name in Reference.__struct_fields__}
        return msgspec.convert(named | {"recorded_at": text_of(event.recorded_at)}, Reference)

    def portions(self, size: int = 1) -> list[list[int]]:
        """Return every part, small ones put together until they have `size` lines.

        What is folded with a part changes nothing in it.
        """
        return list(self._parts.portions(size))

    def part_of(self, seller_id: str) -> list[int]:
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
