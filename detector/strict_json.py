"""JSON objects read strictly: two readers must not understand one text in two ways."""

from __future__ import annotations

from typing import Any

from detector.errors import BadInput


def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a mapping of an object's names and values, as `json.loads` hands them over.

    Raises BadInput where a name stands twice.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        shown = repr(twice) if len(repr(twice)) <= 60 else repr(twice)[:57] + "..."
        raise BadInput(f"the name {shown} stands twice in one object; say it once")
    return found
