"""Answers of the transparency route."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from service.http.fields import ResponseBody


class TransparencyPage(ResponseBody):
    """Records in the order applied; a page of 100 is what the database takes at once."""

    statements: list[dict[str, Any]] = Field(
        description="Each checked by the rules of the database's API; no personal data."
    )
    next_cursor: str | None
