"""Which sellers of the store go by another name: what people accepted is the whole list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from detector.errors import BadInput
from detector.history.aliases import Alias, check_spans, final_names
from detector.rules import Policies
from service.assessments.store import forget_assessments
from service.audit import actions as audit
from service.decisions.ledger.actions import standing_at
from service.http.access.keys import Caller
from service.scoring.history.store import spans_in
from service.sellers import store

_SHOWN = 60
_FAULTS_MAX = 5


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a list of aliases."""

    rows: int
    new: int
    taken_away: int


def accept_aliases(
    connection: Connection,
    aliases: Sequence[Alias],
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> Accepted:
    """Make these the store's aliases, in place of those it had; the sellers are scored again.

    Nothing that was filed changes, and no ledger. Raises BadInput naming the row where aliases
    contradict each other or what was filed, and where the old name of a new alias has points or a
    sanction: these would be left behind.
    """
    audit.lock_chain(connection)
    last = final_names(aliases)
    known = {alias.old: alias for alias in store.aliases_in(connection)}
    fresh = [a for a in _each_once(aliases) if not _is_in(known, a)]
    spans = spans_in(connection, sorted({*last, *last.values(), *known}))
    check_spans(fresh, spans)
    _check_ledgers(connection, fresh, policies, now)
    kept = {alias.old for alias in aliases}
    gone = [alias for name, alias in known.items() if name not in kept]
    if fresh or gone:
        store.replace_aliases(connection, _each_once(aliases), now=now)
        touched = {name for alias in (*fresh, *gone) for name in (alias.old, alias.new)}
        touched |= {last[name] for name in touched if name in last}
        if there := touched & spans.keys():
            store.request_rescoring(connection, there, now)
        forget_assessments(connection, sorted(last))
        after = {"new": _pairs(fresh), "taken_away": _pairs(gone)}
        audit.record(connection, "sellers.joined", "sellers", at=now, caller=caller, after=after)
    return Accepted(len(last), len(fresh), len(gone))


def _each_once(aliases: Sequence[Alias]) -> list[Alias]:
    return list({alias.old: alias for alias in aliases}.values())


def _is_in(known: dict[str, Alias], alias: Alias) -> bool:
    one = known.get(alias.old)
    return one is not None and (one.new, one.since) == (alias.new, alias.since)


def _check_ledgers(
    connection: Connection, aliases: Sequence[Alias], policies: Policies, now: int
) -> None:
    faults, tracks = [], policies.at(now).tracks
    for alias in aliases:
        standing = standing_at(connection, alias.old, policies, now=now)
        if standing is None:
            continue
        full = all(tracks[name].start == one.balance for name, one in standing.tracks.items())
        if not full or standing.status != "active":
            faults.append(
                f"{alias.place}: {alias.old[:_SHOWN]!r} is {standing.status} and holds "
                f"{standing.balance} points, which would stay behind under that name; decide first "
                "what becomes of them"
            )
    if faults:
        more = len(faults) - _FAULTS_MAX
        raise BadInput(
            "; ".join(faults[:_FAULTS_MAX]) + (f"; and {more:,} more" if more > 0 else "")
        )


def _pairs(aliases: Sequence[Alias]) -> list[list[str]]:
    return [[alias.old, alias.new] for alias in aliases]
