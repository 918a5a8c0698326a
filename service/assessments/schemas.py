"""Answers of the models routes."""

from __future__ import annotations

from typing import Any

from service.http.fields import Shown


class ModelShown(Shown):
    """A trained model."""

    version: str
    current: bool
    manifest: dict[str, Any]


class ModelList(Shown):
    """All trained models, oldest first."""

    current: str | None
    models: list[ModelShown]
