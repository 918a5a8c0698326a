"""HTTP for who is calling."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from service.access.gate import allows
from service.access.keys import Caller
from service.access.roles import ANYBODY, Role
from service.fields import Shown

router = APIRouter(tags=["access"])


class CallerShown(Shown):
    """Who is calling, as what they do is put on record."""

    person: str
    role: Role
    key_id: str = Field(description="Of the key, or of the identity provider's account.")


@router.get("/v1/me")
def show_caller(caller: Annotated[Caller, allows(ANYBODY)]) -> CallerShown:
    """Who the key or token stands for, and in which role."""
    return CallerShown(person=caller.person, role=caller.role, key_id=caller.key_id)
