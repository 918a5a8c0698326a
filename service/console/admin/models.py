"""The model that scores: which it is, which others there are, promoting one and going back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Request, Response
from sqlalchemy import Connection

from detector.errors import ModelPinned, Refusal
from models.manifest import Facts
from service.assessments import promotion
from service.assessments.active_model import ActiveModel, ModelInUse
from service.assessments.budgets import budgets_of
from service.assessments.drift import drift_of
from service.assessments.gates import verdict_on
from service.console.models.budget import in_force
from service.console.models.cautions import cautions_said
from service.console.models.figures import figures_shown
from service.console.models.kept import kept
from service.console.pages.forms import GivenForm, new_key
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import render
from service.console.pages.words import english
from service.http.access.keys import Caller
from service.http.context import Context
from service.http.fields import PathId
from service.roles import ADMINS

router = page_router()
Admin = Annotated[Caller, signed_in(ADMINS)]


@dataclass(frozen=True, slots=True)
class Version:
    """What a version learnt from, or why that cannot be read."""

    name: str
    facts: Facts | None
    fault: str
    warnings: list[str]


@router.get("/admin/models")
def show_models(request: Request, active_model: ModelInUse, _: Admin) -> Response:
    """All versions, the newest first."""
    return render(
        request,
        "admin/models.html",
        versions=[_version(active_model, name) for name in reversed(active_model.versions())],
        current=active_model.current_version(),
        former=active_model.former_version(),
        aliases=active_model.registry.labels.aliases(),
        pin=_pin(active_model),
    )


@router.get("/admin/models/{version}/promote")
def ask_to_promote(
    version: PathId, request: Request, context: Context, active_model: ModelInUse, _: Admin
) -> Response:
    """Say what promoting a version does, before it is done."""
    active_model.check_known(version)
    return render(
        request,
        "admin/promote.html",
        version=_version(active_model, version),
        budgets=kept(lambda: budgets_of(active_model, version)),
        drift=kept(lambda: drift_of(active_model, version)),
        gate=kept(lambda: verdict_on(active_model, version)),
        figures_shown=figures_shown,
        looks_a_day=in_force(context.settings).cases_a_day,
        current=active_model.current_version(),
        is_stale=active_model.registry.is_stale,
        pin=_pin(active_model),
        new_key=new_key,
    )


@router.post("/admin/models/{version}/promote")
def promote(
    version: PathId, context: Context, active_model: ModelInUse, caller: Admin, form: GivenForm
) -> Response:
    """Put a version in use."""

    def act(connection: Connection) -> None:
        now = context.clock()
        reason = form.text("reason").strip() or None
        promotion.promote(connection, active_model, version, caller=caller, now=now, reason=reason)

    context.write(form.key, act)
    context.wake_worker()
    return see("/admin/models", "promoted")


@router.get("/admin/models/roll-back")
def ask_to_roll_back(request: Request, active_model: ModelInUse, _: Admin) -> Response:
    """Say which version is put in use again, before it is done."""
    former = active_model.former_version()
    return render(
        request,
        "admin/roll_back.html",
        former=None if former is None else _version(active_model, former),
        current=active_model.current_version(),
        pin=_pin(active_model),
        new_key=new_key,
    )


@router.post("/admin/models/roll-back")
def roll_back(
    context: Context, active_model: ModelInUse, caller: Admin, form: GivenForm
) -> Response:
    """Put the former version in use again."""

    def act(connection: Connection) -> None:
        now, seen = context.clock(), form.text("seen")
        promotion.roll_back(connection, active_model, seen, caller=caller, now=now)

    context.write(form.key, act)
    context.wake_worker()
    return see("/admin/models", "rolled-back")


def _pin(active_model: ActiveModel) -> str:
    """Why the version in use stays, if it is pinned."""
    try:
        active_model.registry.check_pin()
    except ModelPinned as refusal:
        return english(str(refusal))
    return ""


def _version(active_model: ActiveModel, name: str) -> Version:
    try:
        facts = active_model.registry.manifest(name).facts
    except Refusal as refusal:
        return Version(name, None, english(str(refusal)), [])
    return Version(name, facts, "", cautions_said(facts))
