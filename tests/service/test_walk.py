"""A marketplace's day over HTTP, on a server that really runs: each of its people in turn."""

import hashlib
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler

import httpx
import pytest

from detector.instants import text_of
from service.callers.making import make_key
from service.clock import system_clock
from service.database.engine import Database
from service.intake.bulk.load import load_complaints, load_orders
from service.outbox.signing import is_signed
from service.roles import Role
from tests.service.local_server import LocalServer, Silent
from tests.service.pictures import picture

pytestmark = pytest.mark.slow

CLI = [sys.executable, "-m", "service.cli"]
MINUTE_US = 60_000_000
PHOTOS = ["photo_received", "photo_official"]
UPHELD = {"outcome": "upheld", "violation": "counterfeit", "reason": "fake", "evidence": PHOTOS}
PNG = picture("PNG")
PEOPLE = {"ingest": "shop", "moderator": "mia", "reviewer": "rae", "analyst": "ann", "admin": "ada"}
DECISIONS_TOLD = Counter(
    {
        "seller.suspended": 1,
        "sanction.lifted": 1,
        "complaint.decided": 3,
        "points.deducted": 2,
        "points.restored": 2,
    }
)
LOUD, APPEALED = "the loud seller", "s/with a slash"


def command(*arguments):
    done = subprocess.run([*CLI, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def before_now(minutes):
    return text_of(system_clock() - int(minutes * MINUTE_US))


def within(seconds, look):
    """What `look` finds, once it finds anything."""
    for _ in range(int(seconds * 10)):
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"nothing within {seconds} seconds")


class Heard(LocalServer):
    """The marketplace's own receiver of events."""

    def __init__(self):
        self.events, heard = [], self

        class Handler(Silent, BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                heard.events.append((self.headers["Detector-Signature"], body))
                self.send_response(204)
                self.end_headers()

        super().__init__(Handler, "hook")

    def kinds(self):
        return [json.loads(body)["kind"] for _, body in self.events]


@pytest.fixture
def heard():
    opened = Heard()
    yield opened
    opened.close()


@pytest.fixture
def served(database_url, small_market, tmp_path):
    """A server on each store, with a market's history and a key for each role."""
    database, now = Database(database_url), system_clock()
    with database.writing() as connection:
        load_complaints(connection, small_market / "complaints.parquet", now=now)
        load_orders(connection, small_market / "orders.parquet", now=now)
        keys = {
            role: make_key(connection, Role(role), now=now, person=name)
            for role, name in PEOPLE.items()
        }
    database.close()
    process = subprocess.Popen(
        [*CLI, "serve", "--port", "0", "--database", database_url],
        env=os.environ
        | {
            "DETECTOR_MODELS": str(small_market / "models"),
            "DETECTOR_EVIDENCE": str(tmp_path / "evidence"),
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    lines = []
    address = process.stderr.readline().split()[-1]
    drain = threading.Thread(target=lambda: lines.extend(process.stderr))
    drain.start()
    clients = {
        role: httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=60)
        for role, key in keys.items()
    }
    clients["nobody"] = httpx.Client(base_url=address, timeout=60)
    within(60, lambda: _is_ready(clients["nobody"]))
    yield clients
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) in (0, -signal.SIGTERM)
    drain.join()
    process.stderr.close()
    for client in clients.values():
        client.close()
    log = "".join(lines)
    assert '"level": "error"' not in log, log
    assert not any(key in log or key.split("_", 2)[2] in log for key in keys.values())
    assert command("audit", "verify", "--database", database_url)


def _is_ready(client):
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def complaint(number, seller, **changed):
    return {
        "complaint_id": f"walk/{seller}/{number}",
        "seller_id": seller,
        "filed_at": before_now(10 + number),
        "category": "counterfeit",
        "order_id": f"{seller} order {number}",
        "buyer_id": f"{seller} buyer {number}",
        **changed,
    }


def check_refused(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["type"].startswith("urn:detector:")
    assert told["title"]
    assert told["detail"]


def test_a_marketplaces_day(served, heard):
    secret = the_admin_subscribes(served, heard)
    the_shop_files(served)
    the_seller_is_heard(served)
    the_moderator_works_the_queue(served, heard)
    sanction = the_moderator_decides(served)
    the_second_person_approves(served, sanction)
    the_seller_appeals(served)
    the_analyst_looks(served)
    the_complainant_withdraws(served)
    the_machine_is_asked(served)
    within(60, lambda: Counter(heard.kinds()) >= DECISIONS_TOLD)
    kinds = Counter(heard.kinds())
    assert {kind: kinds[kind] for kind in DECISIONS_TOLD} == DECISIONS_TOLD
    now = system_clock() // 1_000_000
    for signature, body in heard.events:
        assert is_signed(secret, body, signature, now_seconds=now, age_max=300)


def the_admin_subscribes(served, heard):
    check_refused(served["nobody"].get("/v1/webhooks"), 401)
    check_refused(served["moderator"].post("/v1/webhooks", json={"url": heard.url}), 403)
    added = served["admin"].post("/v1/webhooks", json={"url": heard.url})
    assert added.status_code == 201
    return added.json()["secret"]


def the_shop_files(served):
    shop = served["ingest"]
    first = complaint(0, APPEALED)
    filed = shop.post("/v1/complaints", json=first)
    assert filed.status_code == 201
    assert filed.json()["complaint_id"] == first["complaint_id"]
    assert filed.json()["evidence_wanted"]["enough"] is False
    assert shop.post("/v1/complaints", json=first).status_code == 200
    check_refused(shop.post("/v1/complaints", json={**first, "category": "late"}), 409)
    check_refused(shop.post("/v1/complaints", json={**first, "unknown": 1}), 422)
    check_refused(served["moderator"].post("/v1/complaints", json=first), 403)
    batch = [complaint(1, APPEALED), *(complaint(n, LOUD) for n in range(15))]
    answer = shop.post("/v1/complaints", json={"complaints": batch})
    told = {"stored": 16, "repeated": 0, "warnings": []}
    assert (answer.status_code, answer.json()) == (201, told)
    day = before_now(0)[:10]
    orders = {"orders": [{"seller_id": LOUD, "day": day, "orders": 3}]}
    assert shop.post("/v1/orders", json=orders).json() == {"stored": 1}
    path = f"/v1/complaints/{first['complaint_id']}/evidence"
    added = shop.post(
        path, data={"kind": "photo_received"}, files={"file": ("../../x.png", PNG, "text/html")}
    )
    assert added.status_code == 201
    kept = served["moderator"].get(f"/v1/evidence/{added.json()['evidence_id']}/file").content
    assert added.json()["sha256"] == hashlib.sha256(kept).hexdigest()
    link = {"kind": "photo_official", "link": "https://brand.example/shoe"}
    assert shop.post(path, json=link).status_code == 201
    shown = shop.get(f"/v1/complaints/{first['complaint_id']}").json()
    assert (shown["stage"], shown["evidence_wanted"]["enough"]) == ("filed", True)
    check_refused(shop.get("/v1/complaints/none"), 404)


def the_seller_is_heard(served):
    shop, of = served["ingest"], f"/v1/complaints/{complaint(0, APPEALED)['complaint_id']}"
    notice = shop.get(f"{of}/notice").json()
    assert (notice["points"], notice["points_most"]) == (12, 6)
    assert "has cost nothing" in notice["text"]
    check_refused(served["analyst"].post(f"{of}/answer", json={"text": "x"}), 403)
    assert shop.post(f"{of}/answer", json={"text": "it is genuine"}).status_code == 201
    check_refused(shop.post(f"{of}/answer", json={"text": "again"}), 409)
    invoice = {"kind": "invoice", "link": "https://s.example/invoice", "party": "seller"}
    assert shop.post(f"{of}/evidence", json=invoice).status_code == 201
    shown = served["moderator"].get(of).json()
    assert shown["answer"]["text"] == "it is genuine"
    assert [piece["party"] for piece in shown["evidence"]] == ["complainant"] * 2 + ["seller"]


def the_moderator_works_the_queue(served, heard):
    mia, rae = served["moderator"], served["reviewer"]
    within(60, lambda: "case.opened" in heard.kinds())
    queue = mia.get("/v1/queue").json()["cases"]
    priorities = [case["priority"] for case in queue]
    assert priorities == sorted(priorities, reverse=True)
    for case in queue:
        assert math.isclose(sum(case["breakdown"].values()), case["priority"], abs_tol=1e-9)
        assert case["reasons"]
    check_refused(served["ingest"].get("/v1/queue"), 403)
    check_refused(mia.get("/v1/queue", params={"cursor": "nonsense"}), 422)
    claimed = mia.post("/v1/queue/claim", headers={"Idempotency-Key": "claim 1"})
    again = mia.post("/v1/queue/claim", headers={"Idempotency-Key": "claim 1"})
    assert claimed.status_code == 200
    assert again.json() == claimed.json()
    case = f"/v1/cases/{claimed.json()['case_id']}"
    assert mia.post(f"{case}/renew").json()["lease"]["holder"] == "mia"
    for word in ("renew", "release", "close"):
        check_refused(rae.post(f"{case}/{word}"), 409)
    while (other := rae.post("/v1/queue/claim")).status_code == 200:
        assert other.json()["case_id"] != claimed.json()["case_id"]
    assert (other.status_code, other.content) == (204, b"")
    assert mia.post(f"{case}/close", json={"outcome": "looked into"}).status_code == 200
    check_refused(mia.post(f"{case}/close"), 409)


def the_moderator_decides(served):
    mia, loud = served["moderator"], f"/v1/sellers/{APPEALED}"
    pending = mia.get(f"{loud}/complaints", params={"outcome": "pending"}).json()["complaints"]
    assert len(pending) == 2
    # The policy's gate: the second complaint has no evidence on file, whatever is named.
    bare = f"/v1/complaints/{complaint(1, APPEALED)['complaint_id']}"
    for named in ({"reason": "fake"}, UPHELD):
        check_refused(mia.post(f"{bare}/verdict", json={"outcome": "upheld"} | named), 422)
    for kind in PHOTOS:
        link = {"kind": kind, "link": f"https://brand.example/{kind}.jpg"}
        assert served["ingest"].post(f"{bare}/evidence", json=link).status_code == 201
    for number, points, status in ((0, 6, "warned"), (1, 0, "awaiting_approval")):
        path = f"/v1/complaints/{complaint(number, APPEALED)['complaint_id']}/verdict"
        check_refused(served["analyst"].post(path, json=UPHELD), 403)
        given = mia.post(path, json=UPHELD)
        assert given.status_code == 201
        standing = given.json()["standing"]
        assert (standing["points"], standing["status"]) == (points, status)
        check_refused(served["reviewer"].post(path, json=UPHELD), 409)
    assert mia.get(loud).json()["standing"] == standing
    [sanction] = given.json()["awaiting_approval"]
    return sanction


def the_second_person_approves(served, sanction):
    [waiting] = served["analyst"].get("/v1/sanctions").json()["sanctions"]
    assert waiting["sanction_id"] == sanction
    path = f"/v1/sanctions/{sanction}/approve"
    check_refused(served["moderator"].post(path, json={}), 403)
    approved = served["reviewer"].post(path, json={"reason": "the same print twice"})
    assert (approved.status_code, approved.json()["state"]) == (200, "carried_out")
    shop = served["ingest"]
    assert shop.post(f"/v1/sanctions/{sanction}/notice", json={"delivered": True}).is_success
    assert shop.post(f"/v1/sanctions/{sanction}/done").json()["done_at"]
    full = served["analyst"].get(f"/v1/sanctions/{sanction}").json()
    assert [one["moderator"] for one in full["verdicts"]] == ["mia", "mia"]


def the_seller_appeals(served):
    shop, mia, rae = served["ingest"], served["moderator"], served["reviewer"]
    statement = shop.get(f"/v1/sellers/{APPEALED}/statement").json()["statements"][-1]
    assert (statement["kind"], statement["approval"]) == ("suspend", "carried_out")
    of = f"/v1/complaints/{complaint(1, APPEALED)['complaint_id']}/appeal"
    filed = shop.post(of, json={"by": "seller", "reason": "the receipt is attached"})
    assert filed.status_code == 201
    check_refused(shop.post(of, json={"by": "seller"}), 422)
    check_refused(shop.post(of, json={"by": "seller", "reason": "once more"}), 409)
    [listed] = rae.get("/v1/appeals").json()["appeals"]
    decision = f"/v1/appeals/{listed['appeal_id']}/decision"
    check_refused(mia.post(decision, json={"outcome": "denied", "reason": "looked into"}), 403)
    decided = rae.post(decision, json={"outcome": "granted", "reason": "genuine"})
    assert decided.status_code == 200
    assert decided.json()["standing"] == {"points": 6, "level": 6, "status": "warned"}
    check_refused(rae.post(decision, json={"outcome": "denied", "reason": "looked into"}), 409)


def the_analyst_looks(served):
    ann, seller = served["analyst"], f"/v1/sellers/{APPEALED}"
    ledger = ann.get(f"{seller}/ledger").json()
    assert [entry["state"] for entry in ledger["entries"]] == ["standing", "reversed"]
    assert ledger["balance"] == 12 - sum(
        entry["points"] for entry in ledger["entries"] if entry["state"] == "standing"
    )
    assert [one["state"] for one in ledger["sanctions"]] == ["in_force", "voided"]
    days = ann.get(f"{seller}/history", params={"days": 7}).json()["days"]
    assert len(days) == 7
    assert all(day["low"] <= day["expected"] <= day["high"] + 1 for day in days)
    assert sum(day["complaints"] for day in days) == 2
    told = ann.post("/v1/rules/compare", json={"policy": {"name": "aliexpress-ipr"}}).json()
    assert told["against"]["policy"] == "standard"
    check_refused(ann.post("/v1/queue/claim"), 403)


def the_complainant_withdraws(served):
    shop, mia, rae = served["ingest"], served["moderator"], served["reviewer"]
    of = f"/v1/complaints/{complaint(0, APPEALED)['complaint_id']}"
    withdrawn = shop.post(f"{of}/withdrawal", json={"reason": "we have settled"})
    assert (withdrawn.status_code, withdrawn.json()["outcome"]) == (201, "open")
    assert mia.get("/v1/desk").json()["withdrawals"] == 1
    [listed] = rae.get("/v1/withdrawals").json()["withdrawals"]
    assert listed["complaint_id"] == complaint(0, APPEALED)["complaint_id"]
    check_refused(
        mia.post(f"{of}/withdrawal/decision", json={"outcome": "granted", "reason": "looked into"}),
        403,
    )
    granted = rae.post(
        f"{of}/withdrawal/decision", json={"outcome": "granted", "reason": "looked into"}
    ).json()
    assert granted["standing"] == {"points": 12, "level": 0, "status": "active"}
    fresh = complaint(9, "a seller who settled")
    shop.post("/v1/complaints", json=fresh)
    of = f"/v1/complaints/{fresh['complaint_id']}"
    assert shop.post(f"{of}/withdrawal", json={}).json()["outcome"] == "ended"
    check_refused(mia.post(f"{of}/verdict", json=UPHELD), 409)


def the_machine_is_asked(served):
    shop = served["ingest"]
    told = shop.post("/v1/scores", json={"seller_ids": [LOUD, "nobody"]}).json()
    assert [one["seller_id"] for one in told["scores"]] == [LOUD]
    assert told["scores"][0]["flagged"] is True
    assert told["unknown"] == ["nobody"]
    history = {
        "as_of": before_now(0),
        "complaints": [complaint(n, "given with the request") for n in range(9)],
        "orders": [{"seller_id": "given with the request", "day": before_now(0)[:10], "orders": 4}],
    }
    given = shop.post("/v1/scores", json=history)
    assert given.status_code == 200
    assert given.json()["scores"][0]["seller_id"] == "given with the request"
    check_refused(shop.get("/v1/sellers/given with the request"), 404)
    assert served["admin"].get("/v1/models").json()["current"]
    assert served["nobody"].get("/healthz").json() == {"status": "alive"}
    assert "detector_verdicts_total" in served["nobody"].get("/metrics").text
