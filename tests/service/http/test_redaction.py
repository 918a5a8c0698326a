"""The marketplace's own systems read no moderator's name, holder, proposal or internal reason."""

import json
import re

UPHELD = {"outcome": "upheld", "reason": "the prints differ"}
SECRETS = ("mia-moira", "noa-nora", "rae-rhea", "a private note", "so be it")


def test_ingest_reads_no_name_wherever_it_may_read(either, open_cases):
    shop = either.as_("ingest", "shop")
    mia, noa = either.as_("moderator", "mia-moira"), either.as_("moderator", "noa-nora")
    rae = either.as_("reviewer", "rae-rhea")
    open_cases(either, 1.0, 2.0)
    batch = [either.complaint(f"c{n}", seller_id="s0") for n in range(4)]
    shop.post("/v1/complaints", json={"complaints": batch})
    either.prove()
    mia.post("/v1/complaints/c0/evidence", json={"kind": "x", "link": "https://e.example/"})
    noa.post("/v1/complaints/c0/answer", json={"by": "seller", "text": "genuine"})
    mia.post("/v1/cases/c_0/claim")
    for one in ("c0", "c1"):
        assert mia.post(f"/v1/complaints/{one}/verdict", json=UPHELD).is_success
    mia.post("/v1/cases/c_0/escalate", json={"note": "a private note"})
    rae.post("/v1/cases/c_0/claim")
    [waiting] = mia.get("/v1/sanctions").json()["sanctions"]
    sanction = f"/v1/sanctions/{waiting['sanction_id']}"
    assert rae.post(f"{sanction}/approve", json={"reason": "so be it"}).is_success
    filed = shop.post("/v1/complaints/c0/appeal", json={"reason": "no"})
    decision = {"outcome": "denied", "reason": "nothing new"}
    rae.post(f"/v1/appeals/{filed.json()['appeal_id']}/decision", json=decision)
    known = {
        "complaint_id": ["c0", "c1", "c2"],
        "seller_id": ["s0", "s1"],
        "case_id": ["c_0"],
        "sanction_id": [waiting["sanction_id"]],
        "appeal_id": [filed.json()["appeal_id"]],
        "verdict_id": [filed.json()["verdict_id"]],
    }
    read = []
    for path in shop.get("/openapi.json").json()["paths"]:
        names = re.findall(r"{(\w+)}", path)
        for value in known.get(names[0], []) if names else [""]:
            answer = shop.get(re.sub(r"{\w+}", value, path))
            if answer.status_code == 200 and path != "/openapi.json":
                read.append(path)
                assert [one for one in SECRETS if one in answer.text] == [], path
    assert {"/v1/complaints/{complaint_id}", "/v1/sellers/{seller_id}"} <= set(read)
    told = [
        shop.post(f"{sanction}/{word}", json={"delivered": True}) for word in ("notice", "done")
    ]
    told += [shop.post("/v1/complaints/c1/answer", json={"text": "x"}) for _ in range(2)]
    told += [shop.post("/v1/complaints/c1/withdrawal", json={"reason": "x"})]
    assert [one for one in SECRETS if one in json.dumps([each.text for each in told])] == []
    shown = rae.get("/v1/complaints/c0").json()
    assert (shown["verdict"]["moderator"], shown["appeal"]["decided_by"]) == (
        "mia-moira",
        "rae-rhea",
    )
