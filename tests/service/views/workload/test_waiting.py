"""How long cases wait, over HTTP, by the command, and as plain sums."""

import pytest

from detector.durations import DAY_US, HOUR_US, MINUTE_US
from detector.errors import NotEnoughHistory
from detector.instants import instant_of
from detector.waiting import shift_of
from service.leases.tables import cases
from service.views.workload.waiting import LoggedCase, waiting_shown

MONDAY = instant_of("2026-03-02T00:00:00Z")
OFFICE = shift_of("mon-fri 9-17")


def logged(number, *, took=None, waited=HOUR_US):
    """The n-th case of a busy day: the later, the less urgent."""
    opened = MONDAY + (number // 40) * DAY_US + 9 * HOUR_US + number % 40
    looked = None if took is None else opened + waited
    return LoggedCase(
        opened, -float(number % 40), opened + 6 * HOUR_US, looked, looked and looked + took
    )


def test_who_stands_first_waits_least_and_more_people_help_the_last():
    rows = [logged(n, took=20 * MINUTE_US) for n in range(200)]
    found = waiting_shown(rows, 1, OFFICE, minutes=99, days=90)
    assert found.minutes_a_case == 20
    first, middle, last = found.staffed[0].places
    assert (first.cases, middle.cases, last.cases) == (40, 60, 100)
    assert first.median_hours < middle.median_hours < last.median_hours
    # 40 cases of 20 minutes fill more than a day of eight hours; two people have time left.
    assert found.staffed[0].load > 1 > found.staffed[1].load
    assert found.staffed[0].overdue > found.staffed[2].overdue
    assert last.formula_hours is None
    assert [one.median_hours for one in found.measured] == [1.0, 1.0, 1.0]


def test_of_cases_that_nobody_timed_the_minutes_are_the_given_ones():
    rows = [logged(n) for n in range(40)]
    found = waiting_shown(rows, 2, OFFICE, minutes=15, days=90)
    assert found.minutes_a_case == 15
    assert {one.median_hours for one in found.measured} == {None}
    overnight = [logged(n, took=20 * HOUR_US) for n in range(40)]
    assert waiting_shown(overnight, 2, OFFICE, minutes=15, days=90).minutes_a_case == 15


def test_of_a_few_cases_nothing_is_said():
    with pytest.raises(NotEnoughHistory, match="19 cases were opened in 90 days"):
        waiting_shown([logged(n) for n in range(19)], 2, OFFICE, minutes=20, days=90)


def stored(service, now):
    with service.context.database.writing() as connection:
        rows = [logged(n, took=20 * MINUTE_US) for n in range(40)]
        shift = now - DAY_US - rows[0].opened_at
        for number, case in enumerate(rows):
            row = {
                "case_id": f"c{number}", "seller_id": f"s{number}", "status": "closed",
                "suspicion": "seller", "opened_at": case.opened_at + shift,
                "due_at": case.due_at + shift, "base": "{}", "order_key": case.order_key,
                "reasons": "[]", "looked_at": case.looked_at + shift,
                "closed_at": case.closed_at + shift,
            }  # fmt: skip
            connection.execute(cases.insert().values(row))


def test_the_service_and_the_command_say_so(service):
    analyst = service.as_("analyst")
    few = analyst.get("/v1/waiting")
    assert few.status_code == 422
    assert "at least 20 are needed" in few.json()["detail"]
    stored(service, service.clock.now)
    asked = {"people": 3, "shift": "mon-sun 0-24"}
    found = analyst.get("/v1/waiting", params=asked).json()
    assert [one["people"] for one in found["staffed"]] == [3, 4, 5]
    assert found["cases"] == 40
    assert analyst.get("/v1/waiting", params={"shift": "always"}).status_code == 422
