"""What every public page has: headers, limits, languages, the marketplace's own colours."""

import pytest
from pydantic import ValidationError

from service.links.visits import PRIVATE
from service.settings import CONTRAST_MIN, Settings, contrast_to_white
from tests.service.console.conftest import visitor


def test_public_pages_are_served_only_where_they_are_switched_on(service, public):
    assert visitor(service).get("/public.css").status_code == 404
    assert visitor(public).get("/public.css").status_code == 200


def test_public_pages_need_no_console(start, sqlite_url):
    known = visitor(start(sqlite_url, public=True, console=False))
    assert known.get("/login").status_code == 404
    assert known.get("/static/public.css").status_code == 200


def test_a_form_of_another_site_is_refused_on_a_page(stranger):
    sent = stranger.post(
        "/public/language", data={"language": "de"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert sent.status_code == 403
    assert "Open this page again and send it from there." in sent.text
    assert "<title>Error:" in sent.text
    for name, value in PRIVATE.items():
        assert sent.headers[name] == value


def test_what_is_written_here_does_not_travel_by_plain_http(public):
    known = visitor(public)
    sent = known.get("/public.css", headers={"Host": "shop.example"})
    assert sent.status_code == 403
    assert "must not travel by plain http" in sent.text


def test_an_address_that_asks_too_often_waits(start, sqlite_url):
    known = visitor(start(sqlite_url, public=True, public_requests_per_second=1))
    answers = [known.get("/public.css") for _ in range(6)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert "Wait a minute." in answers[-1].text


def test_a_reader_chooses_among_the_languages_that_are_offered(start, sqlite_url):
    known = visitor(start(sqlite_url, public=True, public_languages=("en",)))
    refused = known.post(
        "/public/language", data={"language": "de"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert "Wähl" not in refused.text
    assert '<html lang="en"' in refused.text
    assert 'name="language"' not in refused.text


def test_the_choice_leads_back_to_a_page_of_ours_and_nowhere_else(stranger):
    for back, leads_to in (("/report", "/report"), ("https://evil.example/", "/report")):
        sent = stranger.post(
            "/public/language",
            data={"language": "de", "back": back},
            headers={"Sec-Fetch-Site": "same-origin"},
            follow_redirects=False,
        )
        assert sent.headers["location"] == leads_to
        assert "language=de" in sent.headers["set-cookie"]


def test_the_marketplaces_colour_name_logo_and_help_stand_on_the_pages(start, sqlite_url):
    service = start(
        sqlite_url,
        public=True,
        marketplace="Bazaar & Sons",
        marketplace_logo="https://cdn.example/logo.svg",
        marketplace_colour="#0B57A4",
        marketplace_help={"Help": "https://help.example/"},
    )
    known = visitor(service)
    assert "--brand: #0b57a4" in known.get("/public.css").text
    page = known.post("/public/language", headers={"Sec-Fetch-Site": "cross-site"})
    assert "Bazaar &amp; Sons" in page.text
    assert 'href="https://help.example/"' in page.text
    assert "img-src 'self' https://cdn.example;" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("marketplace_logo", "http://cdn.example/logo.svg"),
        ("marketplace_logo", "logo.svg"),
        ("marketplace_colour", "blue"),
        ("marketplace_colour", "#ffff00"),
        ("marketplace_help", {"Help": "javascript:alert(1)"}),
        ("public_languages", ()),
    ],
)
def test_what_would_spoil_the_pages_is_refused_at_the_start(name, value):
    with pytest.raises(ValidationError):
        Settings(**{name: value})


def test_the_contrast_is_that_of_wcag():
    assert contrast_to_white("#000000") == pytest.approx(21)
    assert contrast_to_white("#ffffff") == pytest.approx(1)
    assert contrast_to_white("#767676") >= CONTRAST_MIN > contrast_to_white("#777777")
