"""What a role is not shown of a response, for every route.

The marketplace's own systems (`ingest`) pass responses on to sellers and buyers. They read what was
decided and why, and not who decided, who holds a case, what is proposed, or what people noted for
each other. Such a field is marked `INTERNAL` where it is declared, and the contract says so.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from service.http.access.gate import caller_under_way
from service.http.access.keys import Caller
from service.roles import Role

Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class HiddenFrom:
    """Marks a field that some roles find empty, unless it holds the caller's own name.

    Empty is null where that may be, else an empty text or list.
    """

    roles: frozenset[Role]

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Say it in the contract."""
        return handler(schema) | {"x-hidden-from": sorted(self.roles)}


INTERNAL: Final = HiddenFrom(frozenset({Role.INGEST}))
"""For people of the marketplace only."""
AFFECTED: Final = INTERNAL.roles
"""The roles that any mark hides a field from; all others are shown everything."""


def redacting(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """An endpoint whose caller is shown of its response what their role may read."""
    if inspect.iscoroutinefunction(endpoint):

        @functools.wraps(endpoint)
        async def answer(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - any response
            return shown_to(caller_under_way(), await endpoint(*args, **named))

    else:

        @functools.wraps(endpoint)
        def answer(*args: Any, **named: Any) -> Any:  # noqa: ANN401
            return shown_to(caller_under_way(), endpoint(*args, **named))

    return answer


def shown_to(caller: Caller, response: Shown) -> Shown:
    """A response as this caller may read it."""
    if caller.role not in AFFECTED:
        return response
    found: Shown = _redacted(caller, response)
    return found


def _redacted(caller: Caller, value: Any) -> Any:  # noqa: ANN401 - anything a response holds
    if isinstance(value, list):
        return [_redacted(caller, one) for one in value]
    if isinstance(value, dict):
        return {name: _redacted(caller, one) for name, one in value.items()}
    if not isinstance(value, BaseModel):
        return value
    hidden = _hidden(type(value), caller.role)
    changed = {
        name: _empty(caller.person, one, hidden[name]) if name in hidden else _redacted(caller, one)
        for name, one in value
    }
    return value.model_copy(update=changed)


@functools.cache
def _hidden(kind: type[BaseModel], role: Role) -> dict[str, Any]:
    """The fields of a response that a role finds empty, with their types."""
    return {
        name: field.annotation
        for name, field in kind.model_fields.items()
        if any(isinstance(mark, HiddenFrom) and role in mark.roles for mark in field.metadata)
    }


def _empty(person: str, value: Any, kind: Any) -> Any:  # noqa: ANN401
    if value == person:
        return value
    if isinstance(value, list):
        return []
    return "" if kind is str else None
