"""Several verdicts at once: a preview for each, all or none, each with its own notice."""

import html
import re

import pytest
from sqlalchemy import select

from service.database.engine import metadata

ADDRESS = "/cases/c_0/verdicts"
IDS = ["c1", "c2", "c3"]
TYPED = {"outcome": "upheld", "reason": "None of them is <genuine>.", "complaint": IDS[:2]}


@pytest.fixture
def held(service, sign_in, open_cases):
    """Ana, who holds a case with three complaints, two with all evidence on file."""
    open_cases(service, 1.0)
    batch = [service.complaint(one, seller_id="s0") for one in IDS]
    batch.append(service.complaint("elsewhere", seller_id="s9"))
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    service.prove("c1", "c2", "elsewhere")
    ana = sign_in("moderator", "Ana")
    ana.form("/cases/c_0/claim", idempotency_key="claim")
    return ana


def hidden(page):
    form = page.text.split('aria-label="Verdicts"')[1].split("</form>")[0]
    fields = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        fields.setdefault(name, []).append(html.unescape(value))
    return fields


def previewed(known, **changed):
    return known.form(f"{ADDRESS}/preview", **hidden(known.get(ADDRESS)) | TYPED | changed)


def rows(service, name):
    with service.context.database.reading() as connection:
        return connection.execute(select(metadata.tables[name])).all()


def test_each_is_previewed_after_those_before_it_and_all_are_given(service, held):
    assert ADDRESS in held.get("/cases/c_0").text
    shown = previewed(held)
    assert shown.status_code == 200
    assert "takes 6 points: 12 before, 6 after" in shown.text
    assert "takes 6 points: 6 before, 0 after; suspension" in shown.text
    assert rows(service, "verdicts") == []
    assert "Upheld: what it will do about 2 complaints</h2>" in shown.text
    assert "Points the seller holds: 12 before, <strong>0 after" in shown.text
    done = held.form(ADDRESS, **hidden(shown) | TYPED)
    assert "Each of the verdicts is given" in done.text
    assert sorted(one.complaint_id for one in rows(service, "verdicts")) == IDS[:2]
    assert service.as_("analyst").get("/v1/sellers/s0").json()["standing"]["points"] == 0
    for one in IDS[:2]:
        told = service.as_("ingest").get(f"/v1/complaints/{one}/notice").json()
        assert "None of them is <genuine>." in told["text"]
        assert html.escape(told["text"], quote=True).split("\n\n")[1] in shown.text
    again = held.form(ADDRESS, **hidden(shown) | TYPED)
    assert again.url.path == "/cases/c_0"
    assert len(rows(service, "verdicts")) == 2


def test_where_one_would_be_refused_none_is_given_and_the_words_stay(service, held):
    shown = previewed(held, complaint=IDS)
    assert shown.status_code == 422
    assert "2 kinds of evidence are needed" in shown.text
    assert "&lt;genuine&gt;.</textarea>" in shown.text
    assert f'formaction="{ADDRESS}"' not in shown.text
    assert rows(service, "verdicts") == []


def test_where_one_changed_since_none_is_given(service, held):
    shown = previewed(held)
    service.as_("ingest").post("/v1/complaints/c2/answer", json={"text": "It is genuine."})
    stopped = held.form(ADDRESS, **hidden(shown) | TYPED)
    assert stopped.status_code == 409
    assert "the seller answered" in stopped.text
    assert rows(service, "verdicts") == []


@pytest.mark.parametrize("chosen", [["c1", "elsewhere"], ["c1", "c1"], ["nothing"], []])
def test_only_what_the_page_shows_is_decided(service, held, chosen):
    assert previewed(held, complaint=chosen).status_code == 422
    assert rows(service, "verdicts") == []


def test_who_does_not_hold_the_case_gives_none(service, held, sign_in):
    shown = previewed(held)
    held.form("/cases/c_0/release", idempotency_key="release")
    stopped = held.form(ADDRESS, **hidden(shown) | TYPED)
    assert stopped.status_code == 409
    assert rows(service, "verdicts") == []
    claimed = held.form(f"{ADDRESS}/claim", **hidden(stopped) | TYPED)
    assert "Claim the case" not in claimed.text
    assert "&lt;genuine&gt;.</textarea>" in claimed.text
    assert sign_in("analyst").get(ADDRESS).status_code == 403


def test_what_was_chosen_and_typed_waits_for_its_writer_until_it_is_decided(service, held, sign_in):
    kept = held.form(f"{ADDRESS}/draft", **TYPED)
    for page in (kept, held.get(ADDRESS)):
        assert "What you typed is kept." in page.text
        assert "&lt;genuine&gt;.</textarea>" in page.text
        assert [f'value="{one}" checked' in page.text for one in IDS] == [True, True, False]
    assert "genuine" not in sign_in("moderator", "Ben").get(ADDRESS).text
    held.form(ADDRESS, **hidden(previewed(held)) | TYPED)
    assert rows(service, "drafts") == []
