"""Common causes with the open cases that are no more than their part in one."""

from __future__ import annotations

import structlog
from sqlalchemy import Connection

from detector.durations import DAY_US
from detector.evidence.common_causes import CommonCause
from service.assessments.actions import findings_in
from service.scoring.store import last_unused
from service.views.common_causes.schemas import CaseOfCause, CommonCauseShown
from service.views.common_causes.store import open_findings

log = structlog.get_logger()


def common_causes_shown(connection: Connection, *, now: int) -> list[CommonCauseShown]:
    """What the last scoring of the market found, the surest first; a case is under one of them."""
    last = last_unused(connection, now=now)
    # Snapshots of earlier versions know of none.
    stored = [] if last is None else last[1].get("common_causes", [])
    if not stored:
        return []
    causes = [(one.pop("as_of"), CommonCause(**one)) for one in stored]
    cases: list[list[CaseOfCause]] = [[] for _ in causes]
    for row in open_findings(connection):
        try:
            findings = findings_in(row.findings)
        except ValueError:  # the queue says which case is broken; people go on with the others
            log.exception("case.unreadable", case_id=row.case_id)
            continue
        under = [place for place, (_, cause) in enumerate(causes) if cause.explains(findings)]
        if under:
            cases[under[0]].append(CaseOfCause(case_id=row.case_id, seller_id=row.seller_id))
    return [
        CommonCauseShown(
            column=cause.column,
            group=cause.group,
            since=as_of - cause.days * DAY_US,
            days=cause.days,
            times=cause.times,
            share=cause.share,
            of=cause.of,
            p_value=cause.p_value,
            sellers=list(cause.sellers),
            sentence=cause.sentence(as_of),
            cases=theirs,
        )
        for (as_of, cause), theirs in zip(causes, cases, strict=True)
    ]
