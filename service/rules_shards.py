"""A long log folded by several processes: sellers are independent, so each folds some of them.

The answer is to the byte that of one process. A log is not split when splitting could matter: ids
delivered twice, a complaint about two sellers, ledgers shared by an entity, or events that name a
sanction.
"""

from __future__ import annotations

import multiprocessing
import os
import warnings
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess

from detector.errors import Refusal
from detector.rules import Event, Ledger, Policies, Refused, fold
from detector.rules.events import Appeal, AppealDecided, Credit, Verdict, Withdrawn
from detector.rules.fold import Fold, in_order
from detector.rules.ledger import ledger_of
from service.ledger_text import framed, sellers_text

EVENTS_MIN = 50_000  # below this, starting a process costs more than it saves


def replay_text(
    events: list[Event],
    unreadable: list[Refused],
    policies: Policies,
    *,
    as_of: int | None,
    known_at: int | None,
) -> Iterator[str]:
    """Fold a log and yield the pieces of the JSON that `detector rules replay --json` prints."""
    ordered = in_order(events, known_at)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    shards = None
    if cores > 1 and len(ordered) >= EVENTS_MIN:
        shards = shards_of(ordered, policies, cores)
    if shards is None:
        ledger = fold(ordered, policies, as_of=as_of, known_at=known_at)
        texts, refused = [sellers_text(ledger)], list(ledger.refused)
    else:
        if as_of is None:
            as_of = known_at if known_at is not None else latest_of(ordered)
        texts, refused = _in_processes(shards, policies, as_of)
    return framed(texts, sorted([*unreadable, *refused], key=lambda one: one.line or 0))


def latest_of(ordered: list[Event]) -> int:
    """Return the latest recorded time, as the fold takes it: a detector's verdicts left out."""
    for event in reversed(ordered):
        if not isinstance(event, Verdict) or event.actor == "person":
            return event.recorded_at
    return 0


def shards_of(ordered: list[Event], policies: Policies, count: int) -> list[list[Event]] | None:
    """Split a log into shards of whole sellers, in order of id; None where that could matter."""
    if policies.versions[0].scope != "seller" or len({one.id for one in ordered}) < len(ordered):
        return None
    sellers = sorted({one.seller_id for one in ordered if isinstance(one, Verdict | Credit)})
    place = {seller: n * count // len(sellers) for n, seller in enumerate(sellers)}
    shards: list[list[Event]] = [[] for _ in range(count)]
    of_event: dict[str, int] = {}
    of_complaint: dict[str, int] = {}
    for event in ordered:
        if isinstance(event, Verdict):
            shard = of_event[event.id] = place[event.seller_id]
            if of_complaint.setdefault(event.complaint_id, shard) != shard:
                return None
        elif isinstance(event, Appeal):
            shard = of_event[event.id] = of_event.get(event.verdict_id, 0)
        elif isinstance(event, AppealDecided):
            shard = of_event.get(event.appeal_id, 0)
        elif isinstance(event, Credit):
            shard = place[event.seller_id]
        elif isinstance(event, Withdrawn):
            shard = 0
        else:
            return None
        shards[shard].append(event)
    return shards


def _in_processes(
    shards: list[list[Event]], policies: Policies, as_of: int
) -> tuple[list[str], list[Refused]]:
    """Fold the first shard here and each other in a forked process."""
    others = [_forked(shard, policies, as_of) for shard in shards[1:]]
    told = [_folded(shards[0], policies, as_of)]
    for process, answer in others:
        try:
            told.append(answer.recv())
        except EOFError:
            raise Refusal(
                "a process that folded a part of the log died; is memory short?"
            ) from None
        process.join()
    return [text for text, _ in told if text], [one for _, refused in told for one in refused]


def _forked(shard: list[Event], policies: Policies, as_of: int) -> tuple[ForkProcess, Connection]:
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_fold_for, args=(there, shard, policies, as_of))
    with warnings.catch_warnings():
        # Arrow's threads are idle and the child never calls Arrow.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    there.close()
    return process, here


def _fold_for(there: Connection, shard: list[Event], policies: Policies, as_of: int) -> None:
    there.send(_folded(shard, policies, as_of))
    there.close()


def _folded(shard: list[Event], policies: Policies, as_of: int) -> tuple[str, list[Refused]]:
    state = Fold(policies)
    state.run(shard)
    ledger: Ledger = ledger_of(state.account_of, policies, state.refused, as_of)
    return sellers_text(ledger), list(ledger.refused)
