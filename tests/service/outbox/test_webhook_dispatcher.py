"""The outbox: written with what happened, signed, tried again, and given up on visibly."""

import json
from http.server import BaseHTTPRequestHandler

import pytest

from service.outbox.actions import ATTEMPTS_MAX, delay_us
from service.outbox.signing import is_signed
from tests.service.local_server import LocalServer, Silent

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


def judge(service, *ids):
    batch = [service.complaint(one) for one in ids]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
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
    assert either.as_("reviewer", "noa").post(approval, json={}).is_success
    appeal = either.as_("ingest").post("/v1/complaints/c2/appeal", json={}).json()
    decision = f"/v1/appeals/{appeal['appeal_id']}/decision"
    either.as_("reviewer").post(decision, json={"outcome": "granted"})
    either.context.webhook_dispatcher.deliver()
    assert receiver.kinds == [
        "points.deducted",
        "points.deducted",
        "seller.suspended",
        "points.restored",
        "sanction.lifted",
    ]
    told = [json.loads(body) for _, body in receiver.heard]
    assert [fact.get("points") for fact in told] == [6, 0, None, 6, None]
    assert told[2]["sanction_id"] == told[4]["sanction_id"]


def test_every_event_is_signed_and_a_changed_or_old_one_is_told_apart(service, receiver):
    secret = subscribe(service, receiver)["secret"]
    judge(service, "c1")
    service.context.webhook_dispatcher.deliver()
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
    answer = service.as_("moderator").post(
        "/v1/complaints/c1/verdict", json=UPHELD | {"evidence": []}
    )
    assert answer.status_code == 422
    assert service.context.webhook_dispatcher.deliver() == 0
    assert deliveries(service) == []


def test_a_receiver_that_fails_is_tried_later_and_in_the_end_given_up_on_visibly(service, receiver):
    subscribe(service, receiver, ["points.deducted"])
    judge(service, "c1")
    receiver.status = 500
    for attempt in range(1, ATTEMPTS_MAX + 1):
        assert service.context.webhook_dispatcher.deliver() == 1
        assert service.context.webhook_dispatcher.deliver() == 0
        service.clock.now += delay_us(attempt)
    [dead] = deliveries(service, state="dead")
    assert dead["facts"]["kind"] == dead["kind"]
    assert (dead["attempts"], "500" in dead["last_error"]) == (ATTEMPTS_MAX, True)
    receiver.status = 200
    again = service.as_("admin").post(f"/v1/deliveries/{dead['delivery_id']}/redeliver")
    assert again.status_code == 202
    service.context.webhook_dispatcher.deliver()
    assert deliveries(service)[0]["state"] == "delivered"
    ids = {headers["Detector-Event-Id"] for headers, _ in receiver.heard}
    assert len(ids) == 1


def test_a_courier_that_died_while_sending_leaves_its_delivery_to_the_next(service, receiver):
    from service.outbox import actions

    subscribe(service, receiver)
    judge(service, "c1")
    with service.context.database.writing() as connection:
        assert actions.take_due(connection, now=service.clock.now, limit=10)
    assert service.context.webhook_dispatcher.deliver() == 0
    service.clock.now += actions.SENDING_US
    assert service.context.webhook_dispatcher.deliver() == 1


def test_a_disabled_or_uninterested_receiver_hears_nothing(service, receiver):
    hook = subscribe(service, receiver)
    subscribe(service, receiver, ["seller.removed"])
    admin = service.as_("admin")
    assert admin.post(f"/v1/webhooks/{hook['webhook_id']}/disable").status_code == 204
    judge(service, "c1")
    service.context.webhook_dispatcher.deliver()
    assert receiver.heard == []
    listed = admin.get("/v1/webhooks").json()["webhooks"]
    assert [("secret" in shown) for shown in listed] == [False, False]


def test_only_the_web_may_be_a_receiver(service):
    for url in ("file:///etc/passwd", "javascript:alert(1)", "ftp://x/y"):
        assert service.as_("admin").post("/v1/webhooks", json={"url": url}).status_code == 422
