"""Sending a file of evidence to a person's browser, which must run nothing in it."""

from __future__ import annotations

from mimetypes import guess_extension
from typing import Final

from fastapi import Response

from service.http.context import AppContext
from service.intake.evidence import actions
from service.intake.evidence.rules import INLINE
from service.intake.evidence.storage import Storage

LOCKED: Final = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Headers of every file: it runs nothing, and no other site shows it."""


def sent_file(evidence_id: str, context: AppContext, storage: Storage) -> Response:
    """The file of a piece of evidence: pictures to look at, anything else to save.

    Raises NoSuchEvidence and EvidenceAway.
    """
    with context.database.reading() as connection:
        sha, media_type = actions.file_of(connection, evidence_id)
    is_shown = media_type in INLINE
    name = f"{sha[:16]}{guess_extension(media_type) or ''}"
    said = f'{"inline" if is_shown else "attachment"}; filename="{name}"'
    headers = {"Content-Disposition": said, **LOCKED}
    kind = media_type if is_shown else "application/octet-stream"
    return Response(storage.get(sha), media_type=kind, headers=headers)
