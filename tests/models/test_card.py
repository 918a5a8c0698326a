from dataclasses import replace

from models.card import card_of
from models.manifest import Manifest


def test_the_card_says_what_the_model_is_and_what_it_must_not_do(facts):
    manifest = Manifest(version="v0003", facts=facts, arrays_sha256="f00", libraries={"numpy": "2"})
    card = card_of(manifest)
    assert card.startswith("# Model v0003\n")
    assert "from 2023-11-14 22:13 UTC to 2024-03-09 16:00 UTC (1,000 complaints, 10 sellers" in card
    assert "- recall: 0.5" in card
    assert "no sanction may rest on it alone" in card.replace("\n", " ")


def test_the_card_of_a_model_about_which_little_was_recorded_says_so(facts):
    bare = replace(facts, metrics={}, sellers=None, complaints=None, orders_known=None)
    manifest = Manifest(version="v0001", facts=bare, arrays_sha256="f00", libraries={})
    card = card_of(manifest)
    assert "(size not recorded)" in card
    assert "## Metrics" not in card


def test_the_card_warns_of_a_delay_that_orders_do_not_tell(facts):
    def card_with(**metrics):
        told = replace(facts, metrics=metrics)
        manifest = Manifest(version="v0001", facts=told, arrays_sha256="f00", libraries={})
        return card_of(manifest)

    warned = "orders hardly tell the delay from order to complaint (9.9 days, give or take 6.9)"
    assert warned in card_with(delay_days_mean=9.94, delay_days_sd=6.9)
    assert "hardly tell" not in card_with(delay_days_mean=9.94, delay_days_sd=0.4)
    assert "hardly tell" not in card_with(delay_days_mean=9.94)


def test_the_card_warns_of_an_estimate_that_may_be_cut_off(facts):
    def card_with(**metrics):
        told = replace(facts, metrics=metrics)
        manifest = Manifest(version="v0001", facts=told, arrays_sha256="f00", libraries={})
        return card_of(manifest)

    one = card_with(at_edge_clumping=1.0)
    assert "- how many complaints one cause brings came out as large as training tries" in one
    both = card_with(at_edge_clumping=1.0, at_edge_scatter=1.0)
    assert "vary beyond chance and how many complaints one cause brings came out" in both
    assert "Warnings" not in card_with(scatter_weekly=0.1)


def test_the_card_warns_of_a_history_that_is_too_small(facts):
    def card_with(complaints):
        told = replace(facts, complaints=complaints)
        manifest = Manifest(version="v0001", facts=told, arrays_sha256="f00", libraries={})
        return card_of(manifest)

    assert "learnt from 1 complaint" in card_with(1)
    assert "Warnings" not in card_with(1_000)


def test_the_card_says_what_becomes_of_categories_that_the_model_does_not_count(facts):
    def card_with(**told):
        manifest = Manifest(
            version="v0001", facts=replace(facts, **told), arrays_sha256="f00", libraries={}
        )
        return card_of(manifest)

    counted = {"categories": ("fake", "late"), "counts_rest": False}
    one_by_one = "- categories counted one by one: fake, late; "
    assert f"{one_by_one}any other among all complaints alone\n" in card_with(**counted)
    counted["counts_rest"] = True
    assert f"{one_by_one}all others together\n" in card_with(**counted)
    assert "one by one" not in card_with()
