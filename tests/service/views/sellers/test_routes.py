"""Sellers over HTTP."""


def test_a_seller_nobody_named_is_not_found(service):
    analyst = service.as_("analyst")
    for path in ("/v1/sellers/x", "/v1/sellers/x/ledger", "/v1/sellers/x/history"):
        assert analyst.get(path).status_code == 404


def test_a_new_seller_holds_twelve_points_and_is_active(either):
    orders = {"orders": [{"seller_id": "s1", "day": "2026-03-01", "orders": 3}]}
    either.as_("ingest").post("/v1/orders", json=orders)
    seller = either.as_("ingest").get("/v1/sellers/s1").json()
    assert seller == {
        "seller_id": "s1",
        "assessment": None,
        "standing": {"points": 12, "level": 0, "status": "active"},
        "case": None,
        "awaiting_approval": [],
    }
    ledger = either.as_("analyst").get("/v1/sellers/s1/ledger").json()
    assert (ledger["balance"], ledger["entries"], ledger["sanctions"]) == (12, [], [])


def test_the_history_has_a_row_a_day_up_to_today_with_what_was_usual(either):
    ingest = either.as_("ingest")
    ingest.post("/v1/complaints", json=either.complaint("c1"))
    ingest.post("/v1/complaints", json=either.complaint("c2"))
    days = [{"seller_id": "s1", "day": f"2026-02-{d:02}", "orders": 10} for d in range(1, 28)]
    ingest.post("/v1/orders", json={"orders": days})
    told = either.as_("analyst").get("/v1/sellers/s1/history", params={"days": 10}).json()["days"]
    assert [day["day"] for day in told][-2:] == ["2026-03-01", "2026-03-02"]
    assert len(told) == 10
    assert [day["complaints"] for day in told][-2:] == [2, 0]
    assert told[0]["orders"] == 10
    assert told[-1]["orders"] is None
    for day in told:
        assert 0 <= day["low"] <= day["high"]


def test_a_replaced_day_of_orders_shows_the_last_count(either):
    ingest = either.as_("ingest")
    for count in (3, 8):
        row = {"seller_id": "s1", "day": "2026-03-01", "orders": count}
        assert ingest.post("/v1/orders", json={"orders": [row]}).json() == {"stored": 1}
    told = either.as_("analyst").get("/v1/sellers/s1/history", params={"days": 2}).json()["days"]
    assert told[0]["orders"] == 8


def test_orders_of_a_day_to_come_are_refused(service):
    row = {"seller_id": "s1", "day": "2026-03-03", "orders": 1}
    answer = service.as_("ingest").post("/v1/orders", json={"orders": [row]})
    assert (answer.status_code, "future" in answer.json()["detail"]) == (422, True)


def test_the_complaints_about_a_seller_are_paged_newest_first_and_by_outcome(either):
    times = ["2026-02-01T00:00:00Z", "2026-02-03T00:00:00Z", "2026-02-03T00:00:00Z"]
    batch = [either.complaint(f"c{n}", filed_at=at) for n, at in enumerate(times)]
    batch.append(either.complaint("other", seller_id="s2"))
    either.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    mia = either.as_("moderator", "mia")
    mia.post("/v1/complaints/c1/verdict", json={"outcome": "rejected", "reason": "no proof"})

    def seen(**params):
        found, cursor = [], None
        while True:
            asked = params | ({"cursor": cursor} if cursor else {})
            page = mia.get("/v1/sellers/s1/complaints", params=asked).json()
            found += [one["complaint_id"] for one in page["complaints"]]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    assert seen(limit=2) == ["c2", "c1", "c0"]
    assert seen(limit=1, outcome="pending") == ["c2", "c0"]
    assert mia.get("/v1/sellers/none/complaints").status_code == 404


def test_a_ledger_is_paged_oldest_first_and_by_state(either):
    ids = [f"c{number}" for number in range(5)]
    batch = [either.complaint(one) for one in ids]
    either.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    either.prove()
    mia = either.as_("moderator", "mia")
    body = {"outcome": "upheld", "reason": "a fake"}
    given = []
    for one in ids:
        if one != "c3":  # two entries begin at one instant
            either.clock.pass_time(minutes=1)
        answer = mia.post(f"/v1/complaints/{one}/verdict", json=body).json()
        given.append(answer["verdict_id"])
    path = f"/v1/entries/{given[1]}/forgive"
    assert either.as_("reviewer").post(path, json={"reason": "goodwill"}).status_code == 200

    def seen(**params):
        found, cursor, rest = [], None, None
        while True:
            asked = params | ({"cursor": cursor} if cursor else {})
            page = mia.get("/v1/sellers/s1/ledger", params=asked).json()
            found += [one["id"] for one in page.pop("entries")]
            cursor = page.pop("next_cursor")
            assert rest in (None, page)  # all else is the same on each page
            rest = page
            if cursor is None:
                return found

    assert seen() == seen(limit=2) == seen(limit=5) == given
    assert seen(limit=1, state="reversed") == [given[1]]
    assert seen(limit=3, state="standing") == [given[0], *given[2:]]
    for params in ({"limit": 0}, {"limit": 501}, {"state": "open"}, {"cursor": "x"}):
        assert mia.get("/v1/sellers/s1/ledger", params=params).status_code == 422
