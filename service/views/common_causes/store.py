"""All SQL of the common causes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from service.cases.store import OPEN
from service.leases.tables import cases

LOOKED_AT_MAX: Final = 1_000
"""Open cases that are looked at for their part in a common cause."""


class FoundIn(NamedTuple):
    """What an open case found when it was last scored."""

    case_id: str
    seller_id: str
    findings: str
    """JSON."""


def open_findings(connection: Connection) -> Sequence[FoundIn]:
    """What the first open cases found, by priority; brigades are left out.

    Who complains is what is to be looked at there.
    """
    c = cases.c
    query = select(c.case_id, c.seller_id, c.findings).where(
        c.status == OPEN, c.suspicion == "seller", c.findings.is_not(None)
    )
    ordered = query.order_by(c.order_key.desc(), c.case_id.desc()).limit(LOOKED_AT_MAX)
    return [FoundIn(*row) for row in connection.execute(ordered)]
