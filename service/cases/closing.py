"""What becomes of cases by itself: settled ones close, and later verdicts correct their labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from detector.durations import DAY_US
from service.cases import news_store
from service.cases.actions import SERVICE, end, relabel
from service.cases.complainants import RECENT_DAYS
from service.cases.labels import Labelled, by_verdicts, corrected

SETTLED: Final = "settled"
"""How such a case ended."""
NOTE: Final = "Every complaint that it was opened for is decided or withdrawn."


def close_settled(connection: Connection, seller_ids: Sequence[str], *, now: int) -> None:
    """Close the sellers' open cases in which nothing is left to decide.

    The holder of such a case stays named in it, and may still say how it ended. Call it last, for
    the audit waits.
    """
    settled = news_store.settled_cases(
        connection, seller_ids, recent_us=RECENT_DAYS * DAY_US, now=now
    )
    ids = [row.case_id for row in settled]
    outcomes = news_store.outcomes_in(connection, ids, until=now)
    for row in settled:
        end(
            connection,
            row,
            caller=SERVICE,
            now=now,
            outcome=SETTLED,
            note=NOTE,
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
