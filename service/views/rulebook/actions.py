"""What can be asked of the rules; nothing here changes anything."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection

from detector.errors import BadInput, BadPolicy
from detector.rules import Policies, bundled, bundled_names, policies_of
from detector.rules.instants import DAY
from detector.rules.policy.policy import Policy, Violation
from detector.rules.policy.shortfalls import shortfalls
from detector.rules.reports import comparison as rules
from detector.rules.reports.comparison import Minutes
from service.decisions import log_records, sanction_records
from service.decisions.background_records import background_of
from service.decisions.ledger import store as ledger
from service.folding import Times, compared, log_of
from service.intake.evidence.rules import wanted_for
from service.intake.evidence.schemas import EvidenceWanted
from service.views.rulebook.rules import statements_in
from service.views.rulebook.schemas import (
    DIFFERENCES_MAX,
    Firsts,
    PolicyGiven,
    PolicyOutcome,
    RulesShown,
    SellerDifference,
    StatementList,
    StepShown,
    TierShown,
    ViolationShown,
    WhatIf,
    WhatIfShown,
)


def rules_shown(policies: Policies, *, now: int) -> RulesShown:
    """The version of the rules in force, in short."""
    policy = policies.at(now)
    track = next(iter(policy.tracks.values()))
    window, response = policy.appeals.window, policy.response
    return RulesShown(
        policy=policy.label,
        title=policy.title,
        effective_from=max(policy.effective_from, 0),
        ceiling=track.ceiling,
        answer_days=None if response.window is None else response.window / DAY,
        silence=response.silence,
        appeal_days=None if window is None else window / DAY,
        credits=list(policy.credits.kinds),
        violations={
            name: _violation_shown(one, wanted_for(name, policies, at=now))
            for name, one in policy.violations.items()
        },
        tiers=_tiers_shown(policy),
        remarks=shortfalls(policy),
    )


def _violation_shown(violation: Violation, wanted: EvidenceWanted | None) -> ViolationShown:
    points = violation.points
    has_range = points.low is not None and points.high is not None
    return ViolationShown(
        points=points.of(None, None, None, 1),
        severities=dict(points.severities),
        resolutions=dict(points.resolutions),
        points_range=(points.low, points.high) if has_range else None,
        track=violation.track,
        evidence=wanted,
    )


def _tiers_shown(policy: Policy) -> list[TierShown]:
    return [
        TierShown(
            tier=tier.id,
            track=tier.track,
            kind=tier.kind,
            threshold=tier.threshold,
            steps=[
                StepShown(
                    action=step.action,
                    days=None if step.duration is None else step.duration / DAY,
                    two_person=step.two_person,
                )
                for step in tier.steps
            ],
        )
        for tier in policy.tiers
    ]


def log_length(connection: Connection, *, events_max: int) -> int:
    """How many events there are; BadInput when they are more than the service folds."""
    length = ledger.count_events(connection, at_most=events_max + 1)
    if length > events_max:
        raise BadInput(
            f"the log has more than {events_max} events; export it and run: detector rules compare"
        )
    return length


def read_lines(connection: Connection) -> list[bytes]:
    """The whole log in the order recorded, an event a line."""
    return ledger.all_lines(connection)


def what_if(
    lines: Sequence[bytes],
    asked: WhatIf,
    current: Policies,
    *,
    now: int,
    at_once: int = 1,
    listed: int = DIFFERENCES_MAX,
) -> WhatIfShown:
    """Fold the log under two policies and tell who would be treated differently, and the hours.

    At most so many sellers are listed; the counts are of all.
    """
    as_of = now if asked.as_of is None else asked.as_of
    minutes = Minutes(verdict=asked.minutes_verdict, appeal=asked.minutes_appeal)
    against, policy = (
        current if one is None else policies_given(one) for one in (asked.against, asked.policy)
    )
    by_entity = against.joins_sellers or policy.joins_sellers
    log = log_of(lines, by_entity=by_entity, at_once=at_once)
    comparison, unreadable = compared(log, (against, policy), Times(as_of, as_of), at_once=at_once)
    return WhatIfShown(
        events=comparison.events,
        as_of=as_of,
        against=_outcome_shown(comparison.first, minutes, unreadable),
        policy=_outcome_shown(comparison.second, minutes, unreadable),
        different=len(comparison.differences),
        differences=[
            SellerDifference(
                seller_id=one.seller_id,
                under_against=Firsts(**one.first._asdict()),
                under_policy=Firsts(**one.second._asdict()),
            )
            for one in comparison.differences[:listed]
        ],
    )


def policies_given(given: PolicyGiven) -> Policies:
    """The policy that a request names or holds; BadInput says what is wrong with it, and where."""
    if given.name is not None:
        if given.name not in bundled_names():
            known = ", ".join(bundled_names())
            raise BadInput(f"policy: there is no bundled policy {given.name!r}; there are {known}")
        return bundled(given.name)
    try:
        return policies_of(given.toml or "", source="policy")
    except BadPolicy as refusal:  # here it is the request's, not the installation's
        raise BadInput(str(refusal)) from refusal


def statements_of(
    connection: Connection, seller_id: str, policies: Policies, *, now: int
) -> StatementList:
    """The statements of reasons for a seller's sanctions that were not voided, oldest first."""
    log = log_records.log_of(connection, seller_id)
    found = sanction_records.sanctions_of(connection, seller_id, now=now)
    state_of = {one.sanction_id: one.state for one in found}
    background_for = partial(background_of, connection)
    statements = statements_in(log, policies, state_of, background_for, now=now)
    return StatementList(seller_id=seller_id, statements=statements)


def _outcome_shown(outcome: rules.Outcome, minutes: Minutes, unreadable: int) -> PolicyOutcome:
    return PolicyOutcome(
        policy=outcome.policy,
        sellers=outcome.counts,
        sanctions=outcome.sanctions,
        voided=outcome.voided,
        refused=outcome.refused + unreadable,
        points=outcome.points,
        moderator_hours=round(outcome.work.hours(minutes), 2),
    )
