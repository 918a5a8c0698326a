"""Coming in, going out, and what becomes of words when a session ends meanwhile."""

import re

import pytest

from service.console.sessions.actions import make_link
from service.http.access.keys import key_id_of
from service.roles import Role
from tests.browser.people import Faults, Hand, expect, newcomer, sign_in
from tests.browser.served import serving
from tests.service.identity_provider import IdentityProvider

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


@SCRIPTS
def test_a_wrong_key_is_told_and_a_good_one_leads_to_where_one_wanted(visit, served, scripts):
    page = visit(scripts=scripts)
    page.goto("/queue?which=mine")
    page.get_by_label("Your key").fill("sd_nobody_knows")
    page.get_by_role("button", name="Sign in").click()
    problem = page.get_by_role("alert")
    expect(problem).to_be_visible()
    if scripts:
        expect(problem).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    page.get_by_label("Your key").fill(served.key(Role.MODERATOR, "Ana"))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/queue?which=mine")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    page.go_back()
    page.reload()
    expect(page.get_by_label("Your key")).to_be_visible()


@SCRIPTS
def test_a_link_signs_in_once(visit, served, scripts):
    key_id = key_id_of(served.key(Role.ADMIN, "Ada"))
    with served.context.database.writing() as connection:
        link = f"/login?once={make_link(connection, key_id, now=served.context.clock())}"
    page = visit(scripts=scripts)
    page.goto(link)
    if not scripts:
        page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/queue")
    again = visit(scripts=False)
    again.goto(link)
    again.get_by_role("button", name="Sign in").click()
    expect(again.get_by_role("alert")).to_contain_text("was used")


@SCRIPTS
def test_words_typed_in_a_session_that_ended_are_kept(visit, served, scripts):
    ana = visit("moderator", "Ana of two browsers", scripts=scripts)
    ana.goto(f"/cases/{served.open_case()}")
    words = "The stamp is <b>not</b> the maker's.\nI asked the shop & wait."
    ana.get_by_label("Note to colleagues").fill(words)
    elsewhere = visit("moderator", "Ana of two browsers")
    elsewhere.goto("/sessions")
    elsewhere.get_by_role("button", name="End all").click()
    elsewhere.wait_for_url("**/login**")
    ana.get_by_role("button", name="Add the note").click()
    expect(ana.get_by_role("textbox", name="Your words")).to_have_value(words)
    ana.get_by_role("link", name="Sign in").click()
    expect(ana.get_by_label("Your key")).to_be_visible()


def test_a_key_is_revoked_and_the_next_click_leads_to_the_login(visit, served):
    page = visit()
    sign_in(page, key := served.key(Role.MODERATOR, "Ana who leaves"))
    served.api(Role.ADMIN, "Ada").post(f"/v1/keys/{key_id_of(key)}/revoke")
    page.get_by_role("link", name="Mine").click()
    page.wait_for_url("**/login?next=*")


@pytest.fixture(scope="module")
def with_provider(tmp_path_factory):
    """A service whose people sign in at a provider, which is another site."""
    folder, provider = tmp_path_factory.mktemp("provider"), IdentityProvider()
    with serving(f"sqlite:///{folder}/store.sqlite3", folder, **provider.settings) as served:
        yield served, provider
    provider.close()


@pytest.mark.parametrize("way", ["mouse", "keys", "no scripts"])
def test_a_person_signs_in_at_the_identity_provider(browser, with_provider, way):
    (served, provider), faults = with_provider, Faults()
    with newcomer(browser, served.url, faults, scripts=way != "no scripts") as page:
        page.goto("/queue?which=mine")
        Hand(page, way).press("Sign in at the identity provider", "link")
        page.wait_for_url("**/queue?which=mine")
        expect(page.get_by_role("banner")).to_contain_text(provider.person)
        Hand(page, way).press("Sign out")
        provider.denies = True
        Hand(page, way).press("Sign in at the identity provider", "link")
        expect(page.get_by_role("alert")).to_contain_text("access_denied")
        provider.denies = False
        Hand(page, way).press("Sign in", "link")
        Hand(page, way).press("Sign in at the identity provider", "link")
        page.wait_for_url("**/queue")
    assert faults == []
