"""One box: any id leads to its page, several are listed, and nothing is said to be nothing."""

import re
from urllib.parse import quote

import pytest

from tests.service.console.conftest import person

HOSTILE = '"><script>alert(1)</script>'
UPHELD = {"outcome": "upheld", "violation": "counterfeit", "reason": "No seam."}


@pytest.fixture
def known(start, database_url):
    """A service with its pages, on each store in turn."""
    return start(database_url, console=True)


@pytest.fixture
def look(known):
    browser = person(known, "analyst")

    def sought(name):
        return browser.get(f"/search?q={quote(name)}", follow_redirects=False)

    return sought


def one_of_everything(service, open_cases):
    """The ids of a market with one of everything, and where each leads."""
    open_cases(service, 1.0)
    batch = [service.complaint(f"c{n}", seller_id="s0", order_id=f"o{n}") for n in (1, 2)]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    service.prove()
    mia, shop = service.as_("moderator", "Mia"), service.as_("ingest")
    verdicts = [mia.post(f"/v1/complaints/c{n}/verdict", json=UPHELD).json() for n in (1, 2)]
    (sanction,) = verdicts[1]["awaiting_approval"]
    appeal = shop.post("/v1/complaints/c1/appeal", json={"reason": "It is real."}).json()
    piece = shop.get("/v1/complaints/c1").json()["evidence"][0]["evidence_id"]
    return {
        "s0": "/sellers/s0",
        "c1": "/complaints/c1",
        "o2": "/complaints/c2",
        "c_0": "/cases/c_0",
        sanction: f"/sanctions/{quote(sanction, safe='')}",
        verdicts[0]["verdict_id"]: "/complaints/c1#decision",
        appeal["appeal_id"]: f"/appeals/{appeal['appeal_id']}",
        piece: f"/evidence/{piece}",
    }


def test_an_id_of_each_kind_leads_to_its_page(known, look, open_cases):
    ids = one_of_everything(known, open_cases)
    for name, address in ids.items():
        went = look(f"  {name} ")
        assert (went.status_code, went.headers.get("location")) == (303, address), name
    for name in ids:
        assert look(name[:-1]).status_code == 200
        assert look(name.upper()).status_code == (303 if name.islower() else 200)


def test_what_several_things_are_called_is_listed_by_kind(known, look):
    batch = [known.complaint("x", seller_id="x", order_id="x")]
    batch += [known.complaint(f"y{n}", order_id="both") for n in (1, 2)]
    known.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    listed = look("x")
    assert listed.status_code == 200
    assert re.findall(r"<h2>(\w+)</h2>", listed.text)[:3] == ["Seller", "Complaint", "Order"]
    found = re.findall(r'<li><a href="([^"]+)"', look("both").text)
    assert sorted(found) == ["/complaints/y1", "/complaints/y2"]


@pytest.mark.parametrize("name", [HOSTILE, "a/b", "ü %2F", "a?b#c", "%", "_"])
def test_any_id_is_found_and_stays_text(known, look, name):
    known.as_("ingest").post("/v1/complaints", json=known.complaint("c1", seller_id=name))
    assert look(name).headers["location"] == f"/sellers/{quote(name, safe='')}"
    assert "<script>alert" not in look(f"{HOSTILE} other").text


@pytest.mark.parametrize("name", ["nobody", HOSTILE, "\x00", "x" * 1_000, "a\nb"])
def test_nothing_found_says_what_was_looked_for(look, name):
    shown = look(name)
    assert shown.status_code == 200
    assert "Nothing has this id" in shown.text
    assert HOSTILE not in shown.text


def test_an_empty_search_says_what_to_type(look):
    assert "Type an id" in look(" ").text


def test_the_box_is_on_every_page(sign_in):
    for address in ("/queue", "/sessions", "/complaints/none"):
        assert 'action="/search"' in sign_in("analyst").get(address).text
