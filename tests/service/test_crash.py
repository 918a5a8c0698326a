"""What was acknowledged is there after `kill -9` at any moment, once, and the chain is whole."""

import random

import pytest

from benchmarks.kills import run
from service.database.engine import Database

KILLS = 3
"""A hundred take some minutes: python -m benchmarks.kills."""


@pytest.mark.slow
def test_whatever_was_acknowledged_survives_kills_and_nothing_is_there_twice(database_url):
    seed = random.randrange(10**9)
    database = Database(database_url)
    found = run(database_url, database, kills=KILLS, senders=2, seed=seed)
    database.close()
    assert found["faults"] == [], f"seed {seed}"
    assert found["complaints"] >= found["verdicts"] > 0
