"""Record a decision in the audit chain, and read what was recorded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from secrets import token_hex
from typing import Any, Final, TypedDict, Unpack

from sqlalchemy import Connection, Row

from service.audit import store
from service.audit.chain import GENESIS, key_fault, why_seal_of
from service.audit.schemas import AuditPage, AuditRecord
from service.database.engine import audit_key_of
from service.database.sealing import REVISION, all_digests, pop_unsealed
from service.http.access.keys import Caller
from service.http.fields import cursor_of, instant_place
from service.refusals import AuditKeyWrong

ACTED_FOR_A_PARTY: Final = ("answer.filed", "appeal.filed", "complaint.withdrawn")
"""Records of what a party does, or somebody for them."""


class Details(TypedDict, total=False):
    """What a record may say beside who did what, when and why."""

    before: Any
    """Anything JSON can say."""
    after: Any
    policy: str | None
    model: str | None
    seller_id: str | None
    """That of the rows that are sealed, unless it is given."""


class WantedFields(TypedDict, total=False):
    """The fields of `store.Wanted`."""

    subject: str | None
    seller_id: str | None
    actor: str | None
    actor_begins: str | None
    by_people: bool
    kinds: tuple[str, ...]
    since: int | None
    until: int | None


def record(
    connection: Connection,
    action: str,
    subject: str,
    *,
    at: int,
    caller: Caller,
    why: str = "",
    **details: Unpack[Details],
) -> None:
    """Add a decision to the chain, in the transaction that takes it; call it last, for it waits.

    It seals the rows that wait to be sealed. Decisions are rare beside complaints, so that one at
    a time is enough. Raises AuditKeyWrong where the last record was sealed with another key.
    """
    store.lock_chain(connection)
    last, key = store.last_record(connection), audit_key_of(connection)
    fault = key_fault(last, key)
    if fault:
        raise AuditKeyWrong(fault)
    salt = token_hex(16)
    rows, theirs = pop_unsealed(connection)
    since = store.revision_of(last)
    every = {} if since == REVISION else all_digests(connection, since=since)
    found = {name: seal for name, seal in every.items() if name not in rows}
    if found and not since:  # nothing tells what was new in this transaction
        found, rows = found | rows, {}
    sealed = {"rows": rows, "found": found, "keyed": key is not None, "revision": REVISION}
    values = {
        "number": 1 if last is None else last["number"] + 1,
        "at": at,
        "actor": caller.person,
        "role": caller.role.value,
        "action": action,
        "subject": subject[: store.SUBJECT_MAX],
        "why": why,
        "salt": salt,
        "why_seal": why_seal_of(salt, why),
        "before": store.as_json(details.get("before")),
        "after": store.as_json(details.get("after")),
        "policy": details.get("policy"),
        "model": details.get("model"),
        "seller_id": details.get("seller_id") or theirs,
        "sealed": store.as_json(sealed),
        "previous": GENESIS if last is None else last["seal"],
    }
    store.append(connection, values)


def begin_sealing(connection: Connection, *, caller: Caller, now: int) -> None:
    """Seal what a store of an older revision holds, unless that was done or there is nothing."""
    since = store.revision_of(store.last_record(connection))
    if since != REVISION and all_digests(connection, since=since):
        record(connection, "store.sealed", "store", at=now, caller=caller)


def lock_chain(connection: Connection) -> None:
    """Wait until no other transaction records; then what is read is true until this one ends.

    For acts that change nothing when they come a second time: of two at once, one is recorded.
    """
    store.lock_chain(connection)


def spokespeople_of(connection: Connection, complaint_ids: Sequence[str]) -> list[str]:
    """Who acted for a party of these complaints, as the chain has it: sorted, each once."""
    subjects = [f"complaint {complaint_id}" for complaint_id in complaint_ids]
    return store.actors(connection, subjects, ACTED_FOR_A_PARTY)


def records_page(
    connection: Connection,
    *,
    limit: int,
    cursor: str | None,
    **wanted: Unpack[WantedFields],
) -> AuditPage:
    """A page of the record, newest first: all of it, or what is wanted."""
    place = instant_place(cursor)
    before = None if place is None else place[0]
    rows = store.page(connection, store.Wanted(**wanted), before=before, limit=limit + 1)
    more = len(rows) > limit
    return AuditPage(
        records=[_shown(row) for row in rows[:limit]],
        next_cursor=cursor_of(rows[limit - 1].number, "") if more else None,
    )


def latest_records(
    connection: Connection, actions: Sequence[str], *, limit: int
) -> list[AuditRecord]:
    """The newest records of some actions, newest first."""
    return [_shown(row) for row in store.latest(connection, actions, limit=limit)]


def _shown(row: Row[Any]) -> AuditRecord:
    computed = {"is_erased", "before", "after"}
    return AuditRecord(
        is_erased=row.why_seal is not None and row.salt is None,
        before=None if row.before is None else json.loads(row.before),
        after=None if row.after is None else json.loads(row.after),
        **{name: getattr(row, name) for name in set(AuditRecord.model_fields) - computed},
    )
