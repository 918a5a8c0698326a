"""HTTP for evidence."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Response

from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import BodyKind, router_of
from service.http.context import Context
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.intake.complaints.actions import complaint_of
from service.intake.evidence import actions
from service.intake.evidence.download import sent_file
from service.intake.evidence.schemas import EvidenceShown
from service.intake.evidence.storage import EvidenceStorage
from service.intake.evidence.upload import BODY, FileUpload, UploadedEvidence
from service.roles import PARTIES, READERS

router = router_of("evidence", body=BodyKind.FILE)


@router.post(
    "/v1/complaints/{complaint_id:path}/evidence",
    status_code=HTTPStatus.CREATED,
    openapi_extra=BODY,
)
def add_evidence(
    complaint_id: PathId,
    context: Context,
    storage: EvidenceStorage,
    caller: Annotated[Caller, allows(PARTIES)],
    upload: UploadedEvidence,
    key: IdempotencyKey,
) -> EvidenceShown:
    """Add a piece of evidence: a link as JSON, or a file (JPEG, PNG, GIF, WebP, PDF, MP4)."""
    with context.database.reading() as connection:
        complaint_of(connection, complaint_id)
    # The file first: one that nothing refers to is harmless, a row without its file is not.
    kept = None
    if isinstance(upload, FileUpload):
        kept = actions.store_file(
            upload.content,
            storage,
            bytes_max=context.settings.evidence_bytes_max,
            pixels_max=context.settings.picture_pixels_max,
        )
    said = upload.said if isinstance(upload, FileUpload) else upload
    return context.write(
        key,
        lambda connection: actions.add_evidence(
            connection,
            complaint_id,
            said,
            kept,
            storage=storage,
            pieces_max=context.settings.evidence_pieces_max,
            caller=caller,
            now=context.clock(),
        ),
        HTTPStatus.CREATED,
    )


@router.get("/v1/evidence/{evidence_id}/file", response_class=Response)
def show_file(
    evidence_id: PathId,
    context: Context,
    storage: EvidenceStorage,
    _: Annotated[Caller, allows(READERS)],
) -> Response:
    """The file of a piece of evidence: pictures to look at, anything else to save."""
    return sent_file(evidence_id, context, storage)
