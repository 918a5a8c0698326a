"""Trained models: the registry as a table, and each version's card, drawn from its fields."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import Annotated, Final

from fastapi import Query, Request, Response
from sqlalchemy import Connection

from detector.charts import calibration_chart
from detector.errors import Refusal
from detector.learning import Learnt
from models.manifest import Manifest
from service.assessments.active_model import ActiveModel, ModelInUse
from service.assessments.budgets import budgets_of
from service.assessments.drift import drift_of
from service.assessments.gates import verdict_on
from service.assessments.shadows import ShadowShown, shown
from service.assessments.store import counts_below
from service.cases.learning import UNTAUGHT, last_learning
from service.console.models.budget import BudgetChart, flat_from, in_force
from service.console.models.cautions import INTENDED_USE, LIMITS, cautions_said
from service.console.models.drift import (
    DriftChart,
    chosen_of,
    reason_said,
    value_shown,
    why_unknown,
)
from service.console.models.figures import figures_shown
from service.console.models.kept import kept
from service.console.pages.blind import kept_from
from service.console.pages.gate import signed_in
from service.console.pages.kinds import kind_said
from service.console.pages.labels import NAMES
from service.console.pages.page_router import page_router
from service.console.pages.parts import part_of
from service.console.pages.rendering import render
from service.console.pages.words import english
from service.http.access.keys import Caller
from service.http.context import AppContext, Context
from service.http.fields import PathId
from service.roles import READERS

router = page_router()
Reader = Annotated[Caller, signed_in(READERS)]
LEVELS: Final = (1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""P-values at which calibration is looked at."""
SELLERS_MIN: Final = 100
"""Sellers below which shares of them tell next to nothing about calibration."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version in the list: its manifest, or why it cannot be read."""

    name: str
    is_current: bool
    manifest: Manifest | None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How often p-values of the sellers that a model scored last lie at or below each level."""

    sellers: int
    shares: list[tuple[float, float]]
    """Level, and the share of sellers."""
    chart: str


@router.get("/models")
def show_models(
    request: Request, context: Context, active_model: ModelInUse, _: Reader
) -> Response:
    """All versions, the newest first, and what closed cases taught beside them."""
    current, labels = active_model.current_version(), active_model.registry.labels
    versions = [_version(active_model, one, current) for one in reversed(active_model.versions())]
    return render(
        request,
        "models/models.html",
        versions=versions,
        aliases=labels.aliases(),
        tags=labels.tags(),
        why_not_ready=active_model.why_not_ready() if versions else None,
        cautions_said=cautions_said,
        learnt=part_of(context, lambda c: last_learning(c, now=context.clock()) or UNTAUGHT),
        is_used=context.settings.queue_learns,
        odds_of=odds_of,
        kind_said=kind_said,
    )


def odds_of(learnt: Learnt) -> list[tuple[str, float, float, float]]:
    """Each kind, and by what it changes the odds of being upheld: low, mode, high."""
    found = []
    for kind in learnt.kinds:
        low, mode, high = map(exp, learnt.weight(kind))
        found.append((kind, low, mode, high))
    return found


@router.get("/models/{version}")
def show_model(
    version: PathId, request: Request, context: Context, active_model: ModelInUse, caller: Reader
) -> Response:
    """What a version is, was made of and is for, and how it is calibrated on today's sellers."""
    active_model.check_known(version)
    found = _version(active_model, version, active_model.current_version())
    return render(
        request,
        "models/model.html",
        model=found,
        warnings=cautions_said(found.manifest.facts) if found.manifest else [],
        intended_use=INTENDED_USE,
        limits=LIMITS,
        calibration=part_of(context, lambda c: _calibration(c, version)),
        sellers_min=SELLERS_MIN,
        kept=kept(lambda: budgets_of(active_model, version)),
        in_force=in_force(context.settings),
        drift=kept(lambda: drift_of(active_model, version)),
        gate=kept(lambda: verdict_on(active_model, version)),
        is_stale=active_model.registry.is_stale,
        aliases=active_model.registry.labels.aliases(),
        tags=active_model.registry.labels.tags().get(version, {}),
        figures_shown=figures_shown,
        shadow=part_of(context, lambda c: _shadow(c, context, active_model, version, caller)),
        label_titles=NAMES,
    )


def _shadow(
    connection: Connection,
    context: AppContext,
    active_model: ActiveModel,
    version: str,
    caller: Caller,
) -> ShadowShown | None:
    """A challenger's runs; None of a version that is none and has none.

    Without labels and counts that would tell a verdict that is kept from the caller.
    """
    days, now = context.settings.shadow_days, context.clock()
    hidden = kept_from(connection, caller).sellers
    found = shown(connection, active_model, version, days=days, now=now, kept=hidden)
    return found if found.runs or found.since is not None else None


@router.get("/models/{version}/budget")
def show_budget(
    version: PathId,
    request: Request,
    context: Context,
    active_model: ModelInUse,
    _: Reader,
    looks: Annotated[int | None, Query(ge=1, le=1_000)] = None,
) -> Response:
    """What so many looks a day buy with a version, beside all other numbers."""
    active_model.check_known(version)
    curve, now = kept(lambda: budgets_of(active_model, version)), in_force(context.settings)
    chosen = curve.value and curve.value.at(now.cases_a_day if looks is None else looks)
    return render(
        request,
        "models/budget.html",
        version=version,
        kept=curve,
        in_force=now,
        chosen=chosen,
        flat=curve.value and flat_from(curve.value),
        chart=curve.value and chosen and BudgetChart(curve.value, chosen),
    )


@router.get("/models/{version}/drift")
def show_drift(
    version: PathId,
    request: Request,
    active_model: ModelInUse,
    _: Reader,
    metric: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """How weeks since a version's training compare with those before; one metric is drawn."""
    active_model.check_known(version)
    report = kept(lambda: drift_of(active_model, version))
    chosen = report.value and chosen_of(report.value, metric)
    return render(
        request,
        "models/drift.html",
        version=version,
        kept=report,
        sentences=[reason_said(reason) for reason in report.value.reasons] if report.value else [],
        value_shown=value_shown,
        why_unknown=why_unknown,
        chosen=chosen,
        chart=report.value and chosen and DriftChart(report.value, chosen),
    )


def _version(active_model: ActiveModel, name: str, current: str | None) -> Version:
    try:
        return Version(name, name == current, active_model.registry.manifest(name))
    except Refusal as refusal:
        return Version(name, name == current, None, english(str(refusal)))


def _calibration(connection: Connection, version: str) -> Calibration | None:
    """None where a model scored too few of today's sellers."""
    sellers, counts = counts_below(connection, version, LEVELS)
    if sellers < SELLERS_MIN:
        return None
    shares = [(level, n / sellers) for level, n in zip(LEVELS, counts, strict=True)]
    # Below one seller in all there is nothing to compare.
    shares = [(level, share) for level, share in shares if level * sellers >= 1 or share]
    chart = calibration_chart(*zip(*shares, strict=True), theme="page")
    return Calibration(sellers, shares, chart)
