"""A buyer is erased, and what is over removed, after a look at what goes and what stays."""

import re

import pytest

from tests.service.conftest import PHOTOS


@pytest.fixture
def ada(sign_in):
    return sign_in("admin", "Ada")


@pytest.fixture
def filed(service):
    """Two complaints of one buyer with two photos each; the first is withdrawn, so it is over."""
    shop = service.as_("ingest", "shop")
    batch = [service.complaint(f"c{n}", buyer_id="b<1>") for n in (1, 2)]
    assert shop.post("/v1/complaints", json={"complaints": batch}).is_success
    service.prove()
    assert shop.post("/v1/complaints/c1/withdrawal", json={"reason": "Sorry."}).is_success
    return batch


def erase(known, typed, **fields):
    given = {"buyer_id": "b<1>", "typed": typed, "idempotency_key": "1"} | fields
    return known.form("/admin/erasure/buyer", **given)


def buyers(service):
    listed = service.as_("admin").get("/v1/sellers/s1/complaints").json()["complaints"]
    return {one["buyer_id"] for one in listed}


def test_the_preview_tells_what_the_erasure_does(service, ada, filed):
    page = ada.form("/admin/erasure/preview", buyer_id="b<1>").text
    assert "id in 2 complaints" in page
    told = " ".join(page.split())
    kinds = ", ".join(f"<bdi>{kind.replace('_', ' ')}</bdi> 1" for kind in sorted(PHOTOS))
    assert f"{len(PHOTOS)} pieces of evidence, with their files: {kinds}</li>" in told
    assert "1 reason of the buyer's for taking a complaint back" in told
    assert "of sellers" not in told
    assert "evidence of 1 complaint that" in page
    assert "<bdi>c2</bdi>" in page
    assert "b<1>" not in page
    assert buyers(service) == {"b<1>"}
    done = erase(ada, "b<1>", reason="They asked.")
    assert "The buyer is erased" in done.text
    [erased] = buyers(service)
    assert erased.startswith("erased-")
    row = done.text.split("<tbody")[1]
    assert f"<bdi>buyer {erased}</bdi>" in row
    assert re.findall(r'class="number"[^>]*>(\d+)<', row) == ["2", str(len(PHOTOS)), "1"]
    records = service.as_("admin").get("/v1/audit").json()["records"]
    [record] = [one for one in records if one["action"] == "buyer.erased"]
    assert (record["actor"], record["why"]) == ("Ada", "They asked.")


def test_another_id_than_that_typed_erases_nothing_and_keeps_the_words(service, ada, filed):
    refused = erase(ada, "b1", reason="They <b>asked</b>.")
    assert refused.status_code == 422
    assert "Nothing was erased" in refused.text
    assert "They &lt;b&gt;asked&lt;/b&gt;." in refused.text
    assert 'value="b1" aria-invalid="true" aria-describedby="fault-typed"' in refused.text
    empty = ada.form("/admin/erasure/preview", buyer_id="")
    assert (empty.status_code, "id: fill this in." in empty.text) == (422, True)
    assert buyers(service) == {"b<1>"}


def test_an_unknown_buyer_is_told_and_no_erasure_offered(ada):
    page = ada.form("/admin/erasure/preview", buyer_id="nobody").text
    assert "No complaint names this buyer" in page
    assert 'action="/admin/erasure/buyer"' not in page


def test_what_is_over_is_counted_and_removed_once_that_is_meant(service, ada, filed):
    assert "Nothing is due" in ada.get("/admin/erasure").text
    service.clock.pass_time(days=731)
    fresh = ada.form("/login", key=service.key("admin", "Ada"))
    assert fresh.status_code == 200
    page = ada.get("/admin/erasure").text
    counts = re.findall(r"<dd>(\d+)</dd>", page)
    assert counts == ["2", str(2 * len(PHOTOS))]
    unsure = ada.form("/admin/erasure/retention", idempotency_key="1")
    assert unsure.status_code == 422
    assert '<a href="#understood">Nothing was removed: tick that' in unsure.text
    assert buyers(service) == {"b<1>"}
    done = ada.form("/admin/erasure/retention", idempotency_key="2", understood="yes")
    assert "Nothing is due" in done.text
    row = done.text.split("<tbody")[1]
    assert re.findall(r'class="number"[^>]*>(\d+)<', row) == counts
    assert "b<1>" not in buyers(service)
