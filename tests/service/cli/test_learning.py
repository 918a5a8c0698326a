"""`detector learning` says in plain words what closed cases taught, and learns it again."""

import json

import pytest
from sqlalchemy import text as sql

from tests.service.cases.test_learning import taught


@pytest.fixture
def learning(on_service):
    return lambda *words, **given: on_service("learning", *words, **given).stdout


def test_it_says_so_before_anything_was_learnt(learning):
    assert learning() == "nothing was learnt yet: the service learns when it scores the market\n"
    assert json.loads(learning("--json"))["learned_at"] is None


def test_it_tells_each_kind_and_whether_the_store_teaches_the_same(service, learning):
    taught(service)
    first, *kinds, last = learning().splitlines()
    when = "learnt at 2026-03-02T12:00:00Z from 20 closed cases, of which 10 were a problem"
    assert first == f"{when}; it moves no case"
    assert kinds[0].startswith("With 6 nats of (one category), the odds ")
    assert len(kinds) == 3
    assert last.endswith(": the same")
    used = learning(DETECTOR_QUEUE_LEARNS="true").splitlines()[0]
    assert used == f"{when}; it moves cases in the queue"
    with service.context.database.writing() as connection:
        connection.execute(sql("UPDATE cases SET label = 'false_alarm' WHERE case_id = 'c_0'"))
    assert learning().splitlines()[-1].endswith("not the same, as labels were corrected since")
    told = json.loads(learning("--json"))
    assert (told["cases"], told["upheld"], told["again_the_same"]) == (20, 10, False)
