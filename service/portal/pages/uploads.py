"""A file that somebody sends with a form: received, looked at, and told apart when it is no good.

A browser that sends 40 MB has to be let, or it shows a fault of its own; they are received and
forgotten. What is refused is refused alone: the files that were added before stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from detector.errors import BadInput
from service.console.languages.speaking import gettext
from service.console.languages.writing import file_size
from service.http.access.keys import Caller
from service.http.admission import BodyKind
from service.http.context import AppContext
from service.http.limits import BODY
from service.intake.evidence.actions import StoredFile, add_evidence, store_file
from service.intake.evidence.rules import is_heic, media_type_of
from service.intake.evidence.schemas import EvidenceFile
from service.intake.evidence.storage import Storage
from service.portal.pages.public_router import PublicRoute
from service.refusals import EvidenceFull, LargeBody, WrongMediaType

DISCARDED_MAX: Final = 200_000_000
"""Most bytes that are received only to be forgotten, before an answer is sent all the same."""
FIELDS_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was kept, or what is wrong with the one that was sent."""

    kept: StoredFile | None
    fault: str = ""


class UploadRoute(PublicRoute):
    """A public page that takes a file."""

    def allow_body(self, request: Request) -> None:
        """Let a file through; one whose length is too much is left for `_upload` to receive."""
        if not _is_too_long(request):
            settings = request.app.state.context.settings
            request.scope[BODY].allow(BodyKind.FILE.bytes_max(settings), request.headers)


def added(
    context: AppContext,
    storage: Storage,
    upload: Upload,
    complaint_id: str,
    file: EvidenceFile,
    caller: Caller,
) -> str:
    """Add what was kept to a complaint; what is wrong with the file or with one more, if anything.

    Raises what `add_evidence` does, but for EvidenceFull.
    """
    if upload.kept is None:
        return upload.fault
    try:
        with context.database.writing() as connection:
            add_evidence(
                connection,
                complaint_id,
                file,
                upload.kept,
                storage=storage,
                pieces_max=context.settings.evidence_pieces_max,
                caller=caller,
                now=context.clock(),
            )
    except EvidenceFull:
        return full()
    return ""


def full() -> str:
    """What is said to who has added as many files as are kept."""
    return gettext("You have added as many files as we keep. Put some into one file.")


async def _upload(request: Request) -> Upload:
    context: AppContext = request.app.state.context
    most = context.settings.evidence_bytes_max
    if _is_too_long(request):
        await request.scope[BODY].discard(DISCARDED_MAX)
        return _too_large(int(request.headers["content-length"][:20]), most)
    try:
        async with request.form(max_files=1, max_fields=FIELDS_MAX) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile) or not file.filename:
                return Upload(None, gettext("Choose a file first."))
            content = await file.read()
    except HTTPException as error:
        raise BadInput("the form is not readable; open the page again and send it") from error
    return await run_in_threadpool(_looked_at, content, context, request.app.state.storage)


def _looked_at(content: bytes, context: AppContext, storage: Storage) -> Upload:
    settings = context.settings
    fault = _fault_in(content, settings.evidence_bytes_max)
    if fault is not None:
        return fault
    try:
        kept = store_file(
            content,
            storage,
            bytes_max=settings.evidence_bytes_max,
            pixels_max=settings.picture_pixels_max,
        )
    except WrongMediaType:
        return Upload(None, gettext("The file is broken. Open it, save it again and send that."))
    except LargeBody:
        return Upload(
            None, gettext("The picture has too many pixels. Save it smaller and send that.")
        )
    return Upload(kept)


def _fault_in(content: bytes, most: int) -> Upload | None:
    """What is wrong with a file, as far as its first bytes and its length tell."""
    if len(content) > most:
        return _too_large(len(content), most)
    if not content:
        return Upload(None, gettext("The file is empty."))
    if is_heic(content):
        return Upload(
            None,
            gettext(
                "This is a HEIC photo, as some phones save it. Save it as JPEG and send that. A "
                "picture of the screen works too."
            ),
        )
    if media_type_of(content) is not None:
        return None
    start = content[:500].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<svg", b"<?xml", b"<!doctype svg")):
        said = gettext(
            "This is an SVG drawing, whatever its name says. Send a photo, a PDF or a film (MP4)."
        )
    else:
        said = gettext("We cannot read this kind of file. Send a photo, a PDF or a film (MP4).")
    return Upload(None, said)


def _too_large(size: int, most: int) -> Upload:
    return Upload(
        None,
        gettext(
            "The file has %(size)s. The most we take is %(most)s. Save it smaller and send that.",
            size=file_size(size),
            most=file_size(most),
        ),
    )


def _is_too_long(request: Request) -> bool:
    """Whether a header says that more comes than a file and its form may have."""
    length = request.headers.get("content-length", "")
    most = BodyKind.FILE.bytes_max(request.app.state.context.settings)
    return length.isascii() and length.isdigit() and int(length[:20]) > most


Uploaded = Annotated[Upload, Depends(_upload)]
"""What a route of `UploadRoute` asks for."""
