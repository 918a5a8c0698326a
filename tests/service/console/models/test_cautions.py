"""What to know of a model, on pages as on its card and in any language."""

from dataclasses import replace

import pytest

from models import card
from models.card import cautions_of, warnings_of
from models.detectors import registry_at
from service.console.languages.catalogues import language
from service.console.languages.speaking import speaking
from service.console.models import cautions

SPAN = (1_700_000_000_000_000, 1_710_000_000_000_000)
CASES = {
    "few": ({"complaints": 1}, ["It learnt from 1 complaint, too few"]),
    "thin": ({"metrics": {"days_with_most": 3.0}}, ["lies in 3 days of 116: too few"]),
    "delay": (
        {"metrics": {"delay_days_mean": 9.0, "delay_days_sd": 4.5}},
        ["(9.0 days, give or take 4.5)"],
    ),
    "edge": (
        {"metrics": {"at_edge_scatter": 1.0, "at_edge_clumping": 1.0}},
        ["How much counts vary beyond chance came out", "How many complaints one cause brings"],
    ),
}


@pytest.fixture
def facts(small_market):
    return registry_at(small_market / "models").manifest("v0001").facts


def test_the_card_reads_on_a_page_as_in_its_file():
    assert " ".join(card.INTENDED_USE.split()) == cautions.INTENDED_USE
    assert " ".join(card.LIMITS.split()) == cautions.LIMITS
    assert cautions.EDGES.keys() == card.AT_EDGE.keys()


@pytest.mark.parametrize("code", CASES)
def test_a_page_says_what_the_card_warns_of_in_its_own_language(facts, code):
    given, expected = CASES[code]
    plain = replace(facts, complaints=1_000, metrics={}, span=SPAN)
    cautious = replace(plain, **given)
    assert [one.code for one in cautions_of(cautious)] == [code]
    assert len(warnings_of(cautious)) == 1
    said = cautions.cautions_said(cautious)
    assert [words in one for words, one in zip(expected, said, strict=True)] == [True] * len(said)
    with speaking(language("de")):
        assert not {*cautions.cautions_said(cautious)} & {*said}
    assert cautions.cautions_said(plain) == []
