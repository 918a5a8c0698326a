"""Each label and each reason has words on pages."""

from typing import get_args

from service.cases.labels import LABEL_OF, Given, Label
from service.console.pages.labels import LABELS, NAMES, REASONS, label_said


def test_every_label_and_reason_is_named_and_every_one_to_give_is_offered():
    assert NAMES.keys() == set(get_args(Label))
    assert REASONS.keys() == LABEL_OF.keys()
    offered = [one for label in LABELS for one in label.reasons]
    assert sorted(offered) == sorted(get_args(Given))


def test_a_label_is_said_with_its_reason_if_it_has_one():
    assert label_said("false_alarm", "sale") == "A false alarm: more orders, as in a sale"
    assert label_said("unclear", None) == "It cannot be told"
    assert label_said(None, None) == ""
