"""The files that pages are made of: styles, scripts and drawings."""

from __future__ import annotations

from mimetypes import guess_type

from fastapi import Request, Response
from fastapi.responses import FileResponse

from service.console.pages.page_router import page_router, refusal_page
from service.console.pages.rendering import FOLDER
from service.refusals import Missing

router = page_router()


@router.get("/static/{name}")
def send_file(name: str, request: Request) -> Response:
    """A file that pages are made of."""
    path = FOLDER / "static" / name
    if path.parent != FOLDER / "static" or not path.is_file():
        return refusal_page(request, Missing("there is no such file"))
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return FileResponse(path, headers=headers, media_type=guess_type(name)[0])
