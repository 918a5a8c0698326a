"""What becomes of cases by itself: later verdicts correct their labels, and some close.

Those are the settled ones, and cases about the level of a seller that was removed since.
"""

from __future__ import annotations

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
from service.cases.store import CaseRow
from service.sellers.names import names_of

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


def levels_of_removed(connection: Connection, *, policies: Policies, now: int) -> Sequence[CaseRow]:
    """The open cases about the level of sellers that were removed since.

    A seller is removed by the name that the case is about, or by the one it trades by. A case in
    which a complaint waits again since an appeal stays. So does one that was opened for a change:
    those who complained lately are still owed an answer.
    """
    found = news_store.level_cases_without_appeal(connection)
    about = [row.seller_id for row in found]
    names = names_of(connection, about)
    either = store.ever_removed(connection, sorted({*about, *map(names.last, about)}))
    removed = removed_among(connection, sorted(either), policies, now=now)
    return [row for row in found if {row.seller_id, names.last(row.seller_id)} & removed]


def close_removed(connection: Connection, *, policies: Policies, now: int) -> int:
    """Close those cases; how many. Call it last, for the audit waits."""
    found = levels_of_removed(connection, policies=policies, now=now)
    over = store.locked(connection, [row.case_id for row in found])
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
