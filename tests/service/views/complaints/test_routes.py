"""A complaint over HTTP with all that happened to it."""


def test_the_stage_says_how_far_a_complaint_has_come(either):
    ingest, mia = either.as_("ingest"), either.as_("moderator", "mia")

    def stage():
        return ingest.get("/v1/complaints/c1").json()["stage"]

    ingest.post("/v1/complaints", json=either.complaint())
    assert stage() == "filed"
    mia.post("/v1/complaints/c1/verdict", json={"outcome": "rejected", "reason": "no proof"})
    assert stage() == "decided"
    appeal = ingest.post("/v1/complaints/c1/appeal", json={"reason": "genuine"}).json()
    assert stage() == "appealed"
    decision = {"outcome": "denied", "reason": "nothing new"}
    either.as_("reviewer").post(f"/v1/appeals/{appeal['appeal_id']}/decision", json=decision)
    assert stage() == "final"
