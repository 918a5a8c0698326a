"""Receivers are added, watched and removed; what was given up on is tried again."""

import re

import pytest

from service.audit import actions as audit
from service.callers.operator import OPERATOR
from service.outbox import actions, administration
from service.outbox.schemas import Webhook

URL = "https://shop.example/hook"


@pytest.fixture
def ada(sign_in):
    return sign_in("admin", "Ada")


def add(service, url=URL):
    with service.context.database.writing() as connection:
        wanted, now = Webhook(url=url), service.clock.now
        return administration.add_webhook(connection, wanted, caller=OPERATOR, now=now).webhook_id


def announce(service, count=1):
    with service.context.database.writing() as connection:
        for _ in range(count):
            facts = {"case_id": "<b>c_1</b>"}
            actions.announce(connection, "case.opened", facts, at=service.clock.now)
        audit.record(connection, "case.closed", "c", at=service.clock.now, caller=OPERATOR)


def attempt(service, webhook_id, error):
    now = service.clock.now
    with service.context.database.writing() as connection:
        due = actions.lease_next(connection, webhook_id, now=now)
        actions.record_attempt(connection, due, error, now=now)


def give_up(service, webhook_id):
    for _ in range(actions.ATTEMPTS_MAX):
        attempt(service, webhook_id, "refused: <i>no</i>")
        service.clock.pass_time(hours=5)


def states(service):
    listed = service.as_("admin").get("/v1/deliveries").json()["deliveries"]
    return [one["state"] for one in listed]


def test_a_receiver_is_added_once_and_its_secret_shown_once(service, ada):
    drawn = ada.key_on("/admin/webhooks")
    fields = {"url": URL, "kinds": ["case.opened", "case.closed"], "idempotency_key": drawn}
    first, again = ada.form("/admin/webhooks", **fields), ada.form("/admin/webhooks", **fields)
    secret = re.search(r"whsec_[\w-]+", first.text)[0]
    assert first.headers["cache-control"] == "no-store"
    assert "whsec_" not in again.text + ada.get("/admin/webhooks").text
    [hook] = service.as_("admin").get("/v1/webhooks").json()["webhooks"]
    assert hook["kinds"] == ["case.opened", "case.closed"]
    with service.context.database.reading() as connection:
        kept = connection.exec_driver_sql(
            "SELECT count(*) FROM webhooks WHERE secret = ?", (secret,)
        )
        assert kept.scalar_one() == 1


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://", "https://0.0.0.0/x", ""])
def test_what_can_be_no_receiver_is_refused(service, ada, url):
    refused = ada.form("/admin/webhooks", url=url, kinds="case.closed", idempotency_key="1")
    assert refused.status_code == 422
    assert (
        f'value="{url}" aria-invalid="true" aria-describedby="url-hint fault-url"' in refused.text
    )
    assert 'value="case.closed" checked' in refused.text
    assert service.as_("admin").get("/v1/webhooks").json()["webhooks"] == []


def test_the_list_tells_what_a_receiver_took_last_and_what_waits(service, ada):
    hook = add(service)
    announce(service, 3)
    attempt(service, hook, None)
    row = ada.get("/admin/webhooks").text.split("<tbody")[1]
    assert "event 1, " in row
    assert re.findall(r'class="number"[^>]*>(\d+)<', row) == ["2", "0"]


def test_a_receiver_that_takes_nothing_does_not_look_healthy(service, ada):
    hook = add(service)
    announce(service, 2)
    waiting = "/admin/deliveries?state=waiting"
    assert "takes nothing" not in ada.get(waiting).text + ada.get("/admin/webhooks").text
    for minutes in (0, 1):
        service.clock.pass_time(minutes=minutes)
        attempt(service, hook, "the receiver answered <500>")
    for address in (waiting, "/admin/webhooks"):
        told = " ".join(ada.get(address).text.split())
        assert "1 receiver takes nothing" in told
        assert "2 events were sent in vain and wait, the oldest of" in told
        assert "after 1 attempt." in told
        assert "the receiver answered &lt;500&gt;" in told
    now = re.search(r'action="(/admin/deliveries/\d+/redeliver)"', ada.get(waiting).text)[1]
    assert "Try now" in ada.get(waiting).text
    assert "tried again at once" in ada.form(now, idempotency_key="now").text
    service.clock.pass_time(hours=1)
    for _ in range(2):
        attempt(service, hook, None)
    assert "takes nothing" not in ada.get(waiting).text


def test_removing_says_what_is_given_up_on(service, ada):
    hook = add(service)
    announce(service, 2)
    address = f"/admin/webhooks/{hook}/remove"
    assert "2 events still wait for it" in ada.get(address).text
    assert states(service) == ["waiting", "waiting"]
    assert "Nothing more is sent" in ada.form(address, idempotency_key="1").text
    assert states(service) == ["dead", "dead"]
    assert ada.get("/admin/webhooks/none/remove").status_code == 404


def test_one_that_was_given_up_on_is_tried_again(service, sign_in):
    hook = add(service)
    announce(service)
    give_up(service, hook)
    ada = sign_in("admin", "Ada")
    page = ada.get("/admin/deliveries").text
    assert "refused: &lt;i&gt;no" in page
    assert "<b>c_1" not in page
    address = re.search(r'action="(/admin/deliveries/\d+/redeliver)"', page)[1]
    assert "tried again at once" in ada.form(address, idempotency_key="1").text
    assert states(service) == ["waiting"]


def test_all_that_were_given_up_on_are_but_those_to_removed_receivers(service, sign_in):
    removed, kept = add(service), add(service, "https://other.example/hook")
    announce(service, 2)
    service.as_("admin").post(f"/v1/webhooks/{removed}/disable")
    for _ in range(2):
        give_up(service, kept)
    assert states(service) == ["dead"] * 4
    sign_in("admin", "Ada").form("/admin/deliveries/redeliver", idempotency_key="1")
    assert sorted(states(service)) == ["dead", "dead", "waiting", "waiting"]
    records = service.as_("admin").get("/v1/audit").json()["records"]
    [repeated] = [one for one in records if one["action"] == "delivery.repeated"]
    assert (repeated["actor"], repeated["after"]) == ("Ada", {"deliveries": 2})


def test_all_that_were_given_up_on_are_tried_again_over_the_api(service):
    hook = add(service)
    announce(service, 2)
    for _ in range(2):
        give_up(service, hook)
    for role in ("ingest", "analyst", "moderator", "reviewer"):
        assert service.as_(role).post("/v1/deliveries/redeliver").status_code == 403
    ada, once = service.as_("admin", "Ada"), {"Idempotency-Key": "k"}
    for _ in range(2):
        done = ada.post("/v1/deliveries/redeliver", headers=once)
        assert (done.status_code, done.json()) == (202, {"deliveries": 2})
    assert states(service) == ["waiting", "waiting"]
    assert ada.post("/v1/deliveries/redeliver").json() == {"deliveries": 0}


@pytest.mark.parametrize("state", ["dead", "waiting", "delivered"])
def test_an_empty_list_says_so(ada, state):
    assert "<table" not in ada.get(f"/admin/deliveries?state={state}").text
    assert ada.get("/admin/deliveries?state=lost").status_code == 404


def test_long_lists_come_in_pages(service, ada):
    add(service)
    announce(service, 60)
    first = ada.get("/admin/deliveries?state=waiting").text
    older = re.search(r'href="(/admin/deliveries\?state=waiting&amp;cursor=[^"]+)"', first)[1]
    second = ada.get(older.replace("&amp;", "&")).text
    numbers = [
        int(n) for n in re.findall(r'scope="row" class="number"[^>]*>(\d+)<', first + second)
    ]
    assert numbers == list(range(60, 0, -1))
