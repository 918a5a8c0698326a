"""HTTP for trained models."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Query
from sqlalchemy import Connection

from detector.errors import BadInput
from models.labels import CHAMPION
from service.assessments import drift, gates, promotion, shadows, terms
from service.assessments.active_model import ModelInUse, shown_manifest
from service.assessments.budgets import BudgetsShown, budgets_of, shown
from service.assessments.gates import GateShown
from service.assessments.schemas import ModelList, ModelShown, Promotion
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import GivenInstant, PathId
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.roles import ADMINS, ANYBODY, READERS

router = router_of("models")


@router.get("/v1/models")
def list_models(active_model: ModelInUse, _: Annotated[Caller, allows(ANYBODY)]) -> ModelList:
    """All trained models, oldest first, with their manifests."""
    registry = active_model.registry
    # One look at the log: a promotion meanwhile must not make two versions current.
    aliases, tags = registry.labels.aliases_and_tags()
    return ModelList(
        current=aliases.get(CHAMPION),
        models=[
            _shown(one.version, shown_manifest(one), aliases, tags) for one in registry.manifests()
        ],
    )


@router.get("/v1/models/at")
def show_term(
    context: Context,
    active_model: ModelInUse,
    _: Annotated[Caller, allows(READERS)],
    instant: Annotated[GivenInstant, Query(description="ISO 8601, not ahead of now.")],
) -> terms.TermShown:
    """Which version was in use at a time, who had put it in use, when and why."""
    if instant > context.clock():
        raise BadInput("instant: lies ahead; what will be in use then is not known")
    return terms.shown(instant, active_model.registry.log.term_at(instant))


@router.get("/v1/models/{version}/budgets")
def show_budgets(
    version: PathId, active_model: ModelInUse, _: Annotated[Caller, allows(READERS)]
) -> BudgetsShown:
    """What alert budgets buy with a version, as it was last kept."""
    return shown(budgets_of(active_model, version))


@router.get("/v1/models/{version}/drift")
def show_drift(
    version: PathId, active_model: ModelInUse, _: Annotated[Caller, allows(READERS)]
) -> drift.DriftShown:
    """How weeks since a version's training compare with those before, as it was last kept."""
    return drift.shown(version, drift.drift_of(active_model, version))


@router.get("/v1/models/{version}/gate")
def show_gate(
    version: PathId, active_model: ModelInUse, _: Annotated[Caller, allows(READERS)]
) -> GateShown:
    """What the gate said of a version, as it was last asked."""
    verdict = gates.verdict_on(active_model, version)
    return gates.shown(verdict, is_stale=active_model.registry.is_stale(verdict))


@router.get("/v1/models/{version}/shadow")
def show_shadow(
    version: PathId,
    context: Context,
    active_model: ModelInUse,
    _: Annotated[Caller, allows(READERS)],
) -> shadows.ShadowShown:
    """What a challenger says of the live market, beside the version in use."""
    days, now = context.settings.shadow_days, context.clock()
    with context.database.reading() as connection:
        return shadows.shown(connection, active_model, version, days=days, now=now)


@router.post("/v1/models/{version}/promote")
def promote_model(
    version: PathId,
    context: Context,
    active_model: ModelInUse,
    caller: Annotated[Caller, allows(ADMINS)],
    key: IdempotencyKey,
    body: Annotated[Promotion | None, Body()] = None,
) -> ModelShown:
    """Make a version the one that scores; one that the gate refused needs a reason."""
    reason = None if body is None else body.reason

    def act(connection: Connection) -> ModelShown:
        now = context.clock()
        promotion.promote(connection, active_model, version, caller=caller, now=now, reason=reason)
        aliases, tags = active_model.registry.labels.aliases_and_tags()
        return _shown(version, active_model.manifest_of(version), aliases, tags)

    promoted = context.write(key, act)
    context.wake_worker()
    return promoted


def _shown(
    version: PathId,
    manifest: dict[str, Any],
    aliases: dict[str, str],
    tags: dict[str, dict[str, str]],
) -> ModelShown:
    return ModelShown(
        version=version,
        current=aliases.get(CHAMPION) == version,
        aliases=[name for name, named in aliases.items() if named == version],
        tags=tags.get(version, {}),
        manifest=manifest,
    )
