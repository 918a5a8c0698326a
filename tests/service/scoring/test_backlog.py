"""A backlog that everybody's complaints are in is judged by the market that it makes."""

import pytest

from detector.assess import assess
from detector.instants import text_of
from service.demo.story import Market, load
from service.scoring.history.histories import stored_history
from service.tables import cases, market_snapshots

DAY_US = 86_400_000_000


def open_sellers(service):
    with service.context.database.reading() as connection:
        return {row.seller_id for row in connection.execute(cases.select())}


def backlog(service, sellers, each=6):
    """Complaints about every seller, spread over the last week, as one import."""
    now = service.clock.now
    return [
        service.complaint(
            f"{seller}-{n}",
            seller_id=seller,
            buyer_id=f"{seller} {n}",
            filed_at=text_of(now - (n + 1) * DAY_US),
        )
        for seller in sellers
        for n in range(each)
    ]


@pytest.fixture
def scored(start, database_url, small_market):
    service = start(database_url, models=small_market / "models")
    load(Market(small_market, 0, 0), service.context, now=service.clock.now, orders=True)
    service.parts.worker.score_everybody()
    service.before = open_sellers(service)
    service.clock.pass_time(minutes=5)
    return service


def settle(service):
    while service.parts.worker.score_requested():
        pass


def snapshots(service):
    with service.context.database.reading() as connection:
        return sorted(row.as_of for row in connection.execute(market_snapshots.select()))


def test_a_weeks_backlog_in_one_go_opens_no_case_that_a_batch_would_not(scored):
    sellers = [f"s{number:02}" for number in range(60)]
    complaints = {"complaints": backlog(scored, sellers)}
    assert scored.as_("ingest").post("/v1/complaints", json=complaints).is_success
    scored.clock.pass_time(seconds=1)
    settle(scored)
    model = scored.parts.active_model.current()
    with scored.context.database.reading() as connection:
        history = stored_history(connection, before=scored.clock.now)
    batch = assess(history, scored.clock.now, model.trained, fdr=scored.context.settings.queue_fdr)
    flagged = {row.seller_id for row in batch.rows if row.flagged}
    assert open_sellers(scored) - scored.before <= flagged
    assert snapshots(scored)[-1] == scored.clock.now


def test_without_the_refresh_the_same_backlog_would_open_more(scored):
    """Else the test above would pass whatever the threshold did."""
    sellers = [f"s{number:02}" for number in range(60)]
    complaints = {"complaints": backlog(scored, sellers)}
    assert scored.as_("ingest").post("/v1/complaints", json=complaints).is_success
    scored.clock.pass_time(seconds=1)
    scored.parts.worker.refresh_share = 1.0
    settle(scored)
    live = open_sellers(scored) - scored.before
    model = scored.parts.active_model.current()
    with scored.context.database.reading() as connection:
        history = stored_history(connection, before=scored.clock.now)
    batch = assess(history, scored.clock.now, model.trained, fdr=scored.context.settings.queue_fdr)
    assert len(live) > len({row.seller_id for row in batch.rows if row.flagged} - scored.before)


def test_one_sellers_spike_is_no_market_of_its_own(scored):
    """Few complaints are judged by the snapshot there is, which costs nobody a scoring of all."""
    before = snapshots(scored)
    complaints = {"complaints": backlog(scored, ["s07"], each=19)[:19]}
    assert scored.as_("ingest").post("/v1/complaints", json=complaints).is_success
    scored.clock.pass_time(seconds=1)
    settle(scored)
    assert snapshots(scored) == before
