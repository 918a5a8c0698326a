"""Is the work under control, is the detector right: told with numbers, ranking nobody."""

import re

from sqlalchemy import update

from service.leases.tables import cases
from service.views.workload import store
from tests.service.console.conftest import person


def plain(text):
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_an_empty_service_says_what_it_does_not_know(sign_in):
    text = plain(sign_in("analyst").get("/overview").text)
    assert text.count("not enough data") >= 6


def test_ages_waits_and_load_are_told(start, database_url, open_cases):
    service = start(database_url, console=True, queue_cases_a_day=1)
    open_cases(service, *range(1, 15))
    mia = service.as_("moderator", "mia")
    service.clock.pass_time(hours=3)
    for _ in range(6):
        assert mia.post("/v1/queue/claim").is_success
    service.clock.pass_time(days=2)
    text = plain(person(service, "analyst").get("/overview").text)
    assert "1 to 3 days 14" in text
    assert "to the first look 3.0 hours 3.0 hours 6" in text
    assert "8 open cases were not looked at yet" in text
    assert "7 days 2.0 0.0 more come than go; more come than people are said to look at" in text
    assert "28 days 0.5 0.0 more come than go People" in text
    assert "mia" not in text


def test_the_share_upheld_is_told_with_its_interval(service, sign_in, open_cases):
    open_cases(service, *range(1, 26))
    closed = {"status": "closed", "closed_at": service.clock.now + 10, "false_chance": 0.05}
    with service.context.database.writing() as connection:
        connection.execute(update(cases).values(**closed))
    text = plain(sign_in("analyst").get("/overview").text)
    # Wilson's interval of 0 of 25: z² / (n + z²) = 13.3 %.
    assert "1 to 10 % 25 0 under 1 % (between under 1 % and 13 %)" in text
    assert "95 %" in text


def test_a_part_that_cannot_be_read_leaves_the_rest(sign_in, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    someone = sign_in("analyst")
    for name in ("workload_of", "open_by_age", "waits_for_look", "flow_since", "closed_cases"):
        with monkeypatch.context() as patched:
            patched.setattr(store, name, broken)
            shown = someone.get("/overview")
        assert (shown.status_code, "could not be read" in shown.text) == (200, True)
        assert "Is the detector right?" in shown.text
