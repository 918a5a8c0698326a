"""The record of decisions: filtered by actor, target, kinds and days, on pages and as CSV."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response

from detector.durations import DAY_US
from detector.errors import BadInput
from detector.instants import text_of
from service.audit import actions
from service.audit.actions import WantedFields
from service.audit.schemas import AuditRecord
from service.audit.store import SUBJECT_MAX
from service.console.languages.speaking import gettext, marked
from service.console.pages.blind import Kept, kept_from
from service.console.pages.faults import Fault, Refused
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router
from service.console.pages.rendering import render
from service.http.access.keys import Caller
from service.http.context import Context
from service.http.csv_text import csv_of
from service.http.fields import day_of
from service.roles import READERS

router = page_router()
Reader = Annotated[Caller, signed_in(READERS)]
ROWS: Final = 50
CSV_ROWS_MAX: Final = 50_000
"""Records in one file, the newest: more than a spreadsheet is pleasant with."""
COLUMNS: Final = (
    *("number", "at", "actor", "role", "action", "subject", "seller_id", "why", "is_erased"),
    *("before", "after", "policy", "model", "seal"),
)
LABELS: Final = {"since": marked("From"), "until": marked("To, with that day (UTC)")}
Given = Annotated[str, Query(max_length=SUBJECT_MAX)]


@dataclass(frozen=True, slots=True)
class Filter:
    """What stands in the fields of the filter."""

    actor: str
    target: str
    kinds: str
    since: str
    until: str
    people: str
    """`only` where what the service did by itself is left out."""

    @property
    def query(self) -> str:
        """The same in an address."""
        names = ("actor", "target", "kinds", "since", "until", "people")
        return urlencode([(name, getattr(self, name)) for name in names if getattr(self, name)])

    @property
    def refused(self) -> Refused:
        """The days of it that are none."""
        return Refused(faults=[_no_day(name) for name in LABELS if not self._is_day(name)])

    def _is_day(self, name: str) -> bool:
        try:
            _day(name, getattr(self, name))
        except BadInput:
            return False
        return True

    @property
    def wanted(self) -> WantedFields:
        """What is asked for; BadInput where a day is none."""
        return {
            "actor_begins": self.actor or None,
            "by_people": bool(self.people),
            "subject": self.target or None,
            "kinds": tuple(self.kinds.replace(",", " ").split()),
            "since": _day("from", self.since),
            "until": _day("to", self.until, days=1),
        }


def _filter_of(
    actor: Given = "",
    target: Given = "",
    kinds: Given = "",
    since: Given = "",
    until: Given = "",
    people: Literal["", "only"] = "",
) -> Filter:
    given = (actor, target, kinds, since, until, people)
    return Filter(*(text.strip() for text in given))


Filtered = Annotated[Filter, Depends(_filter_of)]


@router.get("/audit")
def show_audit(
    request: Request,
    context: Context,
    caller: Reader,
    given: Filtered,
    cursor: str | None = None,
) -> Response:
    """A page of records, newest first."""
    refused, records, next_cursor, kept_count = given.refused, [], None, 0
    if not refused.faults:
        with context.database.reading() as connection:
            page = actions.records_page(connection, limit=ROWS, cursor=cursor, **given.wanted)
            kept = kept_from(connection, caller)
        records, next_cursor = _without(page.records, kept), page.next_cursor
        kept_count = len(kept.complaints)
    return render(
        request,
        "audit/audit.html",
        status=refused.page_status,
        given=given,
        refused=refused,
        labels=LABELS,
        records=records,
        next_cursor=next_cursor,
        kept_count=kept_count,
        is_later_page=cursor is not None,
        rows_max=CSV_ROWS_MAX,
        as_json=_json,
    )


@router.get("/audit.csv")
def send_csv(context: Context, caller: Reader, given: Filtered) -> Response:
    """The same records as CSV, the newest CSV_ROWS_MAX of them."""
    with context.database.reading() as connection:
        page = actions.records_page(connection, limit=CSV_ROWS_MAX, cursor=None, **given.wanted)
        kept = kept_from(connection, caller)
    headers = {
        "Content-Disposition": 'attachment; filename="audit.csv"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    text = csv_of(COLUMNS, (_cells(record) for record in _without(page.records, kept)))
    return Response(text, headers=headers, media_type="text/csv; charset=utf-8")


def _no_day(name: str) -> Fault:
    label = gettext(LABELS[name])
    return Fault(name, gettext("%(label)s: give a day, such as 2026-03-01.", label=label))


def _without(records: list[AuditRecord], kept: Kept) -> list[AuditRecord]:
    return [one for one in records if not kept.hides(one)]


def _cells(record: AuditRecord) -> list[object]:
    said = {"at": text_of(record.at), "before": _json(record.before), "after": _json(record.after)}
    return [said.get(name, getattr(record, name)) for name in COLUMNS]


def _json(value: Any) -> str:  # noqa: ANN401 - anything JSON can say
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _day(name: str, text: str, *, days: int = 0) -> int | None:
    """The beginning of a day in UTC, or of the one so many days later."""
    if not text:
        return None
    try:
        return (day_of(text) + days) * DAY_US
    except ValueError as error:
        raise BadInput(f"{name}: {error}") from error
