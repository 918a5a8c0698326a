"""The law of previews: what is foreseen is what comes, for any file and whatever is said."""

from dataclasses import replace

from hypothesis import given

from detector.rules.reports.elements import UNKNOWN
from service.answers.rules import notice_from
from service.decisions.ledger.rules import standing_shown
from service.decisions.schemas import Verdict
from service.decisions.verdicts.rules import Decider, Give, Propose, Refuse
from service.decisions.verdicts.schemas import Seconding
from service.refusals import type_of
from service.views.previews.rules import FORESEEN_ID, preview_of
from tests.service.decisions.verdicts.test_rules import (
    MINUTE,
    PEOPLE,
    POLICIES,
    ROLES,
    after,
    lives,
    turned,
    walk,
)


def foreseen(file, person, words, at):
    decider = Decider(person, ROLES[person])
    known = lambda _: UNKNOWN  # noqa: E731 - nothing besides the log
    return preview_of(file, words, POLICIES, decider, known, version="seen", now=at)


def all_agree(file, outcome, at):
    """The file, and what becomes of a proposal once everybody has agreed to it."""
    for number, person in enumerate(PEOPLE):
        if not isinstance(outcome, Propose):
            break
        if person not in outcome.proposal.agreed:
            file = after(file, outcome)
            _, outcome = turned(file, person, Seconding(), at + number)
    return file, outcome


@given(lives)
def test_a_preview_equals_the_outcome_and_leaves_the_file_as_it_was(life):
    for file, person, words, at, outcome in walk(*life):
        if not isinstance(words, Verdict):
            continue
        before = repr(file)
        preview = foreseen(file, person, words, at)
        assert repr(file) == before
        if isinstance(outcome, Refuse):
            assert preview.result == "refused"
            assert preview.refusal.type == type_of(type(outcome.refusal))
            # A verdict that is not given yet has no id to name.
            assert preview.refusal.detail == str(outcome.refusal).replace(f"v_{at}", FORESEEN_ID)
            assert preview.standing is None
            continue
        assert preview.result == ("proposed" if isinstance(outcome, Propose) else "given")
        agreed, given_at_last = all_agree(file, outcome, at)
        if preview.result == "given":
            assert isinstance(given_at_last, Give)
        if isinstance(given_at_last, Give):
            assert preview.standing == standing_shown(given_at_last.step.after)
            assert preview.standing_before == standing_shown(given_at_last.step.before)
            assert preview.warnings == list(given_at_last.warnings)
            assert preview.violation == given_at_last.verdict.violation
            known = {one.id for one in given_at_last.step.before.sanctions}
            fresh = [one for one in given_at_last.step.after.sanctions if one.id not in known]
            assert [one.kind for one in preview.sanctions] == [one.kind for one in fresh]
            told = notice_from(after(agreed, given_at_last), POLICIES, now=at).shown
            assert preview.notice == told.text
            assert preview.points_taken == told.points_least


@given(lives)
def test_a_preview_is_the_same_however_often_it_is_asked_for(life):
    for file, person, words, at, _ in walk(*life):
        if isinstance(words, Verdict):
            first = foreseen(file, person, words, at)
            assert foreseen(file, person, words, at) == first
            later = foreseen(replace(file), person, words, at + MINUTE)
            assert later.standing == first.standing
