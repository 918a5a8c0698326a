"""Cases as the detector's findings open them, without a detector."""

import pytest

from detector.priority import order_of
from service.cases import store

HOUR_US = 3_600_000_000


@pytest.fixture
def open_cases():
    """Open cases in a service: one for each chance given, of sellers s0, s1, …"""

    def opened(service, *bases, due_in_hours=72):
        now = service.clock.now
        rows = [
            {
                "case_id": f"c_{number}",
                "seller_id": f"s{number}",
                "status": "open",
                "suspicion": "seller",
                "opened_at": now,
                "due_at": now + due_in_hours * HOUR_US,
                "base": f'{{"harm": {base}}}',
                "order_key": order_of({"harm": base}, now + due_in_hours * HOUR_US),
                "reasons": '["because"]',
            }
            for number, base in enumerate(bases)
        ]
        with service.house.database.writing() as connection:
            store.insert_cases(connection, rows)

    return opened
