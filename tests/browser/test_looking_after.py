"""Analysts ask what if and stop it; an admin puts another model in use, and rolls back."""

import re

from tests.browser.people import expect, said

ENDS_MS = 120_000
"""A what-if runs below everything else in rank."""


def test_what_if_is_asked_and_the_answer_comes_by_itself(visit):
    page = visit("analyst", "Ida")
    page.goto("/rules/what-if?begin_with=shopee")
    page.get_by_role("button", name="Work it out").click()
    page.wait_for_url("**/rules/what-if/*")
    expect(page).to_have_title(re.compile(r"^What if: Shopee .* \(done\)"), timeout=ENDS_MS)


def test_what_if_is_stopped(visit):
    page = visit("analyst", "Ida who changes her mind")
    page.goto("/rules/what-if?begin_with=lazada")
    page.get_by_role("button", name="Work it out").click()
    page.get_by_role("button", name="Stop it").click()
    expect(page).to_have_title(re.compile(r"^What if: Lazada .* \(stopped\)"), timeout=ENDS_MS)


def test_a_line_of_rules_that_cannot_be_read_is_named(visit):
    page = visit("analyst", "Ida who mistypes")
    page.goto("/rules/what-if")
    page.get_by_label("Rules, as TOML").fill("[[policy]]\nid = standard\n")
    page.get_by_role("button", name="Work it out").click()
    expect(page.locator("#problem")).to_be_focused()
    expect(page.locator("#problem")).to_contain_text("ine 2")


def test_another_model_is_put_in_use_and_rolled_back(visit):
    page = visit("admin", "Ada")
    page.goto("/admin/models")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("In use is v0002")
    page.get_by_role("link", name="Promote v0001").click()
    page.get_by_role("button", name="Promote it").click()
    expect(said(page)).to_have_text(
        "This version scores from now on; every seller is scored again."
    )
    expect(heading).to_have_text("In use is v0001")
    page.get_by_role("link", name="Roll back to v0002").click()
    page.get_by_role("button", name="Roll back").click()
    expect(heading).to_have_text("In use is v0002")
