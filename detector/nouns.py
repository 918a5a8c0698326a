"""Nouns after a count."""

from __future__ import annotations


def counted(count: int, one: str, many: str | None = None) -> str:
    """Such as 1 seller, 1,200 sellers, or 2 categories; the plural in s unless it is given."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
