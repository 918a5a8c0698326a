"""Nothing is wider than its place, however long its words and however narrow the window."""

import pytest

WIDER = """root => [...root.querySelectorAll('*')]
    .filter((one) => one.checkVisibility() && one.getClientRects().length)
    .filter((one) => getComputedStyle(one).position !== 'absolute')
    .filter((one) => one.getBoundingClientRect().right > root.getBoundingClientRect().right + 1)
    .map((one) => one.outerHTML.slice(0, 120))"""


@pytest.fixture
def served(sqlite_served):
    return sqlite_served


@pytest.mark.parametrize("width", [1280, 390])
def test_a_long_link_stays_in_its_column_of_the_verdicts_page(visit, served, width):
    number = served.open_case(photographs=False, complaints=1).removeprefix("c_story")
    link = {"kind": "photo", "link": "https://example.org/" + "x" * 400, "note": "y" * 200}
    served.api("ingest", "shop").post(f"/v1/complaints/story-{number}-1/evidence", json=link)
    page = visit("moderator", "Mia who looks closely")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/complaints/story-{number}-1/verdict")
    columns = page.locator(".columns > *").all()
    assert len(columns) == 2
    assert [column.evaluate(WIDER) for column in columns] == [[], []]


TABLES = (
    *("/admin/keys", "/admin/webhooks", "/admin/deliveries?state=waiting", "/admin/models"),
    *("/admin/erasure", "/audit", "/rules", "/overview", "/models", "/rules/what-if/{what_if}"),
    *("/models/{version}/drift", "/models/{version}/budget"),
    *(
        "/audit-sample",
        "/sessions",
        "/sellers/{seller}",
        "/sellers/{seller}/exceptions",
        "/cases/{flagged_case}",
    ),
)
"""Pages that have tables."""
FITS = "[...document.querySelectorAll('.scroll')].every(one => one.scrollWidth <= one.clientWidth)"


def test_tables_are_read_without_scrolling_sideways(visit, served):
    served.key("moderator", "A person with a name that is rather longer than most")
    page = visit("admin", "Ada on her telephone")
    page.set_viewport_size({"width": 390, "height": 900})
    for address in TABLES:
        page.goto(address.format(**served.facts))
        page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
        assert page.evaluate(FITS), address
        assert page.get_by_role("columnheader").count(), address  # it is a table all the same
