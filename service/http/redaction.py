"""What a role is not shown of a response: in one place, for every route.

The marketplace's own systems (`ingest`) pass responses on to sellers and buyers. They read what was
decided and why, and not who decided, who holds a case, what is proposed, or what people noted for
each other.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

from pydantic import BaseModel

from service.http.access.keys import Caller
from service.roles import Role

Shown = TypeVar("Shown")

INTERNAL: Final = {
    "AnswerShown": ("filed_by",),
    "AppealShown": ("decided_by",),
    "CaseShown": ("lease", "escalated_by", "closed_by", "note"),
    "ComplaintShown": ("proposal",),
    "EvidenceShown": ("added_by",),
    "SanctionRecord": ("approved_by", "declined_by", "reason"),
    "VerdictShown": ("moderator", "seconded_by"),
    "WithdrawalShown": ("decided_by", "decision_reason"),
}
"""Fields that `ingest` finds empty, by response and whatever is derived from it: null where that
may be, else an empty text or list. The caller's own name stays."""


def shown_to(caller: Caller, response: Shown) -> Shown:
    """A response as this caller may read it, whole for all roles but `ingest`."""
    if caller.role is not Role.INGEST:
        return response
    found: Shown = _redacted(caller.person, response)
    return found


def _redacted(person: str, value: Any) -> Any:  # noqa: ANN401 - anything a response holds
    if isinstance(value, list):
        return [_redacted(person, one) for one in value]
    if isinstance(value, dict):
        return {name: _redacted(person, one) for name, one in value.items()}
    if not isinstance(value, BaseModel):
        return value
    hidden = {name for kind in type(value).__mro__ for name in INTERNAL.get(kind.__name__, ())}
    changed = {
        name: _empty(person, one, type(value).model_fields[name].annotation)
        if name in hidden
        else _redacted(person, one)
        for name, one in value
    }
    return value.model_copy(update=changed)


def _empty(person: str, value: Any, kind: Any) -> Any:  # noqa: ANN401
    if value == person:
        return value
    if isinstance(value, list):
        return []
    return "" if kind is str else None
