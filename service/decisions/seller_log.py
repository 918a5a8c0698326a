"""A seller's log: its events as far as they were read, and what they fold to.

A fold goes on from where it was. So a look at a long log costs what is new in it, where the rest
was kept. What is kept is compared with the store at each look.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from detector.rules import Event, Policies, event_in
from detector.rules.fold import Fold, in_order
from service.audit.store import Mark
from service.http.access.rate_limiter import spend_events

LONG: Final = 500
"""Events from which a log is kept: to read and fold fewer takes less than ten milliseconds."""
KEPT_MAX: Final = 100_000
"""Events kept in one process, of all logs together: about 200 MB."""
GATE: Final = threading.Lock()
"""Held while a look reads or folds a long log. Python runs one thread at a time anyway; this way
short requests compete with no more than one that does."""


class Folded:
    """The state of a fold after the first `count` events of a log.

    The last of them may be one that a step only wants to record (`wanted`). Whether it was recorded
    shows when the log is read the next time.
    """

    def __init__(self, events: list[Event], policies: Policies) -> None:
        self.events = events
        self.policies = policies
        # Severe steps wait for a second person.
        self.fold = Fold(policies, approvals="recorded")
        self.count = 0
        self.wanted: Event | None = None

    def leads_to(self, log: SellerLog, policies: Policies) -> bool:
        """Tell whether this is the state after a beginning of a log."""
        # The same list and no equal one: what was read again may have another event there.
        is_begun = self.events is log.events and self.count <= log.count
        if policies is not self.policies or not is_begun or not log.is_in_order:
            return False
        return self.wanted is None or log.events[self.count - 1] == self.wanted

    def go_on(self, log: SellerLog) -> None:
        """Fold the rest of the log."""
        new = enumerate(log.events[self.count : log.count], self.count + 1)
        self.fold.run(new if log.is_in_order else in_order(new))
        self.count, self.wanted = log.count, None

    def add(self, event: Event) -> str | None:
        """Fold an event that is to be recorded; return why the rules refuse it, or None."""
        self.count, self.wanted = self.count + 1, event
        return self.fold.add(self.count, event)


class ReadLog:
    """A log as far as this process has read it. Who reads or folds holds `lock` meanwhile."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.begin_again()

    def begin_again(self) -> None:
        """Forget everything; a `SellerLog` given out before goes on with the events it has."""
        self.events: list[Event] = []
        self.is_in_order = True
        self.last_recorded_at = 0
        self.position = 0
        """Of the last event in the store; 0 without events."""
        self.last_body = ""
        self.mark = Mark()
        """How far the audit's chain went when they were read: an erasure changes events."""
        self._folded: Folded | None = None

    def add(self, rows: Iterable[tuple[int, str]]) -> None:
        """Take in the events that follow: their positions in the store, and each as JSON."""
        read = [(position, body, event_in(body)) for position, body in rows]
        for position, body, event in read:
            self.is_in_order &= event.recorded_at >= self.last_recorded_at
            self.last_recorded_at = max(self.last_recorded_at, event.recorded_at)
            self.events.append(event)
            self.position, self.last_body = position, body

    def folded(self, log: SellerLog, policies: Policies) -> Folded:
        """The state after a log's events; kept, unless the log has been read further since."""
        kept = self._folded
        if kept is None or not kept.leads_to(log, policies):
            is_ahead = kept is not None and kept.wanted is None and kept.count > log.count
            kept = Folded(log.events, policies)
            if not is_ahead and log.events is self.events and log.is_in_order:
                self._folded = kept
        new = log.count - kept.count
        if new > LONG:
            spend_events(new)
        with GATE if new > LONG and not log.is_urgent else nullcontext():
            kept.go_on(log)
        return kept

    def forget_state(self) -> None:
        """Fold from the start the next time: what was refused may have left traces in the state."""
        self._folded = None


@dataclass(frozen=True, slots=True)
class SellerLog:
    """A seller's events in the order recorded, up to one of them: it never changes."""

    seller_id: str
    read: ReadLog
    events: list[Event]
    """The first `count` of these; what follows was recorded later."""
    count: int
    last_recorded_at: int
    """Microseconds UTC; 0 without events."""
    is_in_order: bool
    """Whether the first `count` are in the order of their instants."""
    is_urgent: bool = False
    """Whether others wait for locks that the transaction holds, so that it waits for nobody."""

    @staticmethod
    def of(seller_id: str, bodies: Iterable[str] = ()) -> SellerLog:
        """The log of these events, each as JSON as `detector rules replay` reads it."""
        read = ReadLog()
        read.add(enumerate(bodies, 1))
        return SellerLog.so_far(seller_id, read)

    @staticmethod
    def so_far(seller_id: str, read: ReadLog, *, is_urgent: bool = False) -> SellerLog:
        """The log as far as it was read by now."""
        return SellerLog(
            seller_id,
            read,
            read.events,
            len(read.events),
            read.last_recorded_at,
            read.is_in_order,
            is_urgent,
        )

    def apart(self) -> SellerLog:
        """The same log as a copy of its own: to fold it leaves what is kept as it was."""
        read = ReadLog()
        read.events = self.events[: self.count]
        read.is_in_order, read.last_recorded_at = self.is_in_order, self.last_recorded_at
        read.position = self.count
        return SellerLog.so_far(self.seller_id, read)

    def followed_by(self, body: str) -> SellerLog:
        """A log that is `apart`, with one more event as JSON after it."""
        self.read.add([(self.count + 1, body)])
        return SellerLog.so_far(self.seller_id, self.read)

    def __iter__(self) -> Iterator[Event]:
        """The events, in order."""
        return iter(self.events[: self.count])

    @contextmanager
    def folded(self, policies: Policies) -> Iterator[Folded]:
        """The state after these events, nobody else's while the context lasts."""
        with self.read.lock:
            yield self.read.folded(self, policies)


class KeptLogs:
    """The long logs of one store that were looked at last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._logs: OrderedDict[str, ReadLog] = OrderedDict()

    def find(self, seller_id: str) -> ReadLog | None:
        """What is kept of a seller's log."""
        with self._lock:
            if seller_id in self._logs:
                self._logs.move_to_end(seller_id)
            return self._logs.get(seller_id)

    def keep(self, seller_id: str) -> ReadLog:
        """Keep a log from now on; what another thread has kept of it meanwhile, if it has."""
        with self._lock:
            return self._logs.setdefault(seller_id, ReadLog())

    def drop_oldest(self) -> None:
        """Let go of the logs looked at longest ago, as long as too many events are kept."""
        with self._lock:
            while sum(len(one.events) for one in self._logs.values()) > KEPT_MAX:
                self._logs.popitem(last=False)


_KEPT: Final[WeakKeyDictionary[Engine, KeptLogs]] = WeakKeyDictionary()
_KEPT_LOCK: Final = threading.Lock()


def kept_logs(engine: Engine) -> KeptLogs:
    """What this process keeps of the logs in a store."""
    with _KEPT_LOCK:
        return _KEPT.setdefault(engine, KeptLogs())
