"""The outbox: written with what happened, signed, tried again, and given up on visibly."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler

import pytest
from sqlalchemy import update

from service.outbox import actions
from service.outbox.actions import ATTEMPTS_MAX, delay_us
from service.outbox.signing import is_signed
from service.outbox.tables import events, webhooks
from tests.service.local_server import LocalServer, RawServer, Silent, drip, hang
from tests.service.until import until

UPHELD = {"outcome": "upheld", "reason": "fake", "evidence": ["photo_received", "photo_official"]}


class Receiver(LocalServer):
    """A web server of the marketplace's that notes what it is sent."""

    def __init__(self):
        self.heard, self.status = [], 200
        receiver = self

        class Handler(Silent, BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.heard.append((dict(self.headers), body))
                self.send_response(receiver.status)
                self.end_headers()

        super().__init__(Handler, "hook")

    @property
    def kinds(self):
        return [json.loads(body)["kind"] for _, body in self.heard]


@pytest.fixture
def receiver():
    opened = Receiver()
    yield opened
    opened.close()


def subscribe(service, receiver, kinds=()):
    body = {"url": receiver.url, "kinds": list(kinds)}
    return service.as_("admin").post("/v1/webhooks", json=body).json()


def judge(service, *ids, apart=False):
    sellers = [f"seller of {one}" if apart else "s1" for one in ids]
    batch = [
        service.complaint(one, seller_id=seller) for one, seller in zip(ids, sellers, strict=True)
    ]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    service.prove(*(one["complaint_id"] for one in batch))
    mia = service.as_("moderator", "mia")
    for one in ids:
        assert mia.post(f"/v1/complaints/{one}/verdict", json=UPHELD).is_success


def deliveries(service, **params):
    return service.as_("admin").get("/v1/deliveries", params=params).json()["deliveries"]


def test_points_suspension_and_what_an_appeal_undoes_are_told_in_order(either, receiver):
    subscribe(either, receiver)
    judge(either, "c1", "c2")
    [waiting] = either.as_("analyst").get("/v1/sanctions").json()["sanctions"]
    approval = f"/v1/sanctions/{waiting['sanction_id']}/approve"
    assert either.as_("reviewer", "noa").post(approval, json={"reason": "seen"}).is_success
    appeal = (
        either.as_("ingest").post("/v1/complaints/c2/appeal", json={"reason": "genuine"}).json()
    )
    decision = f"/v1/appeals/{appeal['appeal_id']}/decision"
    either.as_("reviewer").post(decision, json={"outcome": "granted", "reason": "looked into"})
    either.parts.webhook_dispatcher.deliver()
    assert receiver.kinds == [
        "points.deducted",
        "complaint.decided",
        "points.deducted",
        "complaint.decided",
        "seller.suspended",
        "complaint.decided",
        "points.restored",
        "sanction.lifted",
    ]
    told = [json.loads(body) for _, body in receiver.heard]
    outcomes = [fact["outcome"] for fact in told if fact["kind"] == "complaint.decided"]
    assert outcomes == ["upheld", "upheld", "rejected"]
    told = [fact for fact in told if fact["kind"] != "complaint.decided"]
    assert [fact.get("points") for fact in told] == [6, 0, None, 6, None]
    assert told[2]["sanction_id"] == told[4]["sanction_id"]


def test_every_event_is_signed_and_a_changed_or_old_one_is_told_apart(service, receiver):
    secret = subscribe(service, receiver)["secret"]
    judge(service, "c1")
    service.parts.webhook_dispatcher.deliver()
    headers, body = receiver.heard[0]
    now = service.clock.now // 1_000_000
    signature = headers["Detector-Signature"]
    assert is_signed(secret, body, signature, now_seconds=now, age_max=300)
    assert not is_signed(secret, body + b" ", signature, now_seconds=now, age_max=300)
    assert not is_signed("other", body, signature, now_seconds=now, age_max=300)
    assert not is_signed(secret, body, signature, now_seconds=now + 301, age_max=300)
    assert not is_signed(secret, body, "nonsense", now_seconds=now, age_max=300)


def test_a_verdict_that_is_refused_tells_nobody(service, receiver):
    subscribe(service, receiver)
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    service.prove("c1")
    answer = service.as_("moderator").post(
        "/v1/complaints/c1/verdict", json=UPHELD | {"evidence": []}
    )
    assert answer.status_code == 422
    assert service.parts.webhook_dispatcher.deliver() == 0
    assert deliveries(service) == []


def test_a_receiver_that_fails_is_tried_later_and_in_the_end_given_up_on_visibly(service, receiver):
    subscribe(service, receiver, ["points.deducted"])
    judge(service, "c1")
    receiver.status = 500
    for attempt in range(1, ATTEMPTS_MAX + 1):
        assert service.parts.webhook_dispatcher.deliver() == 1
        assert service.parts.webhook_dispatcher.deliver() == 0
        service.clock.now += delay_us(attempt)
    [dead] = deliveries(service, state="dead")
    assert dead["facts"]["kind"] == dead["kind"]
    assert (dead["attempts"], "500" in dead["last_error"]) == (ATTEMPTS_MAX, True)
    receiver.status = 200
    again = service.as_("admin").post(f"/v1/deliveries/{dead['delivery_id']}/redeliver")
    assert again.status_code == 202
    service.parts.webhook_dispatcher.deliver()
    assert deliveries(service)[0]["state"] == "delivered"
    ids = {headers["Detector-Event-Id"] for headers, _ in receiver.heard}
    assert len(ids) == 1


def test_a_dispatcher_that_died_while_sending_leaves_its_delivery_to_the_next(service, receiver):
    hook = subscribe(service, receiver, ["points.deducted"])
    judge(service, "c1")
    with service.context.database.writing() as connection:
        assert actions.lease_next(connection, hook["webhook_id"], now=service.clock.now)
    assert service.parts.webhook_dispatcher.deliver() == 0
    service.clock.now += actions.SENDING_US
    assert service.parts.webhook_dispatcher.deliver() == 1


def test_a_disabled_or_uninterested_receiver_hears_nothing(service, receiver):
    hook = subscribe(service, receiver)
    subscribe(service, receiver, ["seller.removed"])
    admin = service.as_("admin")
    assert admin.post(f"/v1/webhooks/{hook['webhook_id']}/disable").status_code == 204
    judge(service, "c1")
    service.parts.webhook_dispatcher.deliver()
    assert receiver.heard == []
    listed = admin.get("/v1/webhooks").json()["webhooks"]
    assert [("secret" in shown) for shown in listed] == [False, False]


def test_only_the_web_may_be_a_receiver(service):
    for url in ("file:///etc/passwd", "javascript:alert(1)", "ftp://x/y"):
        assert service.as_("admin").post("/v1/webhooks", json={"url": url}).status_code == 422
    answer = service.as_("admin").post("/v1/webhooks", json={"url": "http://a..b/"})
    assert answer.status_code == 422
    assert "'a..b' can be no host's name" in answer.json()["detail"]


@pytest.fixture
def hostile():
    """Receivers that hang, drip, refuse, or are none."""
    servers = [RawServer(hang), RawServer(drip)]
    yield [*(server.url for server in servers), "http://a..b/", "http://127.0.0.1:1/"]
    for server in servers:
        server.close()


def subscribe_behind_the_check(service, urls):
    """Receivers as an older revision took them, or a hand in the database."""
    for url in urls:
        hook = service.as_("admin").post("/v1/webhooks", json={"url": "http://127.0.0.1:1/"})
        changed = update(webhooks).where(webhooks.c.webhook_id == hook.json()["webhook_id"])
        with service.context.database.writing() as connection:
            connection.execute(changed.values(url=url))


def test_receivers_that_mean_ill_delay_nobody_else_and_their_attempts_are_settled(
    either, receiver, hostile
):
    subscribe_behind_the_check(either, hostile)
    subscribe(either, receiver)
    judge(either, "c1", "c2", "c3", apart=True)
    dispatcher = either.parts.webhook_dispatcher
    dispatcher.deadline_s = 10
    sending = threading.Thread(target=dispatcher.deliver)
    sending.start()
    until(lambda: len(receiver.heard) >= 3, "the good receiver waits")
    assert sending.is_alive()  # those that hang are still at it
    dispatcher.deadline_s = 0.5
    sending.join(120)
    assert not sending.is_alive()
    states = {}
    for one in deliveries(either, limit=500):
        states.setdefault(one["webhook_id"], []).append((one["state"], one["attempts"]))
        assert one["state"] == "delivered" or one["last_error"]
    # The first attempt at each that hangs had a long deadline; nobody else waited for it.
    assert len(states) == 5
    assert sorted({state for found in states.values() for state, _ in found}) == [
        "delivered",
        "waiting",
    ]
    assert all(attempts == 1 for found in states.values() for _, attempts in found)


def test_the_loop_survives_whatever_a_receiver_does_and_stops_while_it_hangs(
    either, receiver, hostile
):
    subscribe_behind_the_check(either, hostile)
    subscribe(either, receiver)
    dispatcher = either.parts.webhook_dispatcher
    dispatcher.deadline_s = 300
    dispatcher.start()
    for number in range(3):
        judge(either, f"c{number}", apart=True)
        told = number + 1
        until(lambda told=told: receiver.kinds.count("points.deducted") >= told, "nobody is told")
    begun = time.monotonic()
    dispatcher.stop()
    assert time.monotonic() - begun < 60
    # What was under way is free at once, and was no attempt.
    hanging = [one for one in deliveries(either, limit=500) if one["last_error"] is None]
    waiting = [one for one in hanging if one["state"] == "waiting"]
    assert waiting
    assert all(one["attempts"] == 0 for one in waiting)


def test_a_delivery_whose_every_attempt_kills_the_process_ends_dead(service, receiver):
    hook = subscribe(service, receiver, ["points.deducted"])
    judge(service, "c1")
    for _ in range(ATTEMPTS_MAX):
        with service.context.database.writing() as connection:
            assert actions.lease_next(connection, hook["webhook_id"], now=service.clock.now)
        service.clock.now += actions.SENDING_US
    assert service.parts.webhook_dispatcher.deliver() == 0
    [dead] = deliveries(service, state="dead")
    assert dead["last_error"] == "the attempts never ended"


def test_events_are_numbered_without_a_gap_in_the_body_and_in_the_header(either, receiver):
    subscribe(either, receiver)
    judge(either, "c1", "c2", "c3")
    refused = UPHELD | {"evidence": []}
    either.as_("ingest").post("/v1/complaints", json=either.complaint("c4"))
    either.prove("c4")
    answer = either.as_("moderator").post("/v1/complaints/c4/verdict", json=refused)
    assert answer.status_code == 422
    judge(either, "c5")
    either.parts.webhook_dispatcher.deliver()
    bodies = [json.loads(body)["sequence"] for _, body in receiver.heard]
    assert bodies == list(range(1, len(bodies) + 1))
    assert [int(head["Detector-Sequence"]) for head, _ in receiver.heard] == bodies
    assert [one["sequence"] for one in deliveries(either)] == bodies[::-1]


@pytest.mark.postgres
def test_events_of_transactions_at_the_same_time_are_numbered_as_they_commit(start, postgres_url):
    service = start(postgres_url)
    database, began, committed = service.context.database, threading.Event(), []

    def second():
        with database.writing() as connection:
            began.set()
            actions.announce(connection, "case.opened", {}, at=2)
        committed.append("second")

    def numbers():
        with database.reading() as connection:
            found = connection.execute(events.select().order_by(events.c.sequence))
            return [(row.sequence, row.at) for row in found]

    with database.writing() as connection:
        actions.announce(connection, "case.opened", {}, at=1)
        other = threading.Thread(target=second)
        other.start()
        began.wait()
        time.sleep(0.3)
        assert committed == []
    other.join()
    assert numbers() == [(1, 1), (2, 2)]


def test_a_repeated_delivery_is_in_the_audit(service, receiver):
    subscribe(service, receiver, ["points.deducted"])
    judge(service, "c1")
    [one] = deliveries(service)
    admin = service.as_("admin", "ada")
    assert admin.post(f"/v1/deliveries/{one['delivery_id']}/redeliver").status_code == 202
    [record] = admin.get("/v1/audit", params={"limit": 1}).json()["records"]
    assert (record["action"], record["actor"], record["subject"]) == (
        "delivery.repeated",
        "ada",
        f"delivery {one['delivery_id']}",
    )
