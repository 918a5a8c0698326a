"""Looking at a complaint, a seller or a piece of evidence changes nothing, in any role."""

import pytest

from service.roles import READERS
from tests.service.console.conftest import person
from tests.service.pictures import picture


@pytest.mark.parametrize("role", sorted(READERS))
def test_looking_changes_nothing(service, role):
    shop = service.as_("ingest")
    shop.post("/v1/complaints", json=service.complaint())
    sent = {"data": {"kind": "photo_received"}, "files": {"file": ("x", picture("PNG"), "x/x")}}
    piece = shop.post("/v1/complaints/c1/evidence", **sent).json()["evidence_id"]
    known = person(service, role)
    addresses = ("/complaints/c1", "/sellers/s1", "/search?q=c1", "/search?q=none")
    addresses += (f"/evidence/{piece}", f"/evidence/{piece}/file", f"/evidence/{piece}?turn=1")
    with service.context.database.reading() as connection:
        before = list(connection.connection.driver_connection.iterdump())
    for address in addresses:
        assert known.get(address).status_code == 200, address
    with service.context.database.reading() as connection:
        assert list(connection.connection.driver_connection.iterdump()) == before
