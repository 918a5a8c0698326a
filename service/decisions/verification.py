"""Whether the rows of decisions are what the log says, and its sanctions what the rules issue.

The audit chain seals both; this finds what was changed in one of them and then sealed by a decision
before anybody looked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from detector.errors import BadInput
from detector.instants import text_of
from detector.rules import Policies, SellerLedger, event_of, fold
from service.decisions.sanctions.rules import is_carried_out
from service.decisions.tables import appeals, ledger_events, sanctions, verdicts
from service.http.fields import instant_of
from service.intake.complaints.tables import complaints

_SAME: Final = ("seller_id", "complaint_id", "outcome", "violation", "moderator", "supersedes")
"""What a verdict's row and its event call by one name."""
_GIVEN: Final = {
    **{name: name for name in ("order_id", "buyer_id", "listing_id")},
    **{name: f"complaint_{name}" for name in ("source", "source_identity")},
}
"""What a verdict's event took over from the complaint, and as what."""

Rows = dict[str, dict[str, Any]]


class _Log(NamedTuple):
    """A seller's events, and those of two kinds by what they are about."""

    events: list[dict[str, Any]]
    verdicts: dict[str, dict[str, Any]]
    appeals: dict[str, dict[str, Any]]
    decisions: dict[str, dict[str, Any]]
    superseded: frozenset[str]

    def as_of(self, now: int) -> int:
        """Now, or the last event's instant, which may lie ahead of this machine's clock."""
        return max([now, *(instant_of(one["recorded_at"]) for one in self.events)])


def log_faults(connection: Connection, policies: Policies, *, now: int) -> Iterator[str]:
    """Where verdicts, appeals, complaints and sanctions differ from the log, in sentences."""
    for seller_id in _sellers(connection):
        try:
            log = _log_of(connection, seller_id)
            events = map(event_of, log.events)
            folded = fold(events, policies, as_of=log.as_of(now), approvals="recorded")
            ledger = folded.sellers.get(seller_id)
        except (BadInput, ValueError, KeyError) as error:
            yield f"the log of seller {seller_id} cannot be read: {error}"
            continue
        yield from _verdict_faults(connection, seller_id, log)
        yield from _appeal_faults(connection, seller_id, log)
        yield from _sanction_faults(connection, seller_id, ledger)


def _sellers(connection: Connection) -> list[str]:
    owners = [select(table.c.seller_id) for table in (ledger_events, verdicts, sanctions)]
    return sorted(connection.execute(owners[0].union(*owners[1:])).scalars())


def _log_of(connection: Connection, seller_id: str) -> _Log:
    query = select(ledger_events.c.body).where(ledger_events.c.seller_id == seller_id)
    bodies = connection.execute(query.order_by(ledger_events.c.position)).scalars()
    events = [json.loads(body) for body in bodies]
    given = {one["id"]: one for one in events if one["event"] == "verdict"}
    filed = {one["id"]: one for one in events if one["event"] == "appeal"}
    decided = {one["appeal_id"]: one for one in events if one["event"] == "appeal_decided"}
    superseded = frozenset(one["supersedes"] for one in given.values() if one.get("supersedes"))
    return _Log(events, given, filed, decided, superseded)


def _verdict_faults(connection: Connection, seller_id: str, log: _Log) -> Iterator[str]:
    query = select(verdicts, *(complaints.c[name] for name in _GIVEN)).join(complaints)
    rows = _rows(connection, query.where(verdicts.c.seller_id == seller_id), "verdict_id")
    yield from _unpaired("verdict", rows, log.verdicts)
    granted = {
        log.appeals[appeal_id]["verdict_id"]
        for appeal_id, decision in log.decisions.items()
        if decision["outcome"] == "granted" and appeal_id in log.appeals
    }
    for verdict_id in rows.keys() & log.verdicts.keys():
        row, event = rows[verdict_id], log.verdicts[verdict_id]
        try:
            row["evidence"] = json.loads(row["evidence"])
            row["seconded_by"] = json.loads(row["seconded_by"] or "null") or None
        except ValueError as error:
            yield f"verdict {verdict_id}: evidence or seconded_by cannot be read: {error}"
            continue
        row["decided_at"] = text_of(row["decided_at"])
        same = (*_SAME, "evidence", "seconded_by", "decided_at")
        for name, logged in {**dict(zip(same, same, strict=True)), **_GIVEN}.items():
            if row[name] != event.get(logged):
                yield f"verdict {verdict_id}: {name} is not what the log says"
        fell = verdict_id in granted or verdict_id in log.superseded
        if fell != (row["reversed_at"] is not None):
            yield f"verdict {verdict_id}: the log says that it {'fell' if fell else 'stands'}"


def _appeal_faults(connection: Connection, seller_id: str, log: _Log) -> Iterator[str]:
    query = select(appeals).join(verdicts).where(verdicts.c.seller_id == seller_id)
    rows = _rows(connection, query, "appeal_id")
    yield from _unpaired("appeal", rows, log.appeals)
    for appeal_id in rows.keys() & log.appeals.keys():
        row, event = rows[appeal_id], log.appeals[appeal_id]
        decision = log.decisions.get(appeal_id, {"outcome": "open", "moderator": None})
        for name, logged in (
            ("verdict_id", event["verdict_id"]),
            ("filed_by", event["by"]),
            ("outcome", decision["outcome"]),
            ("decided_by", decision["moderator"]),
        ):
            if row[name] != logged:
                yield f"appeal {appeal_id}: {name} is not what the log says"


def _sanction_faults(
    connection: Connection, seller_id: str, ledger: SellerLedger | None
) -> Iterator[str]:
    query = select(sanctions).where(sanctions.c.seller_id == seller_id)
    rows = _rows(connection, query, "sanction_id")
    issued = {one.id: one for one in ledger.sanctions if is_carried_out(one)} if ledger else {}
    for name in sorted(rows.keys() - issued.keys()):
        yield f"sanction {name}: the rules issue none; is DETECTOR_POLICY the service's?"
    for name, sanction in issued.items():
        row = rows.get(name)
        if row is None:
            if sanction.state != "voided":
                yield f"sanction {name}: the rules issue it, and it is not there"
            continue
        if (row["kind"], row["issued_at"]) != (sanction.kind, sanction.issued_at):
            yield f"sanction {name} is not what the rules issue"
        if sanction.state == "voided" and row["state"] in ("waiting", "carried_out"):
            yield f"sanction {name}: the log says that it was lifted"
        is_done = sanction.carried_out_at is not None
        if row["state"] == "carried_out" and not is_done:
            yield f"sanction {name}: the log says that nobody approved it"
        if row["state"] in ("waiting", "lapsed", "declined") and is_done:
            yield f"sanction {name}: the log says that it was carried out"


def _unpaired(noun: str, rows: Rows, events: Rows) -> Iterator[str]:
    for name in sorted(rows.keys() - events.keys()):
        yield f"{noun} {name} is not in the log"
    for name in sorted(events.keys() - rows.keys()):
        yield f"{noun} {name} is in the log, and its row is gone"


def _rows(connection: Connection, query: Any, key: str) -> Rows:  # noqa: ANN401 - any SELECT
    found = (row._asdict() for row in connection.execute(query))
    return {row[key]: row for row in found}
