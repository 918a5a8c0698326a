"""All SQL of the erasure slice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from secrets import token_hex
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)

from service.database.sealing import seal
from service.decisions.drafts.store import delete_drafts_about
from service.decisions.tables import (
    answers,
    appeals,
    ledger_events,
    opinions,
    proposals,
    verdicts,
    withdrawals,
)
from service.erasure.rules import PREFIX, is_pseudonym
from service.intake.complaints.tables import complaints
from service.intake.evidence.store import forget_likenesses
from service.intake.evidence.tables import evidence
from service.intake.reports.store import erase as erase_reports
from service.intake.reports.store import is_in_draft

CHUNK = 500
"""Values in one statement."""

ComplaintRow = Row[Any]


def complaints_of_buyer(connection: Connection, buyer_id: str) -> Sequence[ComplaintRow]:
    """A buyer's complaints."""
    query = select(complaints).where(complaints.c.buyer_id == buyer_id)
    return connection.execute(query.order_by(complaints.c.complaint_id)).all()


def past_complaints(
    connection: Connection, *, after: str, past: int, decided: int, limit: int
) -> Sequence[ComplaintRow]:
    """Complaints not yet erased whose time is over, by id, from one on.

    Over: filed and decided before `past`; or, where the buyer asked for it, past appeal at all.
    """
    c = complaints.c
    query = select(complaints).where(c.complaint_id > after, _is_past(past, decided))
    return connection.execute(query.order_by(c.complaint_id).limit(limit)).all()


def counts_past(connection: Connection, *, past: int, decided: int) -> tuple[int, int]:
    """How many complaints `past_complaints` would give in all, and the evidence left with them."""
    of_them = select(complaints.c.complaint_id).where(_is_past(past, decided))
    count = connection.execute(select(func.count()).select_from(of_them.subquery())).scalar_one()
    return count, _pieces_left(connection, evidence.c.complaint_id.in_(of_them))


def evidence_left(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """How many pieces of evidence of the complaints were not erased, by their kind."""
    found: Counter[str] = Counter()
    e = evidence.c
    for start in range(0, len(ids), CHUNK):
        of_them = and_(e.complaint_id.in_(ids[start : start + CHUNK]), e.erased_at.is_(None))
        query = select(e.kind, func.count()).where(of_them).group_by(e.kind)
        found.update({row[0]: row[1] for row in connection.execute(query)})
    return dict(sorted(found.items()))


def _pieces_left(connection: Connection, of_them: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(evidence)
    return connection.execute(query.where(of_them, evidence.c.erased_at.is_(None))).scalar_one()


def _is_past(past: int, decided: int) -> ColumnElement[bool]:
    c = complaints.c
    is_old = and_(c.filed_at < past, or_(c.decided_at.is_(None), c.decided_at < past))
    was_asked = and_(c.buyer_id.like(f"{PREFIX}%"), _is_final(decided))
    return and_(c.erased_at.is_(None), ~_is_looked_at(), or_(is_old, was_asked))


def final_ids(connection: Connection, ids: Sequence[str], decided: int) -> list[str]:
    """Those of the complaints that are decided past appeal."""
    found: list[str] = []
    for start in range(0, len(ids), CHUNK):
        chunk = complaints.c.complaint_id.in_(ids[start : start + CHUNK])
        query = select(complaints.c.complaint_id).where(chunk, _is_final(decided))
        found += connection.execute(query).scalars()
    return found


def replace_buyers(connection: Connection, pseudonyms: Mapping[str, str | None]) -> None:
    """Put a pseudonym in the buyer's place, by complaint; the body's fingerprint goes as well."""
    statement = update(complaints).where(complaints.c.complaint_id == bindparam("id"))
    rows = [{"id": one, "pseudonym": name} for one, name in pseudonyms.items()]
    if rows:
        connection.execute(statement.values(buyer_id=bindparam("pseudonym"), fingerprint=b""), rows)


def replace_in_ledger(
    connection: Connection, seller_ids: Iterable[str], pseudonyms: Mapping[str, str | None]
) -> None:
    """Put the same pseudonyms into the ledger's events; the triggers let nothing else change."""
    ids = sorted(set(seller_ids))
    changed = []
    for start in range(0, len(ids), CHUNK):
        columns = (ledger_events.c.position, ledger_events.c.event_id, ledger_events.c.body)
        query = select(*columns).where(ledger_events.c.seller_id.in_(ids[start : start + CHUNK]))
        for position, event_id, text in connection.execute(query):
            body = json.loads(text)
            buyer_id, pseudonym = body.get("buyer_id"), pseudonyms.get(body.get("complaint_id"))
            if buyer_id is not None and pseudonym is not None and not is_pseudonym(buyer_id):
                body["buyer_id"] = pseudonym
                changed_body = json.dumps(body, ensure_ascii=False, sort_keys=True)
                fresh = {"changed_body": changed_body, "fresh_salt": token_hex(16)}
                changed.append({"at": position, **fresh})
                seal(connection, ledger_events, event_id)
    if changed:
        statement = update(ledger_events).where(ledger_events.c.position == bindparam("at"))
        replaced = statement.values(body=bindparam("changed_body"), salt=bindparam("fresh_salt"))
        connection.execute(replaced, changed)


def erase_evidence(connection: Connection, ids: Sequence[str], now: int) -> tuple[int, set[str]]:
    """Empty the complaints' evidence but for its kind; how many pieces, and their files."""
    pieces, files, seen = 0, set[str](), list[str]()
    nothing = dict.fromkeys(("link", "note", "sha256", "media_type", "bytes"))
    for start in range(0, len(ids), CHUNK):
        of_them = and_(
            evidence.c.complaint_id.in_(ids[start : start + CHUNK]), evidence.c.erased_at.is_(None)
        )
        found = connection.execute(select(evidence.c.evidence_id, evidence.c.sha256).where(of_them))
        for evidence_id, sha in found.all():
            pieces += 1
            files |= {sha} - {None}
            seal(connection, evidence, evidence_id)
            seen.append(evidence_id)
        connection.execute(update(evidence).where(of_them).values(**nothing, erased_at=now))
    forget_likenesses(connection, seen)
    return pieces, files


def erase_reasons(
    connection: Connection, ids: Sequence[str], now: int, *, all_of_them: bool
) -> None:
    """Empty what complainants wrote and sellers answered; or all words, moderators' as well.

    Drafts go in any case: no decision rests on one.
    """
    erase_reports(connection, ids, now)
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        delete_drafts_about(connection, chunk)
        for _, column, which in _their_words(chunk):
            connection.execute(update(column.table).where(which).values({column: ""}))
        if all_of_them:
            _erase_all_reasons(connection, chunk)


def _erase_all_reasons(connection: Connection, chunk: Sequence[str]) -> None:
    of_them = verdicts.c.complaint_id.in_(chunk)
    theirs = appeals.c.verdict_id.in_(select(verdicts.c.verdict_id).where(of_them))
    connection.execute(update(appeals).where(theirs).values(reason=""))
    decided = and_(theirs, appeals.c.decision_reason.is_not(None))
    connection.execute(update(appeals).where(decided).values(decision_reason=""))
    appealed = opinions.c.appeal_id.in_(select(appeals.c.appeal_id).where(theirs))
    connection.execute(update(opinions).where(appealed).values(reason=""))
    connection.execute(update(verdicts).where(of_them).values(reason=""))
    proposed = proposals.c.complaint_id.in_(chunk)
    connection.execute(update(proposals).where(proposed).values(reason=""))
    taken_back = withdrawals.c.complaint_id.in_(chunk)
    looked_at = and_(taken_back, withdrawals.c.decision_reason.is_not(None))
    connection.execute(update(withdrawals).where(looked_at).values(decision_reason=""))


def _their_words(chunk: Sequence[str]) -> list[tuple[str, Column[str], ColumnElement[bool]]]:
    """What complainants wrote about complaints and sellers answered: where, and in which rows."""
    judged = select(verdicts.c.verdict_id).where(verdicts.c.complaint_id.in_(chunk))
    own = and_(appeals.c.verdict_id.in_(judged), appeals.c.filed_by == "complainant")
    return [
        ("withdrawals", withdrawals.c.reason, withdrawals.c.complaint_id.in_(chunk)),
        ("answers", answers.c.text, answers.c.complaint_id.in_(chunk)),
        ("appeals", appeals.c.reason, own),
    ]


def their_words_left(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """How many texts `erase_reasons` empties at least, by where they stand."""
    found: Counter[str] = Counter()
    for start in range(0, len(ids), CHUNK):
        for name, column, which in _their_words(ids[start : start + CHUNK]):
            query = select(func.count()).select_from(column.table).where(which, column != "")
            found[name] += connection.execute(query).scalar_one()
    return dict(found)


def mark_erased(connection: Connection, ids: Sequence[str], now: int) -> None:
    """Note that nothing of what a buyer gave is left with the complaints."""
    for start in range(0, len(ids), CHUNK):
        of_them = complaints.c.complaint_id.in_(ids[start : start + CHUNK])
        connection.execute(update(complaints).where(of_them).values(erased_at=now))


def names_of(connection: Connection, ids: Sequence[str]) -> set[str]:
    """The ids of complaints and of all that hangs on them, by which a stored response is known."""
    names = set(ids)
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        judged = select(verdicts.c.verdict_id).where(verdicts.c.complaint_id.in_(chunk))
        for query in (
            judged,
            select(appeals.c.appeal_id).where(appeals.c.verdict_id.in_(judged)),
            select(evidence.c.evidence_id).where(evidence.c.complaint_id.in_(chunk)),
        ):
            names.update(connection.execute(query).scalars())
    return names


def is_referred_to(connection: Connection, sha: str) -> bool:
    """Whether any piece of evidence is a file, or a draft has it."""
    query = select(evidence.c.evidence_id).where(evidence.c.sha256 == sha).limit(1)
    is_evidence = connection.execute(query).one_or_none() is not None
    return is_evidence or is_in_draft(connection, sha)


def _is_looked_at() -> ColumnElement[bool]:
    """An appeal or a withdrawal waits for a person, who needs what the complaint rests on."""
    waits = withdrawals.c.outcome == "open"
    return or_(_has_appeal(appeals.c.outcome == "open"), _is_withdrawn(waits))


def _is_withdrawn(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    of_it = withdrawals.c.complaint_id == complaints.c.complaint_id
    return exists(select(withdrawals.c.complaint_id).where(of_it, *conditions))


def _has_appeal(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(
        select(appeals.c.appeal_id)
        .join(verdicts, verdicts.c.verdict_id == appeals.c.verdict_id)
        .where(
            verdicts.c.complaint_id == complaints.c.complaint_id, ~verdicts.c.reopened, condition
        )
    )


def _is_final(decided: int) -> ColumnElement[bool]:
    """Withdrawn undecided, decided past any appeal, or its appeal is decided."""
    settled = _has_appeal(appeals.c.outcome != "open")
    is_decided = and_(complaints.c.outcome != "pending", ~_is_looked_at())
    is_past = and_(is_decided, or_(complaints.c.decided_at < decided, settled))
    return or_(is_past, and_(complaints.c.outcome == "pending", _is_withdrawn()))
