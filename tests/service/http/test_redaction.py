"""The marketplace's own systems read no moderator's name, holder, proposal or internal reason."""

import json
import re
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel

from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.redaction import INTERNAL
from service.roles import ANYBODY

API = Path(__file__).parents[3] / "docs/reference/api.md"


class Shown(BaseModel):
    who: Annotated[str, INTERNAL]
    others: Annotated[list[str], INTERNAL]
    why: str


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


def test_the_contract_marks_what_a_role_is_not_shown_and_the_reference_names_it(service):
    schemas = service.client.get("/openapi.json").json()["components"]["schemas"]
    hidden = {
        (name, field): facts["x-hidden-from"]
        for name, schema in schemas.items()
        for field, facts in schema.get("properties", {}).items()
        if "x-hidden-from" in facts
    }
    assert set(map(tuple, hidden.values())) == {("ingest",)}
    # A mark holds for whatever is derived from the response, and for null and lists as well.
    assert {
        ("VerdictShown", "seconded_by"),
        ("VerdictGiven", "moderator"),
        ("SanctionFull", "reason"),
        ("CaseShown", "lease"),
        ("ComplaintShown", "proposal"),
    } <= set(hidden)
    [paragraph] = [
        one for one in API.read_text("utf-8").split("\n\n") if one.startswith("**What ingest reads")
    ]
    names = set(re.findall(r"`(\w+)`", paragraph))
    assert names == {field for _, field in hidden}


def test_whatever_a_route_returns_is_redacted(service):
    router = router_of("test")

    @router.get("/v1/answers")
    def plain(_: Annotated[Caller, allows(ANYBODY)]) -> dict[str, list[Shown]]:
        return {"answers": [Shown(who="mia", others=["noa"], why="seen")]}

    @router.get("/v1/answer")
    async def waited_for(_: Annotated[Caller, allows(ANYBODY)]) -> Shown:
        return Shown(who="shop", others=["noa"], why="seen")

    service.client.app.include_router(router)
    shop, analyst = service.as_("ingest", "shop"), service.as_("analyst")
    whole = {"who": "mia", "others": ["noa"], "why": "seen"}
    assert analyst.get("/v1/answers").json() == {"answers": [whole]}
    hidden = {"who": "", "others": [], "why": "seen"}
    assert shop.get("/v1/answers").json() == {"answers": [hidden]}
    assert shop.get("/v1/answer").json() == hidden | {"who": "shop"}  # its own name
