"""A log of decisions folded part by part, a long one by several processes.

Sellers are independent, so a log is folded in parts (`detector.rules.parts`): each is read, folded
and summed up before the next, and memory holds the events of one. What comes out does not depend on
how many processes there are.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import merge
from itertools import chain
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from operator import itemgetter
from typing import Final, NamedTuple, TypeVar

from detector.errors import Refusal
from detector.rules import Policies, Refused, SellerLedger
from detector.rules.decision_log import DecisionLog, Lines, Outline, outline_of
from detector.rules.fold import Approvals, fold_known, in_order
from detector.rules.reports.comparison import Comparison, compare, total_of
from service.ledger_text import framed, seller_text

EVENTS_MIN: Final = 20_000
"""Below this, starting a process costs more than it saves."""
BATCH: Final = 2_000
"""Sellers that a process sends at once."""
PORTION: Final = 1_000
"""Events that are folded at once, of small parts together: a fold costs something by itself."""

Part = Sequence[int]
Share = TypeVar("Share")
Result = TypeVar("Result")


class Times(NamedTuple):
    """The instant of balances and states, and the one after which nothing is known."""

    as_of: int
    known_at: int | None


class Batch(NamedTuple):
    """What a process sends: some sellers with their texts, in order of id, or refused lines."""

    sellers: list[tuple[str, str]]
    refused: list[Refused]


def processes() -> int:
    """How many processes may fold at once: one a core."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def log_of(lines: Lines, *, by_entity: bool, at_once: int = 1) -> DecisionLog:
    """Look through the lines of a log, a section a process; `by_entity` joins an entity's sellers.

    A name's hash is the same in each process, because each is a fork of this one.
    """
    count = at_once if len(lines) >= EVENTS_MIN else 1
    ends = [len(lines) * number // count for number in range(count + 1)]

    def look(section: range) -> Iterator[Outline]:
        yield outline_of(lines, section, by_entity=by_entity)

    first, *rest = map(range, ends, ends[1:])
    arriving: list[Iterator[Outline]] = [_arriving(*_forked(look, one)) for one in rest]
    (outline,) = look(first)
    for later in chain.from_iterable(arriving):
        outline.extend(later)
    return DecisionLog(lines, outline)


def times_of(log: DecisionLog, as_of: int | None, known_at: int | None) -> Times:
    """The instants of a ledger: as asked, else as known, else when the log was last recorded."""
    if as_of is None:
        as_of = log.latest() if known_at is None else known_at
    return Times(as_of, known_at)


def replayed(
    log: DecisionLog,
    policies: Policies,
    times: Times,
    *,
    approvals: Approvals = "assumed",
    at_once: int = 1,
) -> Iterator[str]:
    """Fold a log and yield the pieces of the JSON that `detector rules replay --json` prints."""
    refused = list(log.unreadable)
    sellers = _written(log, policies, times, seller_text, refused, approvals, at_once)
    yield from framed(sellers, refused)


def listed(
    log: DecisionLog,
    policies: Policies,
    times: Times,
    write: Callable[[SellerLedger], str],
    *,
    approvals: Approvals = "assumed",
    at_once: int = 1,
) -> tuple[list[str], list[Refused]]:
    """Fold a log and write each seller, in order of id; and the lines that were refused."""
    refused = list(log.unreadable)
    texts = list(_written(log, policies, times, write, refused, approvals, at_once))
    return texts, sorted(refused, key=lambda one: one.line)


def compared(
    log: DecisionLog,
    policies: tuple[Policies, Policies],
    times: Times,
    *,
    approvals: Approvals = "assumed",
    at_once: int = 1,
) -> tuple[Comparison, int]:
    """Fold a log under two policies; return what they did, and how many lines are no events."""

    def compare_parts(parts: Iterable[Part]) -> Iterator[tuple[Comparison, int]]:
        unreadable = 0

        def each() -> Iterator[Comparison]:
            nonlocal unreadable
            for part in parts:
                events, refused = log.events_in(part)
                unreadable += len(refused)
                yield compare(
                    events,
                    policies,
                    as_of=times.as_of,
                    known_at=times.known_at,
                    approvals=approvals,
                )

        yield total_of(each(), policies), unreadable

    found = [one for results in _shared(log, compare_parts, at_once) for one in results]
    unreadable = len(log.unreadable) + sum(count for _, count in found)
    return total_of((one for one, _ in found), policies), unreadable


def _written(
    log: DecisionLog,
    policies: Policies,
    times: Times,
    write: Callable[[SellerLedger], str],
    refused: list[Refused],
    approvals: Approvals,
    at_once: int,
) -> Iterator[str]:
    """Yield the text of every seller, in order of id; gather what is refused by then."""

    def write_parts(parts: Iterable[Part]) -> Iterator[Batch]:
        texts: list[tuple[str, str]] = []
        unfolded: list[Refused] = []
        for part in parts:
            events, unreadable = log.events_in(part)
            known = in_order(events, times.known_at)
            ledger = fold_known(known, policies, times.as_of, approvals)
            texts += [(one.seller_id, write(one)) for one in ledger.sellers.values()]
            unfolded += [*unreadable, *ledger.refused]
        texts.sort(key=itemgetter(0))
        yield Batch([], unfolded)
        for begin in range(0, len(texts), BATCH):
            yield Batch(texts[begin : begin + BATCH], [])

    results = _shared(log, write_parts, at_once)
    for one in results:
        refused += next(one).refused
    streams = [chain.from_iterable(batch.sellers for batch in one) for one in results]
    for _, text in merge(*streams, key=itemgetter(0)):
        yield text


def _shared(
    log: DecisionLog, work: Callable[[Iterable[Part]], Iterator[Result]], at_once: int
) -> list[Iterator[Result]]:
    """Share the parts of a log between processes; what each yields arrives as it is asked for."""
    parts = log.portions(PORTION)
    if at_once < 2 or sum(map(len, parts)) < EVENTS_MIN:
        return [work(parts)]
    gc.freeze()  # what is there by now stays to the end; no process needs to look through it
    shares = shares_of(parts, at_once)
    return [_arriving(*_forked(work, share)) for share in shares]


def shares_of(parts: Iterable[Part], count: int) -> list[list[Part]]:
    """Deal parts out, the longest first, each to the share with the fewest events by then."""
    shares: list[list[Part]] = [[] for _ in range(count)]
    events = [0] * count
    for part in sorted(parts, key=len, reverse=True):
        least = events.index(min(events))
        shares[least].append(part)
        events[least] += len(part)
    return [share for share in shares if share]


def _forked(
    work: Callable[[Share], Iterator[Result]], share: Share
) -> tuple[ForkProcess, Connection]:
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_work_for, args=(there, work, share), daemon=True)
    with warnings.catch_warnings():
        # Python warns of threads that a fork leaves behind; the child only folds.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    there.close()
    return process, here


def _work_for(there: Connection, work: Callable[[Share], Iterator[Result]], share: Share) -> None:
    gc.disable()  # what the fold makes holds no circles: it is freed with its part
    for result in work(share):
        there.send(result)
    there.send(None)
    there.close()


def _arriving(process: ForkProcess, here: Connection) -> Iterator[Result]:
    try:
        while (result := here.recv()) is not None:
            yield result
    except EOFError:
        raise Refusal("a process that folded a part of the log died; is memory short?") from None
    process.join()
