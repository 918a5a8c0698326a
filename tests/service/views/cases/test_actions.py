"""A case's complaints, and who filed them: those to decide come first, each page once."""

from service.cases.actions import show_case
from service.views.cases import actions

DAYS = [f"2026-02-{day:02}T00:00:00Z" for day in (20, 21, 21, 22, 23)]


def filed(service, *rows):
    batch = [service.complaint(f"c{n}", seller_id="s0", **row) for n, row in enumerate(rows)]
    answer = service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    assert answer.status_code == 201, answer.text


def paged(service, limit):
    found, cursor = [], None
    with service.context.database.reading() as connection:
        case = show_case(connection, "c_0", now=service.clock.now)
        while True:
            page = actions.complaints_page(connection, case, limit=limit, cursor=cursor)
            assert len(page.complaints) <= limit
            found += [one.complaint_id for one in page.complaints]
            cursor = page.next_cursor
            if cursor is None:
                return found


def decided(at):
    return {"filed_at": at, "outcome": "upheld", "decided_at": "2026-02-28T00:00:00Z"}


def test_those_to_decide_come_first_on_pages_of_any_size(either, open_cases):
    open_cases(either, 1.0)
    old = decided("2025-02-20T00:00:00Z")
    rows = [{"filed_at": at} if n % 2 else decided(at) for n, at in enumerate(DAYS)]
    filed(either, *rows, old, {"filed_at": "2025-02-20T00:00:00Z"})
    withdrawn = either.as_("ingest").post(
        "/v1/complaints/c1/withdrawal", json={"reason": "Found it."}
    )
    assert withdrawn.status_code in (200, 201), withdrawn.text
    expected = ["c3", "c6", "c4", "c2", "c1", "c0"]
    for limit in range(1, 8):
        assert paged(either, limit) == expected
    with either.context.database.reading() as connection:
        case = show_case(connection, "c_0", now=either.clock.now)
        counts = actions.counts_of(connection, case)
    assert (counts.complaints, counts.waiting) == (7, 2)


def test_who_complained_before_is_told_from_who_did_not(either, open_cases):
    open_cases(either, 1.0)
    filed(
        either,
        {"buyer_id": "b1", "filed_at": "2025-12-01T00:00:00Z"},
        {"buyer_id": "b1", "filed_at": DAYS[0]},
        {"buyer_id": "b2", "filed_at": DAYS[1]},
        {"buyer_id": "b2", "filed_at": DAYS[2], "category": "damaged"},
        {"filed_at": DAYS[3]},
    )
    either.as_("moderator").post(
        "/v1/complaints/c1/verdict", json={"outcome": "unfounded", "reason": "Nothing in it."}
    )
    with either.context.database.reading() as connection:
        case = show_case(connection, "c_0", now=either.clock.now)
        who = actions.complainants_of(
            connection, case, either.context.policies, now=either.clock.now
        )
    assert (who.complaints, who.nameless, who.buyers, who.first_time) == (4, 1, 2, 1)
    assert (who.upheld, who.rejected, who.unfounded) == (0, 0, 1)
    assert who.categories == {"counterfeit": 3, "damaged": 1}
    assert 0 < who.belief < 1
