"""Lists of decisions over HTTP."""

UPHELD = {"outcome": "upheld", "reason": "fake", "evidence": ["photo_received", "photo_official"]}


def test_the_list_of_sanctions_goes_on_where_a_page_ended(service):
    mia = service.as_("moderator", "mia")
    for seller in ("a", "b", "c"):
        batch = [service.complaint(f"{seller}{n}", seller_id=seller) for n in (1, 2)]
        service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
        service.prove(*(one["complaint_id"] for one in batch))
        for n in (1, 2):
            assert mia.post(f"/v1/complaints/{seller}{n}/verdict", json=UPHELD).is_success
    seen, cursor = [], None
    while True:
        page = mia.get(
            "/v1/sanctions", params={"limit": 2} | ({"cursor": cursor} if cursor else {})
        )
        seen += [one["seller_id"] for one in page.json()["sanctions"]]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    assert seen == ["a", "b", "c"]
    assert mia.get("/v1/sanctions", params={"cursor": "nonsense"}).status_code == 422


def test_what_is_not_there_is_not_found(service):
    reader = service.as_("analyst")
    for path in ("verdicts/v_0", "appeals/a_0", "sanctions/s1/none/1"):
        assert reader.get(f"/v1/{path}").status_code == 404
