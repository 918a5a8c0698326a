"""Leases: laws over any sequence of steps, and real connections racing on PostgreSQL."""

import shutil
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.strategies import integers, sampled_from
from sqlalchemy import select, update

from service.audit.tables import audit
from service.cases import actions, store
from service.cases.schemas import CaseClose, CaseEscalate, CaseSnooze
from service.database.engine import Database
from service.http.access.keys import Caller
from service.leases.tables import cases
from service.refusals import CaseClosed, LeaseHeld, LeaseLost, WrongRole
from service.roles import Role
from tests.service.conftest import fresh_store

MINUTE_US = 60_000_000
LEASE_US = 15 * MINUTE_US
HELD_MAX = 1_000
PEOPLE = {
    "mia": Caller("mia", Role.MODERATOR, "k1"),
    "noa": Caller("noa", Role.MODERATOR, "k2"),
    "rae": Caller("rae", Role.REVIEWER, "k3"),
}
CASES = [f"c_{number}" for number in range(4)]


def open_in(database, ids, now=0):
    rows = [
        {
            "case_id": case_id,
            "seller_id": f"seller of {case_id}",
            "status": "open",
            "suspicion": "seller",
            "opened_at": now,
            "due_at": now,
            "base": "{}",
            "order_key": float(number),
            "reasons": "[]",
        }
        for number, case_id in enumerate(ids)
    ]
    with database.writing() as connection:
        store.insert_cases(connection, rows)


class Desk(RuleBasedStateMachine):
    """Three people at one queue; a plain model says who holds what."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.database = Database(fresh_store(self.folder))
        open_in(self.database, CASES)
        self.now = 1
        self.held: dict[str, tuple[str, int]] = {}
        self.closed: set[str] = set()
        self.escalated: set[str] = set()
        self.snoozed: dict[str, int] = {}

    def teardown(self):
        self.database.close()
        shutil.rmtree(self.folder)

    def holds(self, person, case_id):
        holder, until = self.held.get(case_id, ("", 0))
        return holder == person and until > self.now

    def free_for(self, person):
        return [
            case_id
            for case_id in reversed(CASES)
            if case_id not in self.closed
            and self.held.get(case_id, ("", 0))[1] <= self.now
            and self.snoozed.get(case_id, 0) <= self.now
            and (case_id not in self.escalated or PEOPLE[person].role is not Role.MODERATOR)
        ]

    def do(self, person, case_id, act):
        """Do something that only the holder may; whether it was allowed is as the model says."""
        allowed = self.holds(person, case_id)
        with self.database.writing() as connection:
            if allowed:
                act(connection)
                return True
            with pytest.raises((LeaseLost, CaseClosed)):
                act(connection)
        return False

    @rule(minutes=integers(1, 20))
    def time_passes(self, minutes):
        self.now += minutes * MINUTE_US

    @rule(person=sampled_from(sorted(PEOPLE)))
    def claim(self, person):
        expected = self.free_for(person)
        with self.database.writing() as connection:
            case = actions.claim_next(
                connection,
                caller=PEOPLE[person],
                now=self.now,
                lease_us=LEASE_US,
                held_max=HELD_MAX,
            )
        assert (case.case_id if case else None) == (expected[0] if expected else None)
        if case:
            self.held[case.case_id] = (person, self.now + LEASE_US)

    @rule(person=sampled_from(sorted(PEOPLE)), case_id=sampled_from(CASES))
    def take(self, person, case_id):
        holder, until = self.held.get(case_id, ("", 0))
        is_anothers = until > self.now and holder != person
        is_reviewers = case_id in self.escalated and PEOPLE[person].role is Role.MODERATOR
        step = {"caller": PEOPLE[person], "now": self.now, "lease_us": LEASE_US}
        step["held_max"] = HELD_MAX
        with self.database.writing() as connection:
            if case_id in self.closed or is_anothers or is_reviewers:
                with pytest.raises((CaseClosed, LeaseHeld, WrongRole)):
                    actions.claim_case(connection, case_id, **step)
                return
            assert actions.claim_case(connection, case_id, **step).lease.holder == person
        self.held[case_id] = (person, self.now + LEASE_US)
        self.snoozed.pop(case_id, None)

    @rule(person=sampled_from(sorted(PEOPLE)), case_id=sampled_from(CASES))
    def renew(self, person, case_id):
        step = {"caller": PEOPLE[person], "now": self.now, "lease_us": LEASE_US}
        if self.do(person, case_id, lambda c: actions.renew(c, case_id, **step)):
            self.held[case_id] = (person, self.now + LEASE_US)

    @rule(person=sampled_from(sorted(PEOPLE)), case_id=sampled_from(CASES))
    def release(self, person, case_id):
        step = {"caller": PEOPLE[person], "now": self.now}
        if self.do(person, case_id, lambda c: actions.release(c, case_id, **step)):
            del self.held[case_id]

    @rule(person=sampled_from(sorted(PEOPLE)), case_id=sampled_from(CASES))
    def escalate(self, person, case_id):
        step = {"caller": PEOPLE[person], "now": self.now}
        if self.do(person, case_id, lambda c: actions.escalate(c, case_id, CaseEscalate(), **step)):
            del self.held[case_id]
            self.escalated.add(case_id)

    @rule(person=sampled_from(sorted(PEOPLE)), case_id=sampled_from(CASES))
    def snooze(self, person, case_id):
        until = self.now + 30 * MINUTE_US
        given = CaseSnooze.model_construct(until=until, note=None)
        step = {"caller": PEOPLE[person], "now": self.now}
        if self.do(person, case_id, lambda c: actions.snooze(c, case_id, given, **step)):
            del self.held[case_id]
            self.snoozed[case_id] = until

    @precondition(lambda self: len(self.closed) < 3)
    @rule(person=sampled_from(sorted(PEOPLE)), case_id=sampled_from(CASES))
    def close(self, person, case_id):
        step = {"caller": PEOPLE[person], "now": self.now}
        if self.do(person, case_id, lambda c: actions.close(c, case_id, CaseClose(), **step)):
            del self.held[case_id]
            self.closed.add(case_id)

    @invariant()
    def a_closed_case_stays_closed_and_at_most_one_holds_a_case(self):
        with self.database.reading() as connection:
            page = actions.queue_page(connection, now=self.now, limit=10, cursor=None)
        shown = {case.case_id: case for case in page.cases}
        assert not self.closed & set(shown)
        for case_id, case in shown.items():
            holder, until = self.held.get(case_id, ("", 0))
            expected = holder if until > self.now else None
            assert (case.lease.holder if case.lease else None) == expected


Desk.TestCase.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
TestDesk = Desk.TestCase


@pytest.mark.postgres
def test_eight_moderators_at_once_are_handed_every_case_and_none_twice(postgres_url):
    database = Database(postgres_url, pool_size=8)
    ids = [f"c_{number:03}" for number in range(200)]
    open_in(database, ids)
    handed: list[str] = []

    def work(person):
        caller = Caller(person, Role.MODERATOR, person)
        while True:
            with database.writing() as connection:
                case = actions.claim_next(
                    connection, caller=caller, now=1, lease_us=LEASE_US, held_max=HELD_MAX
                )
            if case is None:
                return
            handed.append(case.case_id)

    threads = [threading.Thread(target=work, args=(f"m{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()
    assert sorted(handed) == ids


@pytest.mark.postgres
def test_of_eight_who_choose_one_case_at_once_one_has_it_and_claims_pass_it_over(postgres_url):
    database = Database(postgres_url, pool_size=16)
    open_in(database, ["c_0", "c_1"])
    chosen: list[str] = []
    claimed: list[str] = []

    def choose(person):
        try:
            with database.writing() as connection:
                caller = Caller(person, Role.MODERATOR, person)
                actions.claim_case(
                    connection, "c_1", caller=caller, now=1, lease_us=LEASE_US, held_max=HELD_MAX
                )
        except LeaseHeld:
            return
        chosen.append(person)

    def claim(person):
        with database.writing() as connection:
            caller = Caller(person, Role.MODERATOR, person)
            case = actions.claim_next(
                connection, caller=caller, now=1, lease_us=LEASE_US, held_max=HELD_MAX
            )
        if case:
            claimed.append(case.case_id)

    works = [choose, claim] * 8
    threads = [threading.Thread(target=work, args=(f"m{n}",)) for n, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()
    assert len(chosen) + claimed.count("c_1") == 1
    assert claimed.count("c_0") == 1


@pytest.mark.postgres
def test_a_claim_waits_for_the_last_case_while_a_scoring_tells_it_what_it_found(postgres_url):
    database = Database(postgres_url, pool_size=2)
    open_in(database, ["c_0"])
    claimed: list[str | None] = []

    def claim():
        caller = Caller("mia", Role.MODERATOR, "mia")
        with database.writing() as connection:
            case = actions.claim_next(
                connection, caller=caller, now=1, lease_us=LEASE_US, held_max=HELD_MAX
            )
        claimed.append(case and case.case_id)

    thread = threading.Thread(target=claim)
    with database.writing() as connection:
        connection.execute(update(cases).values(reasons='["another"]'))
        thread.start()
        thread.join(0.3)
    thread.join()
    database.close()
    assert claimed == ["c_0"]


@pytest.mark.postgres
def test_two_verdicts_at_once_on_one_seller_are_two_entries_and_one_suspension(start, postgres_url):
    service = start(postgres_url)
    photos = ["photo_received", "photo_official"]
    body = {"outcome": "upheld", "reason": "fake", "evidence": photos, "elsewhere": "parcel 7"}
    ids = [f"c{number}" for number in range(6)]
    batch = [service.complaint(one) for one in ids]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    clients = [service.as_("moderator") for _ in range(3)]
    answers = []

    def judge(client):
        paths = [f"/v1/complaints/{one}/verdict" for one in ids]
        answers.extend(client.post(path, json=body).status_code for path in paths)

    threads = [threading.Thread(target=judge, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers.count(201), answers.count(409)) == (6, 12)
    ledger = clients[0].get("/v1/sellers/s1/ledger").json()
    assert len(ledger["entries"]) == 6
    assert [s["kind"] for s in ledger["sanctions"]] == ["warn", "suspend"]
    with service.context.database.reading() as connection:
        from service.audit.verification import verify

        found = verify(connection)
        verdicts = connection.execute(select(audit).where(audit.c.action == "verdict.upheld")).all()
    assert (len(verdicts), found.sentences) == (6, [])
