"""A refused form says in plain words what is wrong, once on top and once at the field."""

import re

import pytest
from fastapi.exceptions import RequestValidationError

from service.callers.making import KeyWanted
from service.console.pages.faults import Fault, Refused, faults_in
from service.console.pages.forms import body_in
from service.outbox.schemas import Webhook
from service.views.rulebook.schemas import PolicyGiven, WhatIf


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        (KeyWanted, {"role": "admin"}, {"person": "Whose it is: fill this in."}),
        (
            KeyWanted,
            {"person": "x" * 300, "role": "admin"},
            {"person": "Whose it is: write at most 200 characters."},
        ),
        (
            KeyWanted,
            {"person": " x", "role": "lord", "days": "0"},
            {
                "person": "Whose it is: leave out blanks at both ends, and characters that "
                "nobody sees.",
                "role": "Role: choose one of those that are listed.",
                "days": "Days: give a number above 0.",
            },
        ),
        (
            KeyWanted,
            {"person": "x", "role": "admin", "days": "many"},
            {"days": "Days: give a number, such as 12."},
        ),
        (
            KeyWanted,
            {"person": "x", "role": "admin", "days": "1e9"},
            {"days": "Days: give 3,650 or less."},
        ),
    ],
)
def test_a_fault_is_told_in_plain_words(kind, fields, said):
    with pytest.raises(RequestValidationError) as refused:
        body_in(fields, kind)
    found = faults_in(refused.value, {"person": "Whose it is"})
    assert dict(found) == said


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://", "https://0.0.0.0/x"])
def test_an_address_that_is_none_is_told_with_one_that_is(url):
    with pytest.raises(RequestValidationError) as refused:
        body_in({"url": url}, Webhook)
    [fault] = faults_in(refused.value, {"url": "Address"})
    assert fault == Fault(
        "url", "Address: give a web address, such as https://shop.example.org/events."
    )


def test_no_words_of_the_validator_reach_a_page():
    broken = {"as_of": "soon", "minutes_verdict": "-1", "minutes_appeal": "1e9"}
    with pytest.raises(RequestValidationError) as refused:
        body_in(broken, WhatIf, policy=PolicyGiven(name="standard"))
    said = [fault.sentence for fault in faults_in(refused.value, {})]
    assert len(said) == 3
    assert not any(re.search("nput should|alid number|ISO", one) for one in said)


def test_nothing_sent_has_no_fault_and_what_was_sent_stays():
    assert Refused().page_status == 200
    assert Refused().text("days", "365") == "365"
    sent = Refused({"days": [""], "kinds": ["a", "b"]}, [Fault("days", "Days: fill this in.")])
    assert (sent.page_status, sent.text("days", "365")) == (422, "")
    assert (sent.holds("kinds", "b"), sent.holds("kinds", "c")) == (True, False)
    assert (sent.fault("days"), sent.fault("kinds")) == ("Days: fill this in.", "")
