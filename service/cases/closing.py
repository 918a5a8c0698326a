"""What becomes of cases by itself: later verdicts correct their labels, and some close.

Those are the settled ones, and cases about the level of a seller that was removed since.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from detector.durations import DAY_US
from detector.rules import Policies
from service.cases import news_store, store
from service.cases.actions import SERVICE, end, relabel
from service.cases.chronic import removed_among
from service.cases.complainants import RECENT_DAYS
from service.cases.labels import Labelled, by_verdicts, corrected
from service.cases.opening import WAITS_AGAIN
from service.cases.store import CaseRow

SETTLED: Final = "settled"
"""How such a case ended."""
NOTE: Final = "Every complaint that it was opened for is decided or withdrawn."
NOTE_REMOVED: Final = "The seller was removed: its level is nobody's question any more."


def close_settled(connection: Connection, seller_ids: Sequence[str], *, now: int) -> None:
    """Close the sellers' open cases in which nothing is left to decide.

    The holder of such a case stays named in it, and may still say how it ended. Call it last, for
    the audit waits.
    """
    settled = news_store.settled_cases(
        connection, seller_ids, recent_us=RECENT_DAYS * DAY_US, now=now
    )
    _end_all(connection, settled, SETTLED, NOTE, now)


def close_removed(connection: Connection, *, policies: Policies, now: int) -> int:
    """Close the open cases about the level of sellers that were removed since; how many.

    One that an appeal opened stays, since a complaint in it waits for a verdict. So does a case
    that was opened for a change: those who complained lately are still owed an answer. Call it
    last, for the audit waits.
    """
    found = [
        row
        for row in store.level_cases_of_removed(connection)
        if json.loads(row.reasons)[0] != WAITS_AGAIN
    ]
    removed = removed_among(connection, [row.seller_id for row in found], policies, now=now)
    over = [row for row in found if row.seller_id in removed]
    _end_all(connection, over, store.REMOVED, NOTE_REMOVED, now)
    return len(over)


def _end_all(
    connection: Connection, rows: Sequence[CaseRow], outcome: str, note: str, now: int
) -> None:
    outcomes = news_store.outcomes_in(connection, [row.case_id for row in rows], until=now)
    for row in rows:
        end(
            connection,
            row,
            caller=SERVICE,
            now=now,
            outcome=outcome,
            note=note,
            label=by_verdicts(outcomes.get(row.case_id, ())),
            holder=row.holder,
        )


def correct_labels(connection: Connection, seller_ids: Sequence[str], *, now: int) -> None:
    """Correct the labels of the sellers' closed cases by what verdicts of their time came to.

    Call it last, for the audit waits.
    """
    judged = news_store.judged_cases(connection, seller_ids)
    outcomes = news_store.outcomes_in(connection, [row.case_id for row in judged], until=now)
    for row in judged:
        said = Labelled(row.label, row.label_reason)
        label = corrected(said, outcomes.get(row.case_id, ()))
        if label != said:
            relabel(connection, row, label, caller=SERVICE, now=now)
