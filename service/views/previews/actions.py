"""What can be asked about a verdict before it is given; each inside one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from detector.errors import BadInput
from detector.rules import Policies
from service.decisions import records
from service.decisions.background_records import background_of
from service.decisions.schemas import Verdict
from service.decisions.verdicts.rules import Decider
from service.http.access.keys import Caller
from service.views.previews.rules import preview_of, previews_of
from service.views.previews.schemas import VerdictPreview


def preview_verdicts(
    connection: Connection,
    complaint_ids: Sequence[str],
    given: Verdict,
    policies: Policies,
    *,
    caller: Caller,
    now: int,
) -> list[VerdictPreview]:
    """All that a caller's verdict would do about complaints of one seller, one after the other.

    Raises NoSuchComplaint, and BadInput where they are about several sellers.
    """
    files = [records.file_of(connection, one) for one in complaint_ids]
    sellers = {file.complaint.seller_id for file in files}
    if len(sellers) > 1:
        raise BadInput("complaint_ids: these are about several sellers")
    cases = [records.open_case(connection, one, now=now) for one in sellers]
    versions = [records.version_at(connection, file, policies, now=now).text for file in files]
    held = [replace(file, case=cases[0]) for file in files]
    decider = Decider(caller.person, caller.role)
    return previews_of(
        list(zip(held, versions, strict=True)),
        given,
        policies,
        decider,
        partial(background_of, connection),
        now=now,
    )


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
        partial(background_of, connection),
        version=records.version_at(connection, file, policies, now=now).text,
        now=now,
    )
