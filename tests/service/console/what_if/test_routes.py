"""Another policy on the decisions so far: asked, worked out beside, stopped, told, kept."""

import re
import time

import pytest

from detector.rules.policy.bundled import bundled_text
from service.console.what_if import actions, store
from service.http.access.keys import Caller
from service.roles import Role
from service.views.rulebook.schemas import PolicyGiven, WhatIf
from tests.service.console.conftest import person
from tests.service.views.rulebook.test_routes import HARSH, judge

ADDRESS = "/rules/what-if"


def settled(someone, address, seconds=120):
    """The page of a what-if once it has ended."""
    until = time.monotonic() + seconds
    while "data-waits" in (text := someone.get(address).text):
        assert time.monotonic() < until, text
        time.sleep(0.1)
    return " ".join(text.split())


def ask(someone, toml=HARSH, **fields):
    return someone.form(ADDRESS, toml=toml, idempotency_key=someone.key_on(ADDRESS), **fields)


def test_what_would_have_been_is_told_with_its_date_and_changes_nothing(start, database_url):
    service = judge(start(database_url, console=True))
    ledger = service.as_("analyst").get("/v1/sellers/s1/ledger").json()
    someone = person(service, "analyst")
    begun = ask(someone)
    assert re.fullmatch(ADDRESS + "/[0-9a-f]{16}", begun.url.path)
    told = settled(someone, begun.url.path)
    assert "2 Mar 2026, 12:00 UTC" in told
    assert "3 decisions and other events were worked through." in told
    assert "<strong>2 sellers would stand otherwise.</strong>" in told
    taken = re.search(r"Points taken that still count</th>(.*?)</tr>", told)[1]
    assert re.findall(r">([+\d]+)<", taken) == ["18", "36", "+18"]
    assert "<bdi>s1</bdi>" in told
    assert service.as_("analyst").get("/v1/sellers/s1/ledger").json() == ledger


def test_the_form_begins_with_the_rules_in_force_or_bundled_ones(sign_in):
    someone = sign_in("analyst")
    assert "Standard deduction rules" in someone.get(ADDRESS).text
    assert "id = &#34;shopee&#34;" in someone.get(f"{ADDRESS}?begin_with=shopee").text
    assert "Standard deduction rules" in someone.get(f"{ADDRESS}?begin_with=../x").text


def test_a_fault_names_its_line_and_keeps_the_words(sign_in):
    someone = sign_in("analyst")
    wrong = HARSH.replace("points = 12", "points = -1 # <mine>")
    refused = ask(someone, wrong, minutes_verdict="7.5")
    assert refused.status_code == 422
    line = wrong.split("\n").index("points = -1 # <mine>") + 1
    assert f"policy, line {line}: " in refused.text
    assert "<code>points = -1 # &lt;mine&gt;</code>" in refused.text
    assert refused.text.count("points = -1 # &lt;mine&gt;") == 2
    assert 'value="7.5"' in refused.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"toml": "[[policy"}, "not TOML"),
        ({"toml": ""}, "write the rules first"),
        ({"minutes_verdict": "many"}, "Minutes for a verdict: give a number, such as 12."),
        ({"as_of": "<yesterday>"}, "(UTC): give a day, such as 2026-03-01."),
    ],
)
def test_what_cannot_be_asked_is_told_on_the_form(sign_in, fields, said):
    refused = ask(sign_in("analyst"), **fields)
    assert (refused.status_code, said in refused.text) == (422, True)
    assert "<yesterday>" not in refused.text


def test_what_was_asked_is_called_by_what_differs(service, sign_in):
    lower = bundled_text("standard").replace("default = 6", "default = 4")
    someone = sign_in("analyst", "ana")
    named = {}
    for toml, name in (
        (lower, "other rules for counterfeit: Points"),
        (bundled_text("standard"), "the rules in force, unchanged"),
        (HARSH, "harsh"),
    ):
        named[waiting(service, toml=toml)] = name
        service.clock.pass_time(seconds=31)  # cut off: one at a time is worked out
    listed = someone.get(ADDRESS).text
    for what_if_id, name in named.items():
        assert f'{what_if_id}"><bdi>{name}</bdi></a></th>' in listed
        page = someone.get(f"{ADDRESS}/{what_if_id}").text
        assert f"<title>What if: {name} (" in page
    lowered = " ".join(someone.get(f"{ADDRESS}/{next(iter(named))}").text.split())
    assert 'data-name="Before">6' in lowered
    assert 'data-name="After">4' in lowered


def test_a_file_counts_in_place_of_the_text(service, sign_in):
    someone = sign_in("analyst", "Ben")
    fields = {"toml": bundled_text("standard"), "idempotency_key": "k"}
    same = {"Sec-Fetch-Site": "same-origin"}
    for content, status in ((HARSH.encode(), 200), (b'title = "\xff"', 422)):
        files = {"file": ("rules.toml", content)}
        sent = someone.post(ADDRESS, data=fields, files=files, headers=same)
        assert sent.status_code == status, sent.text
        fields["idempotency_key"] = "other"
    assert "UTF-8" in sent.text
    with service.context.database.reading() as connection:
        (row,) = store.of_person(connection, "Ben", limit=5)
        asked = actions.what_if_of(connection, row.what_if_id, now=service.clock.now).asked
    assert asked.policy.toml == HARSH


def waiting(service, caller="ana", toml=HARSH):
    """A what-if that nobody works out."""
    with service.context.database.writing() as connection:
        begun = actions.begin(
            connection,
            WhatIf(policy=PolicyGiven(toml=toml)),
            caller=Caller(caller, Role.ANALYST, caller),
            now=service.clock.now,
        )
    return begun.what_if_id


def test_one_at_a_time_and_the_words_of_the_second_are_kept(service, sign_in):
    waiting(service)
    refused = ask(sign_in("analyst", "Ben"))
    assert refused.status_code == 503
    assert "a what-if of ana is being worked out" in refused.text
    assert "id = &#34;harsh&#34;" in refused.text


def test_one_whose_service_ended_is_cut_off_and_in_nobodys_way(service, sign_in):
    first = waiting(service)
    service.clock.pass_time(seconds=31)
    someone = sign_in("analyst")
    assert "It was cut off" in someone.get(f"{ADDRESS}/{first}").text
    settled(someone, ask(someone).url.path)


def test_it_can_be_stopped_and_asked_again_with_the_same_words(service, sign_in, monkeypatch):
    from service.views.rulebook import what_if_process

    monkeypatch.setattr(what_if_process, "_work", endless)
    someone = sign_in("analyst")
    address = ask(someone, as_of="2026-03-01").url.path
    assert "It is being worked out" in someone.get(address).text
    stopping = someone.form(f"{address}/stop", idempotency_key="s")
    assert "It is being stopped" in stopping.text or "It was stopped" in stopping.text
    assert "It was stopped; there is no result." in settled(someone, address, 30)
    again = someone.get(f"{ADDRESS}?again={address.rsplit('/', 1)[1]}").text
    assert "id = &#34;harsh&#34;" in again
    assert 'value="2026-03-01"' in again


def endless(*_):
    time.sleep(600)


def test_a_form_sent_twice_asks_once(service, sign_in):
    someone = sign_in("analyst")
    key = someone.key_on(ADDRESS)
    first, again = (someone.form(ADDRESS, toml=HARSH, idempotency_key=key) for _ in range(2))
    assert first.url == again.url
    settled(someone, first.url.path)


def test_a_persons_last_ten_stay(service):
    for _ in range(12):
        what_if_id = waiting(service)
        with service.context.database.writing() as connection:
            store.end(connection, what_if_id, {"state": "done"})
        service.clock.pass_time(seconds=1)
    with service.context.database.reading() as connection:
        found = store.of_person(connection, "ana", limit=50)
    assert [row.begun_at for row in found] == sorted((r.begun_at for r in found), reverse=True)
    assert len(found) == actions.KEPT


def test_who_is_there_no_more_is_told(sign_in):
    assert sign_in("analyst").get(f"{ADDRESS}/none").status_code == 404
