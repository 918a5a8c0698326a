"""Which sellers of the store go by another name: what people accepted is the whole list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection

from detector.errors import BadInput
from detector.history.aliases import Alias, check_spans, final_names
from detector.instants import text_of
from detector.rules import Policies
from service.assessments.store import forget_assessments
from service.audit import actions as audit
from service.decisions.ledger import store as ledger
from service.decisions.ledger.actions import standing_at
from service.http.access.keys import Caller
from service.http.fields import Id
from service.scoring.history.store import spans_in
from service.sellers import store

_ID: Final = TypeAdapter[str](Id)
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

    Nothing that was filed changes, and no ledger. Raises BadInput naming the row where a name is no
    id of the service's, where aliases contradict each other or what was filed, and where the old
    name of a new alias has points or a sanction: these would be left behind.
    """
    _check_names(aliases)
    last = final_names(aliases)
    # Assessments go before the audit's chain: a round that closes cases locks them in that order.
    store.lock_aliases(connection)
    known = {alias.old: alias for alias in store.aliases_in(connection)}
    wanted = {alias.old: alias for alias in aliases}
    fresh = [alias for alias in wanted.values() if not _is_in(known, alias)]
    ended = [alias for alias in known.values() if not _is_in(wanted, alias)]
    before = final_names(known.values())
    renamed = {name for name in {*before, *last} if before.get(name) != last.get(name)}
    touched = {names.get(name, name) for names in (before, last) for name in renamed} | renamed
    spans = spans_in(connection, sorted({*last, *last.values(), *touched}))
    check_spans(fresh, spans)
    _check_ledgers(connection, fresh, policies, now)
    gone = [alias for alias in ended if alias.old not in wanted]
    if fresh or ended:
        store.change_aliases(connection, fresh, instead_of=ended, now=now)
        if there := touched & spans.keys():
            store.request_rescoring(connection, there, now)
        # Neither an old name is scored any more, nor one that was there as another's alone.
        forget_assessments(connection, sorted({*last, *(touched - spans.keys())}))
        after = {"new": _rows(fresh), "taken_away": _rows(ended)}
        audit.record(connection, "sellers.joined", "sellers", at=now, caller=caller, after=after)
    return Accepted(len(last), len(fresh), len(gone))


def _is_in(known: dict[str, Alias], alias: Alias) -> bool:
    one = known.get(alias.old)
    return one is not None and (one.new, one.since) == (alias.new, alias.since)


def _check_ledgers(
    connection: Connection, aliases: Sequence[Alias], policies: Policies, now: int
) -> None:
    faults, tracks = [], policies.at(now).tracks
    judged = ledger.sellers_with_events(connection, [alias.old for alias in aliases])
    for alias in (one for one in aliases if one.old in judged):
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


def _check_names(aliases: Sequence[Alias]) -> None:
    for alias in aliases:
        for name in (alias.old, alias.new):
            try:
                _ID.validate_python(name)
            except ValidationError:
                raise BadInput(
                    f"{alias.place}: {name[:_SHOWN]!r} is no seller's id here: it is over 200 "
                    "long, has a control character, or is one or two dots"
                ) from None


def _rows(aliases: Sequence[Alias]) -> list[list[str]]:
    return [[alias.old, alias.new, text_of(alias.since)] for alias in aliases]
