"""Every page, empty, full and refused, is clean for axe, light and dark, wide and narrow."""

from contextlib import ExitStack

import pytest

from tests.browser.accessibility import findings
from tests.browser.examples import EXAMPLES, pages
from tests.browser.people import Faults, arrive, newcomer


@pytest.fixture(scope="module")
def look(browser, sqlite_served, empty_served):
    """Look at an example as the person it is for; one browser a role."""
    faults, known = Faults(), {}
    with ExitStack() as stack:

        def at(example):
            served = empty_served if example.is_empty else sqlite_served
            who = example.who
            if who not in known:
                known[who] = stack.enter_context(newcomer(browser, served.url, faults))
                arrive(known[who], served, example)
            answer = known[who].goto(example.address.format(**served.facts))
            assert answer.status == example.status
            return known[who]

        yield at
    assert faults == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_axe_finds_nothing_on_a_page(look, example):
    assert findings(look(example)) == []


def test_every_page_has_an_example():
    assert pages() == {example.route for example in EXAMPLES}
    names = [example.name for example in EXAMPLES]
    assert len(names) == len(set(names))


def test_a_fault_of_a_page_is_found(browser, sqlite_served):
    faults = Faults()
    with newcomer(browser, sqlite_served.url, faults) as page:
        page.goto("/login")
        page.evaluate("document.querySelector('label').remove()")
        page.evaluate("document.body.setAttribute('onclick', 'alert(1)')")
        assert any("label" in text for text in findings(page))
    assert any("Content Security Policy" in text for text in faults)
