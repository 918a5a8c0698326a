"""What was acknowledged is there after `kill -9` at any moment, once, and the chain is whole."""

import random

import pytest

from benchmarks import registry_kills
from benchmarks.kills import run
from service.database.engine import Database

KILLS = 3
"""A hundred take some minutes: python -m benchmarks.kills."""
ACTS = 5
"""Two hundred take some minutes as well: python -m benchmarks.registry_kills."""


@pytest.mark.slow
def test_whatever_was_acknowledged_survives_kills_and_nothing_is_there_twice(database_url):
    seed = random.randrange(10**9)
    database = Database(database_url)
    found = run(database_url, database, kills=KILLS, senders=2, seed=seed)
    database.close()
    assert found["faults"] == [], f"seed {seed}"
    assert found["complaints"] >= found["verdicts"] > 0


@pytest.mark.slow
def test_after_kills_a_sound_version_is_in_use_and_the_audit_is_as_the_log(sqlite_url):
    seed = random.randrange(10**9)
    database = Database(sqlite_url)
    seen = registry_kills.run(sqlite_url, database, kills=ACTS, fits=0.0, seed=seed)
    database.close()
    assert seen.faults == [], f"seed {seed}"
    assert seen.met.total() == ACTS
