"""Small pictures of the files that a complainant added, for their own eyes.

They are made of the pixels of what was kept, which has no name and no place where it was taken.
"""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import Response

from service.http.context import Context
from service.http.fields import PathId
from service.intake.evidence.download import LOCKED
from service.intake.evidence.pictures import thumbnail
from service.intake.evidence.storage import EvidenceStorage, Storage
from service.intake.reports.store import files_of
from service.links.visits import PRIVATE
from service.portal.pages.public_router import public_router
from service.portal.report.own_files import OwnFile, own_of
from service.portal.report.progress import progress_of
from service.portal.report.visits import Visiting
from service.refusals import NoSuchReport

router = public_router()


@router.get("/report/files/{file_id}")
def show_drafted(
    file_id: PathId, context: Context, visit: Visiting, storage: EvidenceStorage
) -> Response:
    """A file of the draft, made small."""
    with context.database.reading() as connection:
        files = files_of(connection, visit.draft.report_id)
    return _small(own_of(files), file_id, storage)


@router.get("/report/status/{name}/files/{file_id}")
def show_sent(
    name: PathId, file_id: PathId, context: Context, visit: Visiting, storage: EvidenceStorage
) -> Response:
    """A file of what was sent, made small."""
    policies, now = context.policies, context.clock()
    with context.database.reading() as connection:
        found = progress_of(connection, visit.link, name, policies, now=now)
    return _small(found.own, file_id, storage)


def _small(own: Iterable[OwnFile], file_id: str, storage: Storage) -> Response:
    for one in own:
        if one.file_id == file_id and one.is_picture:
            content = thumbnail(storage.get(one.sha256), one.media_type)
            headers = {"Content-Disposition": "inline", **PRIVATE, **LOCKED}
            return Response(content, media_type="image/jpeg", headers=headers)
    raise NoSuchReport(f"this link leads to no picture {file_id!r}")
