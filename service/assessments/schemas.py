"""Answers of the models routes."""

from __future__ import annotations

from typing import Any

from service.http.fields import ResponseBody


class ModelShown(ResponseBody):
    """A trained model."""

    version: str
    current: bool
    manifest: dict[str, Any]


class ModelList(ResponseBody):
    """All trained models, oldest first."""

    current: str | None
    models: list[ModelShown]
