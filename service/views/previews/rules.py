"""Pure: what a verdict would do, worked out by the rule that decides and on a copy of the log."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from detector.errors import Refusal
from detector.rules import Policies, SanctionView, SellerState
from detector.rules.reports.elements import Background, BackgroundFor
from service.answers.rules import notice_from
from service.decisions.decision_file import DecisionFile
from service.decisions.ledger.rules import standing_shown
from service.decisions.sanctions.rules import lifted_sanctions
from service.decisions.schemas import Verdict, VerdictShown
from service.decisions.seller_log import SellerLog
from service.decisions.verdicts.drafting import file_after
from service.decisions.verdicts.rules import Decider, Give, Outcome, Propose, Refuse, outcome_of
from service.decisions.verdicts.schemas import Seconding
from service.intake.evidence.rules import wanted_for
from service.intake.evidence.schemas import EvidenceWanted
from service.refusals import ReasonMissing, title_of, type_of
from service.roles import Role
from service.views.previews.schemas import RefusalForeseen, SanctionForeseen, VerdictPreview
from service.views.rulebook.rules import statements_in

FORESEEN_ID: Final = "(this one)"
"""What a verdict is called while it is not given and has no id."""


def preview_of(
    file: DecisionFile,
    given: Verdict,
    policies: Policies,
    decider: Decider,
    background_for: BackgroundFor,
    *,
    version: str,
    now: int,
) -> VerdictPreview:
    """What would follow if a person gave a verdict now; the file and its log stay as they are."""
    file = replace(file, log=file.log.apart())
    return _foreseen(file, given, policies, decider, background_for, version=version, now=now)[0]


def previews_of(
    files: Sequence[tuple[DecisionFile, str]],
    given: Verdict,
    policies: Policies,
    decider: Decider,
    background_for: BackgroundFor,
    *,
    now: int,
) -> list[VerdictPreview]:
    """What would follow if the same verdict were given about complaints of one seller, in turn.

    Each file is with its version; each verdict finds the seller as those before it left them.
    """
    previews: list[VerdictPreview] = []
    log = None
    for number, (file, version) in enumerate(files, 1):
        then = replace(file, log=file.log.apart() if log is None else log)
        of_it = {"version": version, "verdict_id": f"(number {number} of these)"}
        preview, log = _foreseen(then, given, policies, decider, background_for, **of_it, now=now)
        previews.append(preview)
    return previews


def _foreseen(
    file: DecisionFile,
    given: Verdict,
    policies: Policies,
    decider: Decider,
    background_for: BackgroundFor,
    *,
    version: str,
    verdict_id: str = FORESEEN_ID,
    now: int,
) -> tuple[VerdictPreview, SellerLog]:
    """What would follow, and the seller's log then; the file's is one `apart`."""
    log, is_detected = file.log, file.case is not None
    outcome = _outcome(file, given, policies, decider, verdict_id, now)
    people = 1
    if isinstance(outcome, Propose):
        people = outcome.proposal.people
        agreed = (decider.person, *(f"person {n}" for n in range(2, people)))
        file = replace(file, proposal=replace(outcome.proposal, agreed=agreed), case=None)
        last = Decider("the last to agree", Role.REVIEWER)
        outcome = _outcome(file, Seconding(), policies, last, verdict_id, now)
    wanted = _wanted(file, given, policies)
    if isinstance(outcome, Refuse):
        return _refused(outcome.refusal, wanted, version), log
    assert isinstance(outcome, Give)  # noqa: S101 - all agree by now
    before, after = outcome.step.before, outcome.step.after
    file = file_after(file, outcome.verdict, outcome.step.body)
    background_for = _with_foreseen(background_for, outcome.verdict, is_detected=is_detected)
    known = background_for([outcome.verdict.verdict_id])
    notice = notice_from(file, policies, now=now, background=known).shown
    preview = VerdictPreview(
        result="given" if people == 1 else "proposed",
        refusal=None,
        people=people,
        violation=outcome.verdict.violation,
        evidence_wanted=wanted,
        points_taken=notice.points_least,
        standing_before=standing_shown(before),
        standing=standing_shown(after),
        sanctions=_sanctions(file, before, after, policies, background_for, now),
        lifted=[one.kind for one in lifted_sanctions(before, after)],
        warnings=list(outcome.warnings),
        notice=notice.text,
        version=version,
    )
    return preview, file.log if people == 1 else log.apart()


def _outcome(
    file: DecisionFile,
    given: Verdict | Seconding,
    policies: Policies,
    decider: Decider,
    verdict_id: str,
    now: int,
) -> Outcome:
    person, role = decider
    return outcome_of(
        file, given, policies, person=person, role=role, verdict_id=verdict_id, now=now
    )


def foreseen_refusal(refusal: Refusal) -> RefusalForeseen:
    """A refusal of a verdict as a preview tells it."""
    kind = type(refusal)
    return RefusalForeseen.model_validate(
        {
            "type": type_of(kind),
            "title": title_of(kind),
            "detail": str(refusal),
            "lacks_reason": refusal.decision if isinstance(refusal, ReasonMissing) else None,
        }
    )


def _refused(refusal: Refusal, wanted: EvidenceWanted | None, version: str) -> VerdictPreview:
    return VerdictPreview(
        result="refused",
        refusal=foreseen_refusal(refusal),
        people=1,
        violation=None,
        evidence_wanted=wanted,
        points_taken=0,
        standing_before=None,
        standing=None,
        sanctions=[],
        lifted=[],
        warnings=[],
        notice=None,
        version=version,
    )


def _wanted(file: DecisionFile, given: Verdict, policies: Policies) -> EvidenceWanted | None:
    """What the rules ask for, against what the verdict rests on; None unless it upholds."""
    if given.outcome != "upheld":
        return None
    kinds = file.kinds if given.evidence is None else given.evidence
    about, at = given.violation or file.complaint.category, file.complaint.filed_at
    return wanted_for(about, policies, at=at, kinds=frozenset(kinds))


def _with_foreseen(
    background_for: BackgroundFor, verdict: VerdictShown, *, is_detected: bool
) -> BackgroundFor:
    """What is known of verdicts, and of one that is not given yet."""

    def known(verdict_ids: Collection[str]) -> Background:
        found, its = background_for(verdict_ids), verdict.verdict_id
        if its not in verdict_ids:
            return found
        return found._replace(
            reasons={**found.reasons, its: verdict.reason},
            detected=found.detected | ({its} if is_detected else set()),
        )

    return known


def _sanctions(
    file: DecisionFile,
    before: SellerState,
    after: SellerState,
    policies: Policies,
    background_for: BackgroundFor,
    now: int,
) -> list[SanctionForeseen]:
    """The sanctions that are new after a step, whose event the file's log holds."""
    known = {one.id for one in before.sanctions}
    fresh = {one.id: one for one in after.sanctions if one.id not in known}
    return [
        _sanction(fresh[one.sanction_id], one.text)
        for one in statements_in(file.log, policies, {}, background_for, now=now)
        if one.sanction_id in fresh
    ]


def _sanction(sanction: SanctionView, statement: str) -> SanctionForeseen:
    return SanctionForeseen(
        kind=sanction.kind,
        effects=list(sanction.effects),
        waits=sanction.state == "awaiting_approval",
        ends_at=sanction.ends_at,
        statement=statement,
    )
