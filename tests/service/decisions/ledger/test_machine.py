"""Any order of decisions over HTTP: the answers are the pure fold of the log; nothing breaks."""

import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.strategies import booleans, sampled_from
from starlette.testclient import TestClient

from detector.rules import bundled, event_of, fold
from service.app import create_app
from service.audit.verification import verify
from service.callers.making import make_key
from service.database.engine import Database, metadata
from service.decisions.verification import log_faults
from service.http.fields import instant_of
from service.roles import Role
from service.settings import Settings
from service.tables import events, ledger_events, sanctions, verdicts, withdrawals
from tests.service.conftest import fresh_store

pytestmark = pytest.mark.slow

PHOTOS = ["photo_received", "photo_official"]
COMPLAINTS = [f"c{number}" for number in range(3)]
OBJECTIONS = ["appeal", "withdrawal"]
PEOPLE = {"mia": "moderator", "noa": "moderator", "rae": "reviewer", "shop": "ingest"}
POLICY = bundled("standard")
RECORDED = {
    "awaiting_approval": ("waiting",),
    "lapsed": ("waiting", "lapsed"),
    "declined": ("declined",),
    "voided": ("lifted",),
}
"""What the record of a sanction says in each of its states; `carried_out` in the others."""
SEVERE = ("seller.suspended", "seller.removed", "seller.restricted")
one_complaint = sampled_from(COMPLAINTS)
decider = sampled_from(["mia", "noa", "rae"])


class Court(RuleBasedStateMachine):
    """Complaints about one seller, and everybody who decides about them."""

    def __init__(self):
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr("service.decisions.log_records.LONG", 2)  # longer logs are kept
        self.folder = Path(tempfile.mkdtemp())
        self.now = instant_of("2026-03-02T12:00:00Z")
        url = fresh_store(self.folder)
        self.database = Database(url)
        places = {"models": self.folder / "models", "evidence": self.folder / "evidence"}
        settings = Settings(database=url, work=False, requests_per_second=1e6, **places)
        self.client = TestClient(create_app(settings, clock=lambda: self.now))
        with self.database.writing() as connection:
            self.keys = {
                name: make_key(connection, Role(role), now=self.now, person=name, days=3_000)
                for name, role in PEOPLE.items()
            }
        batch = [
            {
                "complaint_id": name,
                "seller_id": "s",
                "filed_at": "2026-03-01T10:00:00Z",
                "category": "counterfeit",
                "order_id": f"order {number // 2}",
            }
            for number, name in enumerate(COMPLAINTS)
        ]
        assert self.post("shop", "/v1/complaints", {"complaints": batch}) == 201
        for name in COMPLAINTS:
            for kind in PHOTOS:
                photo = {"kind": kind, "link": "https://example.org/photo.jpg"}
                assert self.post("shop", f"/v1/complaints/{name}/evidence", photo) == 201

    def teardown(self):
        self.client.close()
        self.client.app.state.context.close()
        self.database.close()
        self.patch.undo()
        shutil.rmtree(self.folder)

    def call(self, method, person, path, body=None):
        self.now += 1_000_000
        headers = {"Authorization": f"Bearer {self.keys[person]}"}
        stored = self.stored() if method == "POST" else None
        answer = self.client.request(method, path, json=body, headers=headers)
        assert answer.status_code < 500, answer.text
        if stored is not None and answer.status_code >= 400:  # what is refused changes nothing
            assert self.stored() == stored
        return answer

    def post(self, person, path, body):
        return self.call("POST", person, path, body).status_code

    def get(self, path):
        answer = self.call("GET", "mia", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def stored(self):
        """Every row of every table."""
        with self.database.reading() as connection:
            return {
                name: connection.execute(table.select()).all()
                for name, table in metadata.tables.items()
            }

    def rows(self, table):
        with self.database.reading() as connection:
            return connection.execute(table.select()).all()

    @initialize(first=decider, second=decider)
    def the_seller_is_depleted(self, first, second):
        """Two upheld complaints about two orders, so that everything else can happen at once."""
        for person, name in ((first, "c0"), (second, "c2")):
            body = {"outcome": "upheld", "evidence": PHOTOS, "reason": "fake"}
            assert self.post(person, f"/v1/complaints/{name}/verdict", body) == 201

    @rule(person=decider, name=one_complaint, outcome=sampled_from(["upheld", "rejected"]))
    def decide(self, person, name, outcome):
        """Give a verdict; another one when there is one already."""
        standing = self.get(f"/v1/complaints/{name}")["verdict"]
        body = {"outcome": outcome, "evidence": PHOTOS, "reason": "seen"}
        if standing:
            body["supersedes"] = standing["verdict_id"]
        self.post(person, f"/v1/complaints/{name}/verdict", body)

    @rule(name=one_complaint, words=sampled_from([["appeal"], ["withdrawal"], OBJECTIONS]))
    def the_parties_object(self, name, words):
        for word in words:
            self.post("shop", f"/v1/complaints/{name}/{word}", {"reason": "we ask"})

    @rule(person=decider, is_granted=booleans(), what=sampled_from([*OBJECTIONS, "sanction"]))
    def a_second_person_decides(self, person, is_granted, what):
        """About the first that waits of a kind."""
        body = {"outcome": "granted" if is_granted else "denied", "reason": "seen"}
        for listed in self.get(f"/v1/{what}s")[f"{what}s"][:1]:
            if what == "appeal":
                self.post(person, f"/v1/appeals/{listed['appeal_id']}/decision", body)
            elif what == "withdrawal":
                path = f"/v1/complaints/{listed['complaint_id']}/withdrawal/decision"
                self.post(person, path, body)
            else:
                word = "approve" if is_granted else "decline"
                self.post(
                    person, f"/v1/sanctions/{listed['sanction_id']}/{word}", {"reason": "seen"}
                )

    @rule(delivered=booleans(), word=sampled_from(["notice", "done", "lift", "extend"]))
    def it_is_carried_out(self, delivered, word):
        for done in self.get("/v1/sanctions?state=carried_out")["sanctions"][-1:]:
            body = {
                "notice": {"delivered": delivered},
                "lift": {"reason": "hardship"},
                "extend": {"reason": "again", "until": "2027-01-01T00:00:00Z"},
            }.get(word)
            person = "rae" if word in ("lift", "extend") else "shop"
            self.post(person, f"/v1/sanctions/{done['sanction_id']}/{word}", body)

    @rule(points=sampled_from([0, 1, 6, 20]))
    def a_reviewer_is_lenient(self, points):
        """With a credit, or for none by forgiving the last entry."""
        if points:
            body = {"points": points, "kind": "training"}
            assert self.post("rae", "/v1/sellers/s/credits", body) == 201
            return
        for entry in self.get("/v1/sellers/s/ledger")["entries"][-1:]:
            self.post("rae", f"/v1/entries/{entry['id']}/forgive", {"reason": "goodwill"})

    @rule()
    def the_worker_looks_for_lapses(self):
        self.client.app.state.worker.settle_lapsed()

    @rule(days=sampled_from([1, 8, 40]))
    def time_passes(self, days):
        self.now += days * 86_400_000_000

    @invariant()
    def what_is_told_is_the_fold_of_the_log(self):
        told = self.get("/v1/sellers/s/ledger")
        log = [event_of(json.loads(row.body)) for row in self.rows(ledger_events)]
        folded = fold(log, POLICY, as_of=self.now, approvals="recorded")
        assert folded.refused == []
        if "s" not in folded.sellers:
            assert told["balance"] == 12
            return
        expected = folded.sellers["s"]
        for name in ("balance", "level", "status"):
            assert told[name] == getattr(expected, name)
        self.check_records({one.id: one for one in expected.sanctions if one.kind != "warn"})

    def check_records(self, issued):
        """What became of each sanction fits what the rules say of it."""
        records = {row.sanction_id: row.state for row in self.rows(sanctions)}
        assert set(records) == set(issued)
        for name, sanction in issued.items():
            told = RECORDED.get(sanction.state, ("carried_out",))
            assert records[name] in told, (name, records[name], sanction.state)
        for row in self.rows(events):  # nobody hears of what was not carried out
            if row.kind in SEVERE:
                assert issued[json.loads(row.body)["sanction_id"]].carried_out_at is not None

    @invariant()
    def a_complaint_says_what_its_standing_verdict_says(self):
        standing = {
            row.complaint_id: row.outcome for row in self.rows(verdicts) if not row.reversed_at
        }
        is_open = {row.complaint_id: row.outcome == "open" for row in self.rows(withdrawals)}
        for name in COMPLAINTS:
            shown = self.get(f"/v1/complaints/{name}")
            if name in standing:
                assert shown["outcome"] == standing[name]
            else:
                assert shown["outcome"] in ("pending", "rejected")
            if is_open.get(name):  # a person has something to look at
                assert standing[name] == "upheld"
            assert self.call("GET", "shop", f"/v1/complaints/{name}/notice").status_code == 200

    @invariant()
    def the_record_is_whole(self):
        with self.database.reading() as connection:
            assert verify(connection).sentences == []
            assert list(log_faults(connection, POLICY, now=self.now)) == []


Court.TestCase.settings = settings(max_examples=8, stateful_step_count=20, deadline=None)
TestCourt = Court.TestCase
