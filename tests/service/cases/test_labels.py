"""A label means the same to everybody, and verdicts have the last word."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service.cases.labels import (
    LABEL_OF,
    UNLABELLED,
    Given,
    Label,
    Labelled,
    Reason,
    by_verdicts,
    corrected,
    labelled,
)
from service.cases.schemas import CaseClose

OUTCOMES = st.sets(st.sampled_from(["pending", "upheld", "rejected", "unfounded", "withdrawn"]))
SAID = st.one_of(
    st.just(UNLABELLED),
    st.sampled_from(get_args(Label)).map(Labelled),
    st.sampled_from(list(LABEL_OF)).map(labelled),
)


def test_each_reason_is_one_for_a_label():
    reasons = {one for part in get_args(Reason) for one in (get_args(part) or (part,))}
    assert LABEL_OF.keys() == reasons
    assert set(LABEL_OF.values()) == set(get_args(Label))


@given(SAID, OUTCOMES)
def test_a_label_that_is_corrected_stays_so(said, outcomes):
    once = corrected(said, outcomes)
    assert corrected(once, outcomes) == once
    assert once.reason is None or LABEL_OF[once.reason] == once.label


@given(SAID, OUTCOMES)
def test_verdicts_have_the_last_word_and_without_any_people_have_it(said, outcomes):
    assert corrected(said, set()) == said
    assert corrected(said, outcomes | {"upheld"}).label == "problem"
    assert by_verdicts(outcomes | {"upheld"}) == labelled("upheld")
    assert by_verdicts(outcomes | {"pending"} - {"upheld"}) in (UNLABELLED, labelled("upheld"))


@given(st.sets(st.sampled_from(["rejected", "withdrawn"]), min_size=1))
def test_complaints_that_were_not_proven_make_no_false_alarm(outcomes):
    assert by_verdicts(outcomes) == labelled("no_evidence")
    assert by_verdicts(outcomes | {"unfounded"}) == labelled("unfounded")


def test_a_case_goes_with_its_complaint_from_hand_to_hand():
    said = labelled("upheld")
    for outcome, label in (
        ("pending", labelled("reopened")),
        ("unfounded", labelled("unfounded")),
        ("pending", labelled("reopened")),
        ("withdrawn", labelled("no_evidence")),
        ("upheld", labelled("upheld")),
        ("rejected", labelled("overturned")),
    ):
        said = corrected(said, {outcome})
        assert said == label


@pytest.mark.parametrize("reason", get_args(Given))
def test_a_body_takes_a_reason_with_its_own_label_or_none(reason):
    own = LABEL_OF[reason]
    for given_label in (None, own):
        assert CaseClose(label=given_label, label_reason=reason).labelled == (own, reason)
    for other in {*get_args(Label)} - {own}:
        with pytest.raises(ValidationError, match=f"a reason for {own}"):
            CaseClose(label=other, label_reason=reason)


def test_bodies_without_a_label_are_taken_as_before():
    assert CaseClose().outcome == "done"
    assert CaseClose(outcome="warned").labelled == UNLABELLED
    for reason in ("overturned", "reopened", "done"):
        with pytest.raises(ValidationError):
            CaseClose(label_reason=reason)
