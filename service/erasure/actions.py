"""What can be done about buyers' personal data; each inside one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from secrets import token_bytes
from typing import Any, NamedTuple

from sqlalchemy import Connection

from detector.durations import DAY_US
from detector.nouns import counted
from detector.rules import Policies
from service.audit import actions as audit
from service.audit.chain import ERASED
from service.audit.store import erase_words
from service.database.engine import Database
from service.decisions.drafts.store import delete_drafts_before
from service.erasure import store
from service.erasure.rules import is_pseudonym, pseudonym_of
from service.erasure.schemas import ErasureDone, RetentionDone
from service.http.access.keys import Caller
from service.http.idempotency.store import erase_naming
from service.intake.evidence.storage import Storage
from service.intake.evidence.store import lock_file
from service.intake.filings import actions as filings
from service.intake.reports import actions as reports
from service.links import actions as links
from service.sellers.store import lock_sellers
from service.settings import Settings

ORPHAN_US = DAY_US
"""A file that no row refers to is taken for lost after a day: its row may be on its way."""


@dataclass(frozen=True, slots=True)
class RetentionTerms:
    """How long things are kept, in microseconds."""

    kept_us: int
    """From a complaint's end until what its buyer gave is removed."""
    appeal_us: int
    """From a verdict until nobody may appeal against it."""


def retention_terms(settings: Settings, policies: Policies, *, now: int) -> RetentionTerms:
    """How long buyers' data is kept; a policy that knows no end of appeals keeps a month."""
    window = policies.at(now).appeals.window
    return RetentionTerms(
        kept_us=settings.retain_us, appeal_us=30 * DAY_US if window is None else window
    )


class BuyerErased(NamedTuple):
    """The response, and the files to remove once it is committed."""

    response: ErasureDone
    files: set[str]


class Applied(NamedTuple):
    """The response, the files to remove once it is committed, and where to go on."""

    response: RetentionDone
    files: set[str]
    last: str


def erase_buyer(
    connection: Connection,
    buyer_id: str,
    reason: str,
    terms: RetentionTerms,
    *,
    caller: Caller,
    now: int,
) -> BuyerErased:
    """Put a pseudonym in a buyer's place everywhere; remove their evidence and words.

    Evidence and words of complaints that are not decided past appeal stay until they are:
    `apply_retention` finds them. What moderators wrote stays until its time is over.
    """
    rows = store.complaints_of_buyer(connection, buyer_id)
    ids = [row.complaint_id for row in rows]
    erase_naming(connection, {buyer_id} | store.names_of(connection, ids))
    links.forget_buyer(connection, buyer_id, ids)
    drafted = reports.forget_buyer(connection, buyer_id)
    if not rows or is_pseudonym(buyer_id):
        nothing = ErasureDone(pseudonym=None, complaints=0, evidence=0, words=0, held=[])
        return BuyerErased(nothing, drafted)
    pseudonym = pseudonym_of(buyer_id, token_bytes(32))
    pseudonyms: dict[str, str | None] = dict.fromkeys(ids, pseudonym)
    _pseudonymise(connection, rows, pseudonyms)
    final = store.final_ids(connection, ids, now - terms.appeal_us)
    pieces, files, words = _remove(connection, final, now, all_words=False)
    retained = sorted(set(ids) - set(final))
    response = ErasureDone(
        pseudonym=pseudonym,
        complaints=len(ids),
        evidence=pieces,
        words=len(words),
        held=retained,
    )
    facts = {"complaints": len(ids), "evidence": pieces, "held": len(retained), ERASED: words}
    facts |= _forget_seals(connection, pseudonyms)
    subject = f"buyer {pseudonym}"
    audit.record(
        connection, "buyer.erased", subject, at=now, caller=caller, why=reason, after=facts
    )
    return BuyerErased(response, files | drafted)


def apply_retention(
    connection: Connection,
    terms: RetentionTerms,
    *,
    caller: Caller,
    now: int,
    limit: int,
    after: str = "",
) -> Applied:
    """Remove what buyers gave, and all reasons, from complaints whose time is over.

    Goes through at most `limit` of them, by id; `Applied.last` says where the next call goes on.
    """
    rows = store.past_complaints(
        connection,
        after=after,
        past=now - terms.kept_us,
        decided=now - terms.appeal_us,
        limit=limit + 1,
    )
    taken = rows[:limit]
    key = token_bytes(32)
    pseudonyms = {
        row.complaint_id: row.buyer_id
        if row.buyer_id is None or is_pseudonym(row.buyer_id)
        else pseudonym_of(row.buyer_id, key)
        for row in taken
    }
    fresh = [row for row in taken if row.buyer_id != pseudonyms[row.complaint_id]]
    _pseudonymise(connection, taken, pseudonyms)
    erase_naming(connection, store.names_of(connection, list(pseudonyms)))
    links.forget_old(connection, list(pseudonyms), now=now)
    reports.forget_old(connection, sent_before=now - terms.kept_us, now=now)
    pieces, files, words = _remove(connection, list(pseudonyms), now, all_words=True)
    delete_drafts_before(connection, now - terms.kept_us)
    response = RetentionDone(
        complaints=len(fresh), evidence=pieces, words=len(words), more=len(rows) > limit
    )
    forgotten = _forget_seals(connection, pseudonyms)
    if fresh or pieces or words or forgotten:
        facts = {"complaints": len(fresh), "evidence": pieces, ERASED: words, **forgotten}
        subject = counted(len(taken), "complaint")
        audit.record(connection, "retention.applied", subject, at=now, caller=caller, after=facts)
    return Applied(response, files, taken[-1].complaint_id if taken else after)


def remove_files(database: Database, storage: Storage, files: Iterable[str]) -> int:
    """Remove files that no piece of evidence refers to any more; how many those were.

    Called once the erasure is committed: a row without its file would be worse than a file
    without its row, which `lost_files` finds.
    """
    removed = 0
    for sha in sorted(files):
        # An upload of the same bytes waits here, or this for the upload: then it is counted.
        with database.writing() as connection:
            lock_file(connection, sha)
            if not store.is_referred_to(connection, sha):
                removed += storage.remove(sha)
    return removed


def lost_files(storage: Storage, *, now: int) -> Iterable[str]:
    """Files old enough to be lost: of uploads whose row never came, of erasures cut short."""
    return storage.older_than(now - ORPHAN_US)


def _pseudonymise(
    connection: Connection, rows: Sequence[store.ComplaintRow], pseudonyms: dict[str, str | None]
) -> None:
    """Replace buyers everywhere but in the seals of their complaints."""
    sellers = {row.seller_id for row in rows}
    lock_sellers(connection, sellers)
    store.replace_buyers(connection, pseudonyms)
    store.replace_in_ledger(connection, sellers, pseudonyms)


def _forget_seals(connection: Connection, pseudonyms: Mapping[str, str | None]) -> dict[str, Any]:
    """Let the seals forget the buyers, last of all; what the erasure's record tells of it.

    A batch that is being sealed has read the complaints as they were, and holds the chain's lock:
    once the lock is ours, the batch's filings are there to be emptied.
    """
    if not pseudonyms:
        return {}
    audit.lock_chain(connection)
    return filings.erase(connection, pseudonyms)


def _remove(
    connection: Connection, ids: Sequence[str], now: int, *, all_words: bool
) -> tuple[int, set[str], list[int]]:
    """Remove evidence and words of complaints: pieces, files, and records that lost their words."""
    pieces, files = store.erase_evidence(connection, ids, now)
    store.erase_reasons(connection, ids, now, all_of_them=all_words)
    store.mark_erased(connection, ids, now)
    words: list[int] = []
    for start in range(0, len(ids), store.CHUNK):
        subjects = [f"complaint {one}" for one in ids[start : start + store.CHUNK]]
        words += erase_words(connection, subjects, all_of_them=all_words)
    return pieces, files, sorted(words)
