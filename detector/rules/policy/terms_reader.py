"""Reads the parts of a policy that are not about points: appeals, credits, answers, notices."""

from __future__ import annotations

from collections.abc import Sequence

from detector.rules.instants import DAY
from detector.rules.policy.policy import Appeals, Complainants, Credits, Response, Tier
from detector.rules.policy.toml_table import Table


def appeals_of(table: Table) -> Appeals:
    """Read `[policy.appeals]`."""
    for name in ("restores_points", "no_worse_off"):
        if not table.boolean(name, default=True):
            table.refuse(name, "must be true: the party that wins an appeal gets the points back")
    table.text("from", "notice", among=("notice",))
    appeals = Appeals(
        window=table.duration("window"),
        max_per_decision=table.optional_integer("max_per_decision", low=1),
        restores_points=True,
        no_worse_off=True,
        external=table.text("external") if table.has("external") else None,
    )
    table.refuse_unknown_fields()
    return appeals


def credits_of(table: Table) -> Credits:
    """Read `[policy.credits]`."""
    earned = Credits(
        kinds=table.texts("kind"),
        points_max=table.optional_integer("points", low=1),
        cooldown=table.duration("cooldown"),
        ceiling=table.optional_integer("ceiling"),
        precondition=table.text("precondition", among=("no_sanction",))
        if table.has("precondition")
        else None,
        bank=table.boolean("bank", default=False),
    )
    table.refuse_unknown_fields()
    return earned


def response_of(table: Table) -> Response:
    """Read `[policy.response]`."""
    response = Response(
        window=table.duration("window"),
        silence=table.text("silence", "dropped", among=("established", "dropped")),
        interim=table.text("interim") if table.has("interim") else None,
    )
    table.refuse_unknown_fields()
    return response


def complainants_of(table: Table) -> Complainants:
    """Read `[policy.complainants]`."""
    complainants = Complainants(
        window=table.duration("window") or 180 * DAY,
        unfounded_share=table.number("unfounded_share", 0.5),
        warn_after=table.integer("warn_after", 3, low=1),
        mute_after=table.integer("mute_after", 5, low=1),
        mute_for=table.duration("mute_for") or 90 * DAY,
        prior_upheld=table.number("prior_upheld", 2.0),
        prior_unfounded=table.number("prior_unfounded", 1.0),
    )
    if complainants.mute_after < complainants.warn_after:
        table.refuse("mute_after", "must not be below warn_after: a warning comes first")
    if complainants.unfounded_share > 1:
        table.refuse("unfounded_share", "is a share: at most 1")
    table.refuse_unknown_fields()
    return complainants


def notices_of(table: Table, tiers: Sequence[Tier]) -> dict[str, str]:
    """Read `[policy.notices]`: texts by action, none for an action that no step takes."""
    actions = {step.action for tier in tiers for step in tier.steps}
    for name in table.fields:
        if name != "any" and name not in actions:
            known = ", ".join(sorted(actions)) or "none"
            table.refuse(name, f"no step takes this action; there is {known}, or `any`")
    return {name: table.text(name) for name in table.fields}
