"""A moderator sees when one picture came with several complaints."""

from io import BytesIO

from PIL import Image
from sqlalchemy import select

from service.intake.evidence.tables import likenesses
from tests.service.console.conftest import person
from tests.service.intake.evidence.test_likeness import scene


def add(service, complaint_id, picture, kind="JPEG"):
    kept = BytesIO()
    picture.save(kept, kind)
    added = service.as_("ingest").post(
        f"/v1/complaints/{complaint_id}/evidence",
        data={"kind": "photo_received"},
        files={"file": ("x", kept.getvalue(), "image/jpeg")},
    )
    assert added.status_code == 201


def test_the_same_picture_of_another_buyer_is_told(either):
    shop = either.as_("ingest")
    for one, buyer in (("c1", "b1"), ("c2", "b2"), ("c3", "b1"), ("c4", "b4")):
        assert shop.post("/v1/complaints", json=either.complaint(one, buyer_id=buyer)).is_success
    add(either, "c1", scene(1))
    add(either, "c2", scene(1).resize((320, 240)), "PNG")
    add(either, "c3", scene(1))
    add(either, "c4", scene(2))
    mia = person(either, "moderator", "mia")
    page = mia.get("/complaints/c1").text
    told = page.partition("The same picture came with other complaints")[2].partition("</ul>")[0]
    assert 'href="/complaints/c2"' in told
    assert "of another buyer" in told
    assert 'href="/complaints/c3"' in told
    assert "of the same buyer" in told
    assert '/complaints/c4"' not in told
    assert "The same picture" not in mia.get("/complaints/c4").text


def test_an_erased_picture_is_known_no_more(either):
    shop = either.as_("ingest")
    shop.post("/v1/complaints", json=either.complaint("c1", buyer_id="b1"))
    add(either, "c1", Image.effect_mandelbrot((200, 200), (-2, -1.5, 1, 1.5), 50))
    with either.context.database.reading() as connection:
        assert len(connection.execute(select(likenesses)).all()) == 1
    either.clock.pass_time(days=800)
    assert either.as_("admin").post("/v1/retention", json={}).is_success
    with either.context.database.reading() as connection:
        assert connection.execute(select(likenesses)).all() == []
