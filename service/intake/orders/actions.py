"""What can be done with orders; each inside one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from detector.durations import DAY_US
from detector.errors import BadInput
from service.http.fields import day_text
from service.intake.orders import store
from service.intake.orders.schemas import SellerDay
from service.sellers.store import request_rescoring


def store_orders(
    connection: Connection, days: Sequence[SellerDay], *, now: int, skew_us: int
) -> int:
    """Store seller-days, the last one given for a seller-day winning; how many there were.

    Raises BadInput when a day has not begun yet.
    """
    for given in days:
        if given.day * DAY_US > now + skew_us:
            raise BadInput(
                f"orders of {given.seller_id!r}: day {day_text(given.day)} is in the future"
            )
    last = {(given.seller_id, given.day): given for given in days}
    # Sorted, so that two batches lock the rows in one order and never wait in a circle.
    rows = [{**last[key].model_dump(), "recorded_at": now} for key in sorted(last)]
    store.replace_days(connection, rows)
    request_rescoring(connection, (given.seller_id for given in days), now)
    return len(rows)
