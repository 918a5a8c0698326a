"""Stored instants beside now, in SQL; `service.clock` says why nothing else compares them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement


def is_ahead(
    instant: ColumnElement[Any], now: int | ColumnElement[int], at_most: int
) -> ColumnElement[bool]:
    """Whether an instant has still to come.

    One further ahead than `at_most` microseconds was stored by a clock that was wrong.
    """
    return instant.between(now + 1, now + at_most)


def is_wrong(instant: ColumnElement[Any], now: int, at_most: int) -> ColumnElement[bool]:
    """Whether an instant lies further ahead than a right clock would have put it."""
    return instant > now + at_most
