"""Whatever id may be filed is read under its own name, and under no other's."""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

IDS = [
    *["a", "a/b", "a/ledger", "a/verdict", "/", "//", "a//b", "/a", "a/", "a/../b", "...", ".a"],
    *[
        "a?b=c",
        "a#b",
        "a%2Fb",
        "%",
        "%%",
        "a b",
        " a",
        "a ",
        "a+b",
        "a;b",
        "ä",
        "李",
        "\u202ea",
        "💥",
    ],
    *["a\\b", "'", '"', "<b>", "a&b", "{id}", "x" * 200, "ä" * 200],
]


def path_of(complaint_id):
    return f"/v1/complaints/{quote(complaint_id, safe='')}"


@pytest.mark.parametrize("given_id", IDS)
def test_an_id_is_read_decided_and_found_under_its_own_name(service, given_id):
    shop, mia = service.as_("ingest"), service.as_("moderator")
    for other in ("a", given_id):
        body = service.complaint(other, seller_id=other, order_id=other)
        assert shop.post("/v1/complaints", json=body).status_code in (200, 201)
    shown = mia.get(path_of(given_id)).json()
    assert (shown["complaint_id"], shown["seller_id"]) == (given_id, given_id)
    seller = f"/v1/sellers/{quote(given_id, safe='')}"
    assert mia.get(seller).json()["seller_id"] == given_id
    assert mia.get(f"{seller}/ledger").json()["seller_id"] == given_id
    body = {"outcome": "rejected", "reason": "no photo"}
    assert mia.post(f"{path_of(given_id)}/verdict", json=body).status_code == 201
    assert mia.get(path_of(given_id)).json()["verdict"]["outcome"] == "rejected"


@pytest.mark.parametrize("dots", [".", ".."])
def test_an_id_that_every_client_takes_out_of_a_path_cannot_be_filed(service, dots):
    answer = service.as_("ingest").post("/v1/complaints", json=service.complaint(dots))
    assert answer.status_code == 422
    assert "dots" in answer.json()["detail"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200))
def test_any_printable_id_is_read_under_its_own_name(service, complaint_id):
    assume(complaint_id not in (".", ".."))
    body = service.complaint(complaint_id)
    assert service.as_("ingest").post("/v1/complaints", json=body).status_code in (200, 201)
    shown = service.as_("moderator").get(path_of(complaint_id))
    assert shown.json()["complaint_id"] == complaint_id
