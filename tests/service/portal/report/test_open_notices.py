"""Anybody gives a notice of an offer: DSA Art. 16(2), unverified, believed less, limited harder."""

import pytest
from sqlalchemy import select

from detector.rules.policy.bundled import bundled_text
from service.cases import store as cases
from service.cases.complainants import FLOOD, OPEN_WEIGHT, beliefs_of
from service.intake.reports.tables import reports
from service.leases.tables import cases as case_rows
from service.portal.report.sending import good_faith
from tests.service.console.conftest import person, visitor
from tests.service.pictures import picture
from tests.service.portal.conftest import (
    hidden_in,
    reference_in,
    send_file,
    status_link_in,
)

OFFER = "https://shop.example/{seller_id}/{listing_id}"
SHOP = {"public": True, "public_requests_per_second": 10_000, "offer_address": OFFER}


@pytest.fixture
def shop(start, database_url):
    """A service with public pages, which knows the seller s1; on each store in turn."""
    service = start(database_url, **SHOP)
    filed = service.as_("ingest").post("/v1/complaints", json=service.complaint())
    assert filed.is_success
    return service


def begun(service, address="https://shop.example/s1/x9"):
    """Somebody without a link who has begun a notice about an offer."""
    anybody = visitor(service)
    anybody.form("/report/begin")
    anybody.form("/report/what", category="counterfeit")
    anybody.form("/report/where", addresses=address)
    return anybody


def checked(service, anybody, *, email="ann@example.org"):
    """Answer the rest; the hidden fields of the form that sends it."""
    anybody.form("/report/why", words="The brand sells no such bag.")
    anybody.form("/report/you", name="Ann", email=email)
    service.clock.pass_time(seconds=30)
    return hidden_in(anybody.get("/report/check").text)


def noticed(service, **given):
    """Give a notice; the page that says so."""
    anybody = begun(service)
    form = checked(service, anybody, **given)
    return anybody.form("/report/send", **form, good_faith="yes")


def row_of(service):
    with service.context.database.reading() as connection:
        return connection.execute(select(reports)).one()


def test_a_notice_has_the_four_elements_and_becomes_a_complaint_marked_unverified(shop):
    sent = noticed(shop)
    reference = reference_in(sent.text)
    filed = shop.as_("ingest").get(f"/v1/complaints/{reference}").json()
    assert (filed["seller_id"], filed["listing_id"]) == ("s1", "x9")
    assert (filed["order_id"], filed["buyer_id"]) == (None, "mailto:ann@example.org")
    assert (filed["source"], filed["source_identity"]) == ("notice", None)
    kept = row_of(shop)
    assert kept.words == "The brand sells no such bag."
    assert kept.addresses == "https://shop.example/s1/x9"
    assert (kept.name, kept.email) == ("Ann", "ann@example.org")
    assert kept.good_faith == good_faith()
    page = person(shop, "moderator").get(f"/complaints/{reference}").text
    for part in ("Unverified notice.", kept.addresses, "Ann", kept.good_faith):
        assert part in page
    back = visitor(shop).get(status_link_in(sent.text))
    assert "It waits for a person" in back.text


def test_the_box_starts_unticked_and_nothing_is_sent_without_it(shop):
    anybody = begun(shop)
    form = checked(shop, anybody)
    assert " checked" not in anybody.get("/report/check").text
    refused = anybody.form("/report/send", **form)
    assert refused.status_code == 422
    assert "Tick the box if you agree." in refused.text
    assert row_of(shop).sent_at is None


def test_name_and_mail_may_be_left_empty(shop):
    anybody = begun(shop)
    anybody.form("/report/why", words="forbidden")
    assert anybody.form("/report/you").url.path == "/report/check"
    shop.clock.pass_time(seconds=30)
    form = hidden_in(anybody.get("/report/check").text)
    sent = anybody.form("/report/send", **form, good_faith="yes")
    reference = reference_in(sent.text)
    assert shop.as_("ingest").get(f"/v1/complaints/{reference}").json()["buyer_id"] is None


@pytest.mark.parametrize(
    ("step", "answer", "said"),
    [
        ("where", {"addresses": ""}, "Paste the address of the offer."),
        ("where", {"addresses": "the red bag"}, "This is no address of a page: the red bag"),
        ("where", {"addresses": "https://a.b/c\n" * 3 + "x"}, "This is no address of a page: x"),
        ("who", {"seller": " … "}, "Write the name of the seller as the offer shows it."),
        ("you", {"email": "ann"}, "Write an e-mail address such as ann@example.org"),
        ("what", {"category": "not_received"}, "Choose what is wrong."),
    ],
)
def test_answers_that_will_not_do_are_told_at_their_fields(public, step, answer, said):
    anybody = visitor(public)
    anybody.form("/report/begin")
    refused = anybody.form(f"/report/{step}", **answer)
    assert refused.status_code == 422
    assert refused.text.count(said) == 2


def test_too_many_addresses_are_a_campaign(public):
    anybody = visitor(public)
    anybody.form("/report/begin")
    lines = "\n".join(f"https://shop.example/s1/{number}" for number in range(11))
    assert "Name 10 addresses at most." in anybody.form("/report/where", addresses=lines).text


def test_a_seller_that_is_not_known_is_asked_for_and_then_named_by_a_person(shop):
    anybody = begun(shop, "https://elsewhere.example/bag")
    assert anybody.get("/report/where").status_code == 200
    asked = anybody.form("/report/where", addresses="https://elsewhere.example/bag")
    assert asked.url.path == "/report/who"
    anybody.form("/report/who", seller="Bags and More")
    send_file(anybody, "/report/evidence/photo_received", picture("PNG"))
    sent = anybody.form("/report/send", **checked(shop, anybody), good_faith="yes")
    reference = reference_in(sent.text)
    assert "First we find out who the seller is." in sent.text
    assert "We look for the seller" in anybody.get(f"/report/status/{reference}").text
    mia = person(shop, "moderator", "mia")
    assert "Bags and More" in mia.get("/reports").text
    assert '/reports">Notices <span class="count">1' in mia.get("/queue").text
    wrong = mia.form(f"/reports/{reference}/seller", seller_id="nobody")
    assert wrong.status_code == 422
    assert "names the seller “nobody”" in wrong.text
    named = mia.form(f"/reports/{reference}/seller", seller_id="s1")
    assert named.url.path == f"/complaints/{reference}"
    filed = shop.as_("ingest").get(f"/v1/complaints/{reference}").json()
    assert filed["seller_id"] == "s1"
    assert [piece["kind"] for piece in filed["evidence"]] == ["photo_received"]
    assert "It waits for a person" in anybody.get(f"/report/status/{reference}").text
    assert "No notice waits" in mia.get("/reports").text
    records = mia.get("/audit").text
    assert "seller of a notice named" in records.lower()


def test_an_analyst_reads_notices_and_names_no_seller(shop):
    analyst = person(shop, "analyst")
    assert analyst.get("/reports").status_code == 200
    assert analyst.form("/reports/R-1/seller", seller_id="s1").status_code == 403


def test_a_seller_typed_by_its_id_is_found(shop):
    anybody = begun(shop, "https://elsewhere.example/bag")
    anybody.form("/report/who", seller="s1")
    assert row_of(shop).seller_id == "s1"


def test_a_notice_weighs_less_than_a_buyers_complaint(shop):
    noticed(shop)
    with shop.context.database.reading() as connection:
        belief = beliefs_of(connection, ["s1"], now=shop.clock.now, policies=shop.context.policies)[
            "s1"
        ]
    assert belief == pytest.approx((1 + OPEN_WEIGHT) / 2)


def test_a_flood_of_notices_is_queued_as_a_suspected_brigade(shop):
    for number in range(FLOOD):
        with shop.context.database.reading() as connection:
            assert connection.execute(select(case_rows)).all() == []
        shop.parts.public_notices.check("x")  # buckets are not what this is about
        shop.parts.public_notices._left.clear()
        noticed(shop, email=f"sock{number}@example.org")
    with shop.context.database.reading() as connection:
        (case,) = connection.execute(select(case_rows)).all()
        voices = cases.recent_voices(connection, ["s1"], since=0)["s1"]
    assert (case.seller_id, case.suspicion, case.status) == ("s1", "brigade", "open")
    assert "notices by people without an account" in case.reasons
    assert sum(voice.is_open for voice in voices) == FLOOD
    queue = person(shop, "moderator", "mia").get("/queue").text
    assert "Suspected brigade" in queue


def test_an_address_sends_few_notices_a_day(start, sqlite_url):
    service = start(sqlite_url, **SHOP, public_notices_per_day=4)
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    answers = [noticed(service) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 429, 429]
    assert "Wait a minute." in answers[-1].text


def test_what_the_policy_asks_for_is_asked_for(start, sqlite_url, tmp_path):
    policy = tmp_path / "policy.toml"
    policy.write_text(
        bundled_text("standard").replace('["authenticity_document"]', '["police_report"]')
    )
    anybody = begun(start(sqlite_url, **SHOP, policy=str(policy)))
    shown = anybody.get("/report/evidence").text
    assert "Police report" in shown
    assert "a letter by an expert" not in shown
    assert anybody.get("/report/evidence/police_report").status_code == 200
    assert anybody.get("/report/evidence/strange").status_code == 404


def test_erasing_an_address_of_mail_takes_the_notice_with_it(shop):
    reference = reference_in(noticed(shop).text)
    rejected = {"outcome": "rejected", "reason": "genuine", "evidence": []}
    mia = shop.as_("moderator", "mia")
    assert mia.post(f"/v1/complaints/{reference}/verdict", json=rejected).is_success
    shop.clock.pass_time(days=40)
    body = {"buyer_id": "mailto:ann@example.org", "reason": "asked"}
    assert shop.as_("admin").post("/v1/erasures", json=body).is_success
    kept = row_of(shop)
    assert (kept.words, kept.name, kept.email, kept.addresses) == (None, None, None, None)


def test_retention_empties_notices_whose_seller_nobody_named(public):
    anybody = begun(public)
    anybody.form("/report/who", seller="Bags and More")
    anybody.form("/report/send", **checked(public, anybody), good_faith="yes")
    public.clock.pass_time(days=800)
    assert public.as_("admin").post("/v1/retention", json={}).is_success
    assert row_of(public).words is None
    assert "No notice waits" in person(public, "moderator").get("/reports").text
