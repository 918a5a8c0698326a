"""All SQL of the common causes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from service.cases.store import OPEN
from service.leases.tables import cases


class FoundIn(NamedTuple):
    """What an open case found when it was last scored."""

    case_id: str
    seller_id: str
    findings: str
    """JSON."""


def open_findings(connection: Connection) -> Sequence[FoundIn]:
    """What the open cases found, by priority."""
    c = cases.c
    query = select(c.case_id, c.seller_id, c.findings).where(
        c.status == OPEN, c.findings.is_not(None)
    )
    ordered = query.order_by(c.order_key.desc(), c.case_id.desc())
    return [FoundIn(*row) for row in connection.execute(ordered)]
