"""Cases that close by themselves: all that they were opened for is decided or withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from detector.durations import DAY_US
from service.cases import news_store
from service.cases.actions import SERVICE, end
from service.cases.complainants import RECENT_DAYS

SETTLED: Final = "settled"
"""How such a case ended."""
NOTE: Final = "Every complaint that it was opened for is decided or withdrawn."


def close_settled(connection: Connection, seller_ids: Sequence[str], *, now: int) -> None:
    """Close the sellers' open cases in which nothing is left to decide.

    The holder of such a case stays named in it, and may still say how it ended. Call it last, for
    the audit waits.
    """
    for row in news_store.settled_cases(
        connection, seller_ids, recent_us=RECENT_DAYS * DAY_US, now=now
    ):
        end(
            connection,
            row,
            caller=SERVICE,
            now=now,
            outcome=SETTLED,
            note=NOTE,
            holder=row.holder,
        )
