"""Reading a posted piece of evidence: JSON with a link, or a form with a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from service.intake.evidence.schemas import EvidenceFile, EvidenceLink
from service.refusals import WrongMediaType

BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": EvidenceLink.model_json_schema()},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["kind", "file"],
                    "properties": {
                        "kind": {"type": "string", "minLength": 1, "maxLength": 100},
                        "note": {"type": "string", "maxLength": 4000},
                        "party": {"type": "string", "enum": ["complainant", "seller"]},
                        "file": {"type": "string", "format": "binary"},
                    },
                }
            },
        },
    }
}
"""The two bodies, for the OpenAPI."""


@dataclass(frozen=True, slots=True)
class FileUpload:
    """A file that was posted, and what was said about it."""

    said: EvidenceFile
    content: bytes


async def _upload(request: Request) -> EvidenceLink | FileUpload:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if media_type == "application/json":
            return EvidenceLink.model_validate(await request.json())  # by the strict reader
        if media_type == "multipart/form-data":
            return await _form(request)
    except json.JSONDecodeError as error:
        what = {"type": "json_invalid", "msg": "JSON decode error", "ctx": {"error": error.msg}}
        raise RequestValidationError([{**what, "loc": ("body", error.pos)}]) from None
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults) from None
    raise WrongMediaType("send application/json with a link, or multipart/form-data with a file")


async def _form(request: Request) -> FileUpload:
    await request.body()  # kept, so that the idempotency key's fingerprint can be taken of it
    async with request.form(max_files=1, max_fields=4) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            fault = {"loc": ("body", "file"), "msg": "a file is needed", "type": "missing"}
            raise RequestValidationError([fault])
        fields = {name: value for name, value in form.items() if name != "file"}
        said = EvidenceFile.model_validate(fields)
        return FileUpload(said, await file.read())


UploadedEvidence = Annotated[EvidenceLink | FileUpload, Depends(_upload)]
"""What the route asks for."""
