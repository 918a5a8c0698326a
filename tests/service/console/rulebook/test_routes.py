"""The rules as a person reads them, and the file they were read from."""

import pytest

from detector.rules import bundled, bundled_names
from detector.rules.policy.bundled import bundled_text
from tests.service.console.conftest import person


@pytest.mark.parametrize("name", bundled_names())
def test_each_bundled_policy_is_readable(start, sqlite_url, name):
    service = start(sqlite_url, console=True, policy=name)
    policy = bundled(name).at(service.clock.now)
    text = person(service, "analyst").get("/rules").text
    for violation in policy.violations:
        assert violation.replace("_", " ") in text
    for tier in policy.tiers:
        assert tier.id.replace("_", " ") in text


def test_the_standard_rules_say_what_they_do(sign_in):
    text = " ".join(sign_in("moderator").get("/rules").text.split())
    for said in (
        "a seller starts with 12 and holds 12 at most",
        "12 points taken: 0 left",
        "365 days from the decision",
        "photo official</bdi> with <bdi>photo received",
        "for 7 days",
        "a second person approves",
        "30 days from the notice",
    ):
        assert said in text


def test_what_can_hardly_be_meant_is_told_first(start, sqlite_url, tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(bundled_text("standard").replace("at = 12 ", "at = 13 "))
    service = start(sqlite_url, console=True, policy=str(path))
    text = person(service, "analyst").get("/rules").text
    assert "above the ceiling of 12" in text.split("<table")[0]


@pytest.mark.parametrize(("name", "falls_short"), [("standard", True), ("standard-eu", False)])
def test_what_european_law_asks_beyond_the_policy_is_told(start, sqlite_url, name, falls_short):
    service = start(sqlite_url, console=True, policy=name)
    text = person(service, "analyst").get("/rules").text
    assert ("DSA Art. 20(1)" in text) == falls_short
    assert ("What EU law asks beyond this" in text) == falls_short


def versions(first: str, second: str) -> str:
    """A file of two versions of the standard policy."""
    text = bundled_text("standard")
    later = text.replace("version = 1", "version = 2").replace("default = 6", "default = 4")
    return text.replace("2026-01-01", first) + later.replace("2026-01-01", second)


def test_each_version_has_its_page_and_the_one_in_force_is_shown(start, sqlite_url, tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(versions("2025-01-01", "2026-05-01"))
    service = start(sqlite_url, console=True, policy=str(path))
    analyst = person(service, "analyst")
    assert "<bdi>standard v1</bdi></h1>" in analyst.get("/rules").text
    later = analyst.get("/rules?version=2").text
    assert "<bdi>standard v2</bdi></h1>" in later
    assert "This version is not in force." in later
    assert analyst.get("/rules?version=3").status_code == 404
    assert analyst.get("/rules?version=2&against=3").status_code == 404
    changed = " ".join(later.split('id="changes"')[1].split("</section>")[0].split())
    assert "What changed from standard v1 to standard v2" in changed
    assert changed.count('<th scope="row"') == 1
    assert '<bdi>counterfeit: Points</bdi></th><td role="cell" data-name="Before">6' in changed
    assert 'data-name="After">4' in changed
    back = " ".join(analyst.get("/rules?version=1&against=2").text.split())
    assert 'data-name="Before">4' in back
    assert 'id="changes"' not in analyst.get("/rules?version=1").text
    assert analyst.get("/rules?version=x").status_code == 404


def test_the_download_is_the_file_as_it_was_read(start, sqlite_url, tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(bundled_text("standard") + "# our own words\n")
    service = start(sqlite_url, console=True, policy=str(path))
    path.write_text("changed")
    sent = person(service, "reviewer").get("/rules/policy.toml")
    assert sent.text.endswith("# our own words\n")
    assert sent.headers["content-disposition"] == 'attachment; filename="standard.toml"'


def test_words_of_a_policy_stay_text(start, sqlite_url, tmp_path):
    path = tmp_path / "policy.toml"
    text = bundled_text("standard").replace('id = "low"', 'id = "<img src=x>"')
    path.write_text(text.replace("Standard deduction rules", "<script>alert(1)</script>"))
    service = start(sqlite_url, console=True, policy=str(path))
    shown = person(service, "analyst").get("/rules").text
    assert "<img" not in shown
    assert "<script>alert" not in shown
    assert "&lt;img src=x&gt;" in shown
