"""HTTP for trained models."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from sqlalchemy import Connection

from service.assessments.schemas import ModelList, ModelShown
from service.audit.actions import note
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.context import House, Household
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import RunOnce
from service.roles import ADMINS, ANYBODY

router = APIRouter(tags=["models"])


@router.get("/v1/models")
def list_models(house: House, _: Annotated[Caller, allows(ANYBODY)]) -> ModelList:
    """All trained models, oldest first, with their manifests."""
    current = house.shelf.current_version()
    versions = house.shelf.versions()
    return ModelList(current=current, models=[_shown(house, v, current) for v in versions])


@router.post("/v1/models/{version}/promote")
def promote_model(
    version: PathId, house: House, caller: Annotated[Caller, allows(ADMINS)], once: RunOnce
) -> ModelShown:
    """Make a version the one that scores."""

    def act(connection: Connection) -> ModelShown:
        before, now = house.shelf.current_version(), house.clock()
        house.shelf.promote(version)
        note(
            connection,
            "model.promoted",
            f"model {version}",
            at=now,
            caller=caller,
            before=before,
            after=version,
            model=version,
        )
        return _shown(house, version, version)

    promoted = house.write(once, act)
    house.wake_worker()
    return promoted


def _shown(house: Household, version: PathId, current: str | None) -> ModelShown:
    manifest = house.shelf.manifest_of(version)
    return ModelShown(version=version, current=version == current, manifest=manifest)
