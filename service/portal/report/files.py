"""Adding what shows that a complaint is right to a draft, file by file."""

from __future__ import annotations

from fastapi import Request, Response

from service.console.pages.page_router import see
from service.http.context import AppContext, Context
from service.http.fields import PathId
from service.intake.reports import actions
from service.intake.reports.rules import ReportFile
from service.intake.reports.store import files_of
from service.portal.pages.public_router import public_router
from service.portal.pages.rendering import render
from service.portal.pages.uploads import Uploaded, UploadRoute, full
from service.portal.report.missing import Needs, needs_of
from service.portal.report.own_files import SHOWN_MAX, own_of
from service.portal.report.steps import after, before
from service.portal.report.visits import Visit, Visiting, stay
from service.portal.report.words import kind_of
from service.refusals import EvidenceFull, NoSuchReport

router = public_router()
uploads = public_router(UploadRoute)


@router.get("/report/evidence")
def show_evidence(request: Request, context: Context, visit: Visiting) -> Response:
    """What the rules ask for, what is there, and what is still missing."""
    report = visit.draft
    if report.category is None:
        return see("/report/what")
    files = _files_of(context, visit)
    return render(
        request,
        "report/evidence.html",
        report=report,
        files=own_of(files),
        shown_max=SHOWN_MAX,
        needs=_needs_of(context, visit, files),
        kind_of=kind_of,
        next=after(report, "evidence"),
        back=before(report, "evidence"),
    )


@router.get("/report/evidence/{kind}")
def ask_file(kind: PathId, request: Request, context: Context, visit: Visiting) -> Response:
    """Ask for a file of a kind, with an example of it."""
    _check_kind(context, visit, kind)
    return file_asked(request, kind, action=f"/report/evidence/{kind}", back="/report/evidence")


@uploads.post("/report/evidence/{kind}")
def add_file(
    kind: PathId, request: Request, context: Context, visit: Visiting, upload: Uploaded
) -> Response:
    """Add a file to the draft; one that is no good leaves the others as they are."""
    _check_kind(context, visit, kind)
    fault = upload.fault
    if upload.kept is not None:
        try:
            with context.database.writing() as connection:
                actions.add_file(
                    connection,
                    visit.draft,
                    kind,
                    upload.kept,
                    pieces_max=context.settings.evidence_pieces_max,
                    now=context.clock(),
                )
        except EvidenceFull:
            fault = full()
    if fault:
        action = f"/report/evidence/{kind}"
        return file_asked(request, kind, action=action, back="/report/evidence", fault=fault)
    return stay(see("/report/evidence", "file-added"), request, visit)


@router.post("/report/files/{file_id}/remove")
def remove_file(file_id: PathId, request: Request, context: Context, visit: Visiting) -> Response:
    """Take a file off the draft."""
    with context.database.writing() as connection:
        actions.remove_file(connection, visit.draft, file_id, now=context.clock())
    return stay(see("/report/evidence", "file-removed"), request, visit)


def file_asked(request: Request, kind: str, *, action: str, back: str, fault: str = "") -> Response:
    """The page that asks for a file of a kind, and says what was wrong with the last one."""
    return render(
        request,
        "report/file.html",
        status=422 if fault else 200,
        kind=kind_of(kind),
        action=action,
        back=back,
        faults=[("file", fault)] if fault else [],
        bytes_max=request.app.state.context.settings.evidence_bytes_max,
    )


def _files_of(context: AppContext, visit: Visit) -> list[ReportFile]:
    with context.database.reading() as connection:
        return files_of(connection, visit.draft.report_id)


def _needs_of(context: AppContext, visit: Visit, files: list[ReportFile]) -> Needs:
    kinds = [file.kind for file in files]
    category, now = visit.draft.category or "", context.clock()
    return needs_of(category, kinds, context.policies, at=now)


def _check_kind(context: AppContext, visit: Visit, kind: str) -> None:
    """Raise NoSuchReport for a kind of file that nobody asks for."""
    if kind not in _needs_of(context, visit, []).offered:
        raise NoSuchReport(f"nobody asks for {kind!r}")
