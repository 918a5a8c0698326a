"""Links over HTTP: made, kept as hashes, opened any number of times, revoked, forgotten."""

import pytest
from fastapi import Request
from sqlalchemy import select
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from detector.instants import text_of
from service.database.engine import metadata
from service.links import visits
from service.links.rules import PASS_US
from service.links.tables import links
from service.refusals import NoSuchLink

DAY_US = 86_400_000_000
BUYER = {"kind": "complaint", "seller_id": "s1", "order_id": "o/1", "buyer_id": "b1"}
SELLER = {"kind": "seller", "seller_id": "s1"}


def made(service, wanted=SELLER, *, days=30, key=None, shop=None):
    headers = {} if key is None else {"Idempotency-Key": key}
    body = wanted | {"expires_at": text_of(service.clock.now + int(days * DAY_US))}
    return (shop or service.as_("ingest")).post("/v1/links", json=body, headers=headers)


@pytest.fixture
def page(service):
    """A page that links open, as a slice of pages would have it."""
    app = service.client.app

    @app.get("/seller/{token}")
    def show(token: str, request: Request):
        try:
            return visits.exchange(request, token, "seller")[0]
        except NoSuchLink as refusal:
            return PlainTextResponse(str(refusal), 404)

    @app.get("/seller")
    def show_seller(request: Request):
        try:
            return PlainTextResponse(visits.visitor(request, "seller").seller_id)
        except NoSuchLink as refusal:
            return PlainTextResponse(str(refusal), 404)

    return TestClient(app, follow_redirects=False)


def opened(page, address):
    """What somebody with an empty browser sees who opens an address."""
    page.cookies.clear()
    answer = page.get(address)
    return page.get("/seller") if answer.status_code == 303 else answer


def everything_in(service):
    with service.context.database.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
        }


def test_a_link_opens_its_page_any_number_of_times_and_changes_nothing(service, page):
    address = made(service).json()["address"]
    before = everything_in(service)
    assert [opened(page, address).text for _ in range(3)] == ["s1"] * 3
    assert everything_in(service) == before


def test_the_token_leaves_the_address_for_a_cookie_of_the_page_alone(service, page):
    address = made(service).json()["address"]
    token = address.rpartition("/")[2]
    answer = page.get(address)
    assert (answer.status_code, answer.headers["location"]) == (303, "/seller")
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=lax", "Path=/seller", "Max-Age=7200"):
        assert part in cookie
    assert token not in cookie
    for name, value in visits.PRIVATE.items():
        assert answer.headers[name] == value


def test_the_store_holds_no_token(service):
    answers = [made(service), made(service, key="k1")]
    tokens = [one.json()["address"].rpartition("/")[2] for one in answers]
    assert all(len(token) == 43 for token in tokens)  # 256 bits
    assert not [token for token in tokens if token in repr(everything_in(service))]


def test_unknown_expired_revoked_and_anothers_links_are_answered_alike(service, page):
    shop = service.as_("ingest")
    good, short, revoked = (made(service, days=days, shop=shop).json() for days in (30, 1, 30))
    buyers = made(service, BUYER, shop=shop).json()["address"].replace("/report/", "/seller/")
    assert shop.delete(f"/v1/links/{revoked['link_id']}").status_code == 204
    service.clock.pass_time(days=1)
    found = [
        opened(page, address)
        for address in (f"/seller/{'x' * 43}", short["address"], revoked["address"], buyers)
    ]
    assert {(one.status_code, one.text) for one in found} == {
        (404, "this link is not good; ask for another where you got it")
    }
    assert opened(page, good["address"]).text == "s1"


def test_a_cookie_ends_by_itself_and_with_its_link(service, page):
    link = made(service).json()
    assert opened(page, link["address"]).text == "s1"
    service.clock.pass_time(seconds=PASS_US / 1e6)
    assert page.get("/seller").status_code == 404
    assert opened(page, link["address"]).text == "s1"
    service.as_("ingest").delete(f"/v1/links/{link['link_id']}")
    assert page.get("/seller").status_code == 404


def test_a_request_sent_again_gets_the_same_address_and_makes_one_link(either):
    shop = either.as_("ingest")
    first, again = (made(either, key="k1", shop=shop) for _ in range(2))
    assert first.json() == again.json()
    assert first.status_code == again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    assert made(either, key="k2", shop=shop).json()["address"] != first.json()["address"]
    assert made(either, key="k1").json()["address"] != first.json()["address"]  # another's key
    with either.context.database.reading() as connection:
        assert len(connection.execute(select(links)).all()) == 3


def test_who_lost_the_key_that_made_a_link_is_sent_to_make_another(service):
    shop = service.as_("ingest")
    made(service, key="k1", shop=shop)
    with service.context.database.writing() as connection:
        connection.execute(links.delete())
    again = made(service, key="k1", shop=shop)
    assert (again.status_code, again.json()["type"]) == (410, "urn:detector:response-erased")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": "complaint"}, "order_id and buyer_id"),
        ({"buyer_id": "b1"}, "a seller learns of no buyer"),
        ({"listing_id": "x"}, "a seller learns of no buyer"),
        ({"expires_at": "2026-03-02T12:00:00Z"}, "expires after now"),
        ({"expires_at": "2029-01-01T00:00:00Z"}, "within 800 days"),
        ({"language": "xx"}, "language"),
    ],
)
def test_a_link_that_would_serve_nobody_is_refused(service, changed, said):
    body = SELLER | {"expires_at": "2026-04-01T00:00:00Z"} | changed
    refused = service.as_("ingest").post("/v1/links", json=body)
    assert refused.status_code == 422
    assert said in refused.json()["detail"]


@pytest.mark.parametrize("role", ["moderator", "reviewer", "analyst"])
def test_people_make_and_revoke_no_links(service, role):
    person = service.as_(role)
    assert made(service, shop=person).status_code == 403
    assert person.delete("/v1/links/l_1").status_code == 403


def test_a_revocation_is_on_record_once(service):
    shop, link = service.as_("ingest", "shop"), made(service).json()
    assert [shop.delete(f"/v1/links/{link['link_id']}").status_code for _ in "12"] == [204, 204]
    records = service.as_("analyst").get("/v1/audit", params={"seller": "s1"}).json()["records"]
    revoked = [(one["actor"], one["subject"]) for one in records if one["action"] == "link.revoked"]
    assert revoked == [("shop", f"link {link['link_id']}")]
    assert shop.delete("/v1/links/none").status_code == 404


def test_an_erased_buyers_links_are_gone(service):
    made(service, BUYER)
    made(service)
    erased = {"buyer_id": "b1", "reason": "asked"}
    assert service.as_("admin").post("/v1/erasures", json=erased).status_code == 200
    with service.context.database.reading() as connection:
        assert [row.kind for row in connection.execute(select(links))] == ["seller"]


def test_retention_forgets_links_that_expired_a_month_ago(service):
    made(service, days=1)
    made(service, days=60)
    service.clock.pass_time(days=32)
    assert service.as_("admin").post("/v1/retention", json={}).status_code == 200
    with service.context.database.reading() as connection:
        assert len(connection.execute(select(links)).all()) == 1
