"""What an erasure or the retention would remove, by the statements that remove it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from service.erasure import store
from service.erasure.actions import RetentionTerms


@dataclass(frozen=True, slots=True)
class ErasurePreview:
    """What erasing a buyer would do."""

    complaints: int
    """Complaints in which a pseudonym takes the buyer's place."""
    evidence: dict[str, int]
    """Pieces of evidence that would go, by their kind."""
    words: dict[str, int]
    """Texts that would go: `answers`, and the complainant's `withdrawals` and `appeals`."""
    held: list[str]
    """Complaints whose evidence stays until they are decided past appeal."""


@dataclass(frozen=True, slots=True)
class RetentionPreview:
    """What is due to be removed."""

    complaints: int
    """Complaints whose time is over."""
    evidence: int
    """Pieces of evidence with them."""


def of_buyer(
    connection: Connection, buyer_id: str, terms: RetentionTerms, *, now: int
) -> ErasurePreview:
    """What `erase_buyer` would do now."""
    ids = [row.complaint_id for row in store.complaints_of_buyer(connection, buyer_id)]
    final = store.final_ids(connection, ids, now - terms.appeal_us)
    return ErasurePreview(
        len(ids),
        store.evidence_left(connection, final),
        store.their_words_left(connection, final),
        sorted(set(ids) - set(final)),
    )


def of_retention(connection: Connection, terms: RetentionTerms, *, now: int) -> RetentionPreview:
    """What `apply_retention` would remove now, if it were let through all of it."""
    complaints, evidence = store.counts_past(
        connection, past=now - terms.kept_us, decided=now - terms.appeal_us
    )
    return RetentionPreview(complaints, evidence)
