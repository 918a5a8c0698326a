"""Withdrawals that came with complaints in a file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection

from service.audit import actions as audit
from service.decisions import records
from service.decisions.schemas import WithdrawalShown
from service.http.access.keys import Caller
from service.intake.bulk.load import Withdrawn


def load_withdrawals(
    connection: Connection, withdrawn: Sequence[Withdrawn], *, caller: Caller, now: int
) -> int:
    """Store that complaints were withdrawn, unless they were before; how many cannot be.

    These have a verdict of ours: what becomes of it is for people to decide, so they are withdrawn
    over the API. The ledger's log says nothing of the others, as it says nothing of the outcomes
    that came in files. Each seller's are one record of the audit; call it last, for that waits.
    """
    taken_at = {one.complaint_id: one.withdrawn_at for one in withdrawn}
    states = records.withdrawable(connection, sorted(taken_at))
    free = sorted((one.seller_id, one.complaint_id, one.outcome) for one in states if one.is_free)
    for seller_id, group in groupby(free, key=itemgetter(0)):
        theirs = list(group)
        for _, complaint_id, outcome in theirs:
            withdrawal = WithdrawalShown(
                complaint_id=complaint_id,
                seller_id=seller_id,
                verdict_id=None,
                reason="",
                filed_at=taken_at[complaint_id],
                outcome="ended" if outcome == "pending" else "noted",
                decided_by=None,
                decided_at=None,
                decision_reason=None,
            )
            records.add_withdrawal(connection, withdrawal)
        subject, after = f"seller {seller_id}", {"withdrawals": len(theirs)}
        audit.record(connection, "withdrawals.loaded", subject, at=now, caller=caller, after=after)
    return len(states) - len(free)
