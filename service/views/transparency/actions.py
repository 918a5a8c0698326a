"""What can be asked about the restrictions applied in a period."""

from __future__ import annotations

from functools import partial

from sqlalchemy import Connection

from detector.errors import BadInput
from detector.rules import Policies
from detector.rules.fold import in_order
from detector.rules.reports.submission import record_as_applied
from service.decisions import log_records
from service.decisions.background_records import background_of
from service.http.fields import cursor_of, instant_place
from service.views.transparency import store
from service.views.transparency.schemas import TransparencyPage


def transparency_page(
    connection: Connection,
    policies: Policies,
    begin: int,
    end: int,
    *,
    limit: int,
    cursor: str | None,
) -> TransparencyPage:
    """The records of restrictions applied from one instant on and before another, in order.

    Raises BadInput where the period ends before it begins, and for a foreign cursor.
    """
    if end <= begin:
        raise BadInput("to: the period ends after it begins")
    rows = store.applied_between(
        connection, begin, end, after=instant_place(cursor), limit=limit + 1
    )
    records = []
    for at, sanction_id, seller_id in rows[:limit]:
        known = in_order(enumerate(log_records.log_of(connection, seller_id), 1))
        record = record_as_applied(
            known,
            policies,
            seller_id,
            sanction_id,
            at,
            "recorded",
            partial(background_of, connection),
        )
        if record is not None:
            records.append(record)
    last = rows[limit - 1] if len(rows) > limit else None
    return TransparencyPage(
        statements=records, next_cursor=None if last is None else cursor_of(last[0], last[1])
    )
