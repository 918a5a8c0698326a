"""How much waits for people, over HTTP."""


def test_the_desk_counts_what_the_lists_show(either, open_cases):
    open_cases(either, *[1.0] * 5, due_in_hours=1)
    ids = ("c1", "c2", "c3")
    batch = [either.complaint(one) for one in ids]
    shop, mia = either.as_("ingest"), either.as_("moderator", "mia")
    shop.post("/v1/complaints", json={"complaints": batch})
    either.prove(*(one["complaint_id"] for one in batch))
    for one in ids:
        body = {"outcome": "upheld", "reason": "fake"}
        assert mia.post(f"/v1/complaints/{one}/verdict", json=body).is_success
    shop.post("/v1/complaints/c1/appeal", json={"reason": "genuine"})
    for one in ("c2", "c3"):
        shop.post(f"/v1/complaints/{one}/withdrawal", json={})
    held = [mia.post("/v1/queue/claim").json()["case_id"] for _ in range(3)]
    mia.post(f"/v1/cases/{held[0]}/escalate", json={})
    mia.post(f"/v1/cases/{held[1]}/snooze", json={"until": "2026-03-04T00:00:00Z"})
    either.clock.pass_time(minutes=70)
    mia.post(f"/v1/cases/{held[2]}/claim")
    counted = mia.get("/v1/desk").json()
    assert counted == {
        "queue": 4,
        "mine": 1,
        "overdue": 4,
        "escalated": 1,
        "snoozed": 1,
        "proposals": 0,
        "appeals": 1,
        "withdrawals": 2,
        "sanctions": 1,
        "reports": 0,
    }
    for which in ("queue", "mine", "overdue", "escalated", "snoozed"):
        assert len(mia.get("/v1/cases", params={"which": which}).json()["cases"]) == counted[which]
    for name in ("proposals", "appeals", "withdrawals", "sanctions"):
        assert len(mia.get(f"/v1/{name}").json()[name]) == counted[name]
