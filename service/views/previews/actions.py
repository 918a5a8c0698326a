"""What can be asked about a verdict before it is given; each inside one transaction."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from detector.rules import Policies
from service.decisions import records
from service.decisions.schemas import Verdict
from service.decisions.verdicts.rules import Decider
from service.http.access.keys import Caller
from service.views.previews.rules import preview_of
from service.views.previews.schemas import VerdictPreview


def preview_verdict(
    connection: Connection,
    complaint_id: str,
    given: Verdict,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> VerdictPreview:
    """All that a caller's verdict would do now; raises NoSuchComplaint."""
    file = records.file_of(connection, complaint_id)
    case = records.open_case(connection, file.complaint.seller_id, now=now)
    return preview_of(
        replace(file, case=case),
        given,
        policies,
        Decider(caller.person, caller.role),
        version=records.version_at(connection, file, policies, now=now).text,
        now=now,
    )
