"""The market's process: it takes snapshots, comes back when it dies, ends with its parent."""

import os
import signal

import pytest

from service.clock import system_clock
from service.demo.story import Market, load
from service.scoring.process import MarketProcess
from service.tables import market_snapshots, scoring_leases
from tests.service.until import until

pytestmark = pytest.mark.slow


def rows(service, table):
    with service.context.database.reading() as connection:
        return connection.execute(table.select()).all()


def test_a_killed_market_process_is_revived_and_a_stopped_one_leaves_no_lease(
    start, sqlite_url, small_market
):
    service = start(sqlite_url, models=small_market / "models")
    load(Market(small_market, 0, 0), service.context, now=system_clock())
    market = MarketProcess(service.context.settings, service.context.database, worker_name="w")
    market.start()
    os.kill(market._process.pid, signal.SIGKILL)
    until(lambda: not market._process.is_alive(), "the process outlived SIGKILL")
    market.revive()
    until(lambda: rows(service, market_snapshots), "no snapshot was taken")
    market.stop()
    assert market._process.exitcode is not None
    assert rows(service, scoring_leases) == []
