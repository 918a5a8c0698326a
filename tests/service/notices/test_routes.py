"""Notices over HTTP: to whom, in which language, and nobody named who must not be."""

import json

import pytest
from sqlalchemy import update

from detector.rules.reports.elements import Elements
from service.cases import store as case_store
from service.leases.tables import cases
from service.outbox.tables import events
from tests.service.outbox.test_webhook_dispatcher import Receiver, subscribe
from tests.service.pictures import picture

PHOTOS = ["photo_received", "photo_official"]
UPHELD = {"outcome": "upheld", "reason": "the seam is glued", "evidence": PHOTOS}
SECRET = ("jane", "mia", "noa", "secret.png", "the complainant's letter", "example.org")
"""Buyer, people who decide, a file, its note, and where other evidence lies."""


def photograph(service, complaint_id):
    """Add a picture of the complainant's, with a name and a note."""
    sent = {"kind": "photo_received", "note": "the complainant's letter"}
    files = {"file": ("secret.png", picture(), "image/png")}
    path = f"/v1/complaints/{complaint_id}/evidence"
    assert service.as_("ingest").post(path, data=sent, files=files).is_success


@pytest.fixture
def judged(service):
    """Two complaints, of which the first is upheld."""
    batch = [service.complaint(one, buyer_id="jane") for one in ("c1", "c2")]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    service.prove()
    photograph(service, "c1")
    service.mia, service.shop = service.as_("moderator", "mia"), service.as_("ingest", "shop")
    assert service.mia.post("/v1/complaints/c1/verdict", json=UPHELD).is_success
    return service


def notice(service, complaint_id="c1", **params):
    answered = service.shop.get(f"/v1/complaints/{complaint_id}/notice", params=params)
    assert answered.status_code == 200, answered.text
    assert not any(name in answered.text for name in SECRET)
    return answered.json()


def events_of(service, kind):
    with service.context.database.reading() as connection:
        rows = connection.execute(events.select().order_by(events.c.sequence)).all()
    return [one.event_id for one in rows if one.kind == kind]


def event_of(service, kind):
    return events_of(service, kind)[0]


def open_case(service, at):
    with service.context.database.writing() as connection:
        row = {
            "case_id": "k1",
            "seller_id": "s1",
            "status": "open",
            "opened_at": at,
            "due_at": at,
            "suspicion": "seller",
            "opened_for": "certainty",
            "false_chance": 0.1,
            "base": "{}",
            "order_key": 0.0,
            "reasons": "[]",
            "findings": None,
        }
        case_store.insert_cases(connection, [row])


@pytest.mark.parametrize(
    ("letter", "words"),
    [
        ("a", "It takes 6 points; you hold 6."),
        ("a", "The points count until 2 March 2027, 12:00 UTC."),
        ("a", "in every country"),
        ("b", "A complaint was filed on 1 March 2026, 10:00 UTC about order order of c1"),
        ("b", "on notice: somebody complained"),
        ("c", "People decided it; no machine took points. No automated means were used"),
        ("d", "Legal ground: none"),
        ("e", "on evidence, by Standard deduction rules"),
        ("e", "The reason given: the seam is glued"),
        ("f", "You can appeal before 1 April 2026"),
        ("f", "out-of-court"),
        ("f", "court at any time"),
    ],
)
def test_an_upheld_complaint_is_told_with_each_element_of_article_17(judged, letter, words):
    assert letter in "abcdef"[: len(Elements._fields)]
    assert words in notice(judged)["text"]


@pytest.mark.parametrize(
    ("article", "outcome", "words"),
    [
        ("16(4)", None, "We received your complaint c2 on 1 March 2026"),
        ("16(6)", None, "Only people decide about complaints."),
        ("16(5)", "upheld", "It was upheld on 2 March 2026"),
        ("16(5)", "rejected", "It was not upheld, as decided on 2 March 2026"),
        ("16(5)", "rejected", "The reason given: the seam is glued"),
        ("16(5)", "rejected", "You can appeal before 1 April 2026, 12:00 UTC; another person"),
        ("16(5)", "rejected", "out-of-court dispute settlement body"),
        ("16(5)", "unfounded", "You can go to a court at any time."),
        ("16(6)", "rejected", "A program helps to choose which of them people look at first."),
    ],
)
def test_who_complained_is_told_of_receipt_outcome_redress_and_automation(
    judged, article, outcome, words
):
    if outcome:
        judged.mia.post("/v1/complaints/c2/verdict", json=UPHELD | {"outcome": outcome})
    told = notice(judged, "c2", to="complainant")
    assert words in told["text"], article
    assert told["to"] == "complainant"
    assert "points" not in told["text"].split("by Standard deduction rules")[0]
    assert "You hold" not in told["text"]


def test_only_the_party_that_lost_is_told_until_when_to_appeal(judged):
    judged.mia.post("/v1/complaints/c2/verdict", json=UPHELD | {"outcome": "rejected"})
    assert notice(judged, "c1")["appeal_until"]
    assert notice(judged, "c1", to="complainant")["appeal_until"] is None
    assert notice(judged, "c2")["appeal_until"] is None
    assert "You can appeal" not in notice(judged, "c2")["text"]
    assert notice(judged, "c2", to="complainant")["appeal_until"]


def test_what_a_complainant_took_back_is_confirmed_to_them(judged):
    judged.shop.post("/v1/complaints/c2/withdrawal", json={"reason": "secret.png"})
    assert "You took it back on 2 March 2026" in notice(judged, "c2", to="complainant")["text"]


def test_a_notice_is_written_in_the_language_asked_for_and_english_is_the_plain_text(judged):
    english, german = notice(judged), notice(judged, language="de")
    assert (english["language"], german["language"]) == ("en", "de")
    assert "Sie können bis 1. April 2026, 12:00 UTC widersprechen" in german["text"]
    assert '<html lang="de" dir="ltr">' in german["html"]
    assert judged.shop.get("/v1/complaints/c1/notice?language=xx").status_code == 422


def test_what_people_typed_stays_text_in_the_html(judged):
    hostile = "<script>alert(1)</script> %(x)s & {0}"
    body = UPHELD | {"outcome": "rejected", "reason": hostile}
    judged.mia.post("/v1/complaints/c2/verdict", json=body)
    told = notice(judged, "c2")
    assert hostile in told["text"]
    assert "<script" not in told["html"]
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt; %(x)s &amp; {0}</bdi>" in told["html"]


def test_a_decision_on_a_seller_whom_the_detector_showed_says_so(judged):
    open_case(judged, judged.clock.now)
    judged.clock.pass_time(hours=1)
    path = "/v1/complaints/c2/verdict"
    preview = judged.mia.post(f"{path}/preview", json=UPHELD).json()
    assert judged.mia.post(path, json=UPHELD).is_success
    assert "Automated means were used to detect it" in notice(judged, "c2")["text"]
    assert notice(judged, "c2")["text"] == preview["notice"]
    with judged.context.database.writing() as connection:
        early = judged.clock.now - 1
        connection.execute(update(cases).values(status="closed", closed_at=early))
    assert "No automated means" in notice(judged, "c2")["text"]


class TestEvents:
    """What a webhook is told of, as a mail to the seller."""

    def test_points_that_were_taken_are_told_with_the_reasons_and_the_warning(self, judged):
        told = judged.shop.get(f"/v1/notices/{event_of(judged, 'points.deducted')}").json()
        mail = told["notice"]
        assert (told["seller_id"], mail["to"]) == ("s1", "seller")
        assert mail["subject"] == "Points were taken from you"
        for words in ("You held 12 points, and now you hold 6.", "glued", "You are warned."):
            assert words in mail["text"]
        assert not any(name in json.dumps(told) for name in SECRET)

    def test_a_suspension_is_told_by_its_statement_and_its_end_when_it_was_lifted(self, judged):
        judged.mia.post("/v1/complaints/c2/verdict", json=UPHELD)
        [waiting] = judged.as_("analyst").get("/v1/sanctions").json()["sanctions"]
        approval = f"/v1/sanctions/{waiting['sanction_id']}/approve"
        assert judged.as_("reviewer", "noa").post(approval, json={"reason": "seen"}).is_success
        path = f"/v1/notices/{event_of(judged, 'seller.suspended')}"
        mail = judged.shop.get(path, params={"language": "de"}).json()["notice"]
        assert mail["subject"] == "Ihr Shop ist gesperrt"
        assert "Ihr Shop ist gesperrt, vom 2. März 2026, 12:00 UTC bis" in mail["text"]
        assert not any(name in json.dumps(mail) for name in SECRET)
        appeal = judged.shop.post("/v1/complaints/c2/appeal", json={"reason": "genuine"}).json()
        decision = f"/v1/appeals/{appeal['appeal_id']}/decision"
        judged.as_("reviewer").post(decision, json={"outcome": "granted", "reason": "x"})
        lifted = judged.shop.get(f"/v1/notices/{event_of(judged, 'sanction.lifted')}").json()
        assert "This measure was voided on 2 March 2026" in lifted["notice"]["text"]
        restored = event_of(judged, "points.restored")
        told = judged.shop.get(f"/v1/notices/{restored}").json()["notice"]["text"]
        assert "You held 0 points, and now you hold 6." in told
        assert "that decision was set aside" in told

    def test_an_event_of_no_effect_on_the_seller_has_none_and_an_unknown_one_is_404(self, judged):
        with judged.context.database.writing() as connection:
            body = json.dumps({"seller_id": "s1", "case_id": "k"})
            row = {"event_id": "ev_1", "sequence": 99, "kind": "case.opened", "at": 0}
            connection.execute(events.insert().values(**row, body=body))
        assert judged.shop.get("/v1/notices/ev_1").json()["notice"] is None
        assert judged.shop.get("/v1/notices/ev_2").status_code == 404

    @pytest.mark.parametrize(
        ("outcome", "words"),
        [
            ("rejected", ("It was not upheld", "You can appeal before")),
            ("unfounded", ("It was found manifestly unfounded", "You can appeal before")),
            ("upheld", ("It was upheld",)),
        ],
    )
    def test_who_complained_is_told_of_every_decision(self, judged, outcome, words):
        given = {"outcome": outcome, "reason": "as the label shows"}
        if outcome == "upheld":
            photograph(judged, "c2")
            given["evidence"] = PHOTOS
        assert judged.mia.post("/v1/complaints/c2/verdict", json=given).is_success
        told = judged.shop.get(f"/v1/notices/{events_of(judged, 'complaint.decided')[-1]}").json()
        mail = told["notice"]
        assert (told["seller_id"], mail["to"]) == ("s1", "complainant")
        assert mail["subject"] == "Your complaint c2 was decided"
        for said in ("as the label shows", *words):
            assert said in mail["text"]
        assert not any(name in json.dumps(told) for name in SECRET)

    def test_an_appeal_tells_who_complained_that_it_fell_and_who_appealed_that_it_did_not(
        self, judged
    ):
        rita, appeals = judged.as_("reviewer", "rita"), {}
        for complaint_id, by in (("c1", "seller"), ("c2", "complainant")):
            if by == "complainant":
                given = {"outcome": "rejected", "reason": "the label is right"}
                url = f"/v1/complaints/{complaint_id}/verdict"
                assert judged.mia.post(url, json=given).is_success
            body = {"by": by, "reason": "look again"}
            filed = judged.shop.post(f"/v1/complaints/{complaint_id}/appeal", json=body)
            appeals[complaint_id] = filed.json()["appeal_id"]
        told = []
        for complaint_id, outcome in (("c1", "granted"), ("c2", "denied")):
            url = f"/v1/appeals/{appeals[complaint_id]}/decision"
            given = {"outcome": outcome, "reason": "the receipt is real"}
            assert rita.post(url, json=given).is_success
            kind = "complaint.decided" if outcome == "granted" else "appeal.denied"
            event = events_of(judged, kind)[-1]
            told.append(judged.shop.get(f"/v1/notices/{event}").json()["notice"])
        assert [mail["to"] for mail in told] == ["complainant", "complainant"]
        assert "that decision was set aside" in told[0]["text"]
        for said in ("was not granted", "the receipt is real", "You can go to a court"):
            assert said in told[1]["text"]
        assert not any(name in json.dumps(told) for name in (*SECRET, "rita"))

    def test_who_complained_is_told_that_their_appeal_opens_it_again_and_how_it_ends(self, judged):
        given = {"outcome": "rejected", "reason": "the label is right"}
        assert judged.mia.post("/v1/complaints/c2/verdict", json=given).is_success
        body = {"by": "complainant", "reason": "look again"}
        appeal = judged.shop.post("/v1/complaints/c2/appeal", json=body).json()["appeal_id"]
        url = f"/v1/appeals/{appeal}/decision"
        rita = judged.as_("reviewer", "rita")
        assert rita.post(url, json={"outcome": "granted", "reason": "look"}).is_success
        event = events_of(judged, "complaint.decided")[-1]
        told = judged.shop.get(f"/v1/notices/{event}").json()["notice"]
        assert told["subject"] == "Your appeal about complaint c2 was decided"
        assert "was granted" in told["text"]
        assert "We received" not in told["text"]
        photograph(judged, "c2")
        given = {"outcome": "upheld", "reason": "it is forged", "evidence": PHOTOS}
        assert (
            judged.as_("moderator", "max").post("/v1/complaints/c2/verdict", json=given).is_success
        )
        for told_of in (event, events_of(judged, "complaint.decided")[-1]):
            late = judged.shop.get(f"/v1/notices/{told_of}").json()["notice"]
            assert late["subject"] == "Your complaint c2 was decided"

    def test_nobody_is_told_where_the_marketplace_itself_raised_it(self, judged):
        body = judged.complaint("c3", source="own_initiative")
        judged.shop.post("/v1/complaints", json=body)
        given = {"outcome": "rejected", "reason": "the label is right"}
        assert judged.mia.post("/v1/complaints/c3/verdict", json=given).is_success
        told = judged.shop.get(f"/v1/notices/{events_of(judged, 'complaint.decided')[-1]}").json()
        assert told["notice"] is None

    def test_a_webhook_is_sent_the_notice_and_the_store_keeps_none(self, start, sqlite_url):
        service, receiver = start(sqlite_url, language="de"), Receiver()
        subscribe(service, receiver)
        service.as_("ingest").post("/v1/complaints", json=service.complaint(buyer_id="jane"))
        service.prove()
        service.as_("moderator", "mia").post("/v1/complaints/c1/verdict", json=UPHELD)
        service.parts.webhook_dispatcher.deliver()
        receiver.close()
        body, decided = (body for _, body in receiver.heard)
        told = json.loads(body)
        assert (told["kind"], told["points"]) == ("points.deducted", 6)
        assert json.loads(decided)["notice"]["to"] == "complainant"
        assert "jane" not in decided.decode()
        assert told["notice"]["subject"] == "Ihnen wurden Punkte abgezogen"
        assert "the seam is glued" in told["notice"]["html"]
        assert "jane" not in body.decode()
        sent = service.as_("admin").get("/v1/deliveries").json()["deliveries"]
        assert len(sent) == 2
        assert all("notice" not in one["facts"] for one in sent)
        with service.context.database.reading() as connection:
            assert "seam" not in repr(connection.execute(events.select()).all())
