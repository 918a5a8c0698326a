"""Signing in at an identity provider: the way there and back, and what goes wrong on it."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from detector.errors import BadInput
from service.console.signing_in import identity_provider
from tests.service.console.conftest import ORIGIN, visitor
from tests.service.identity_provider import CLIENT, SECRET, IdentityProvider
from tests.service.local_server import RawServer, drip, hang


@pytest.fixture
def provider():
    opened = IdentityProvider()
    yield opened
    opened.close()


@pytest.fixture
def service(start, sqlite_url, provider):
    return start(sqlite_url, **provider.settings)


def set_out(known, wanted="/queue"):
    """Follow the link of the login page; where the provider lives."""
    sent = known.get("/login/provider", params={"next": wanted}, follow_redirects=False)
    assert sent.status_code == 303, sent.text
    return sent.headers["location"]


def way_back(address):
    """What the provider answers to who was led to it."""
    location = httpx.get(address, timeout=60).headers["location"]
    assert location.startswith(f"{ORIGIN}/login/callback?")
    return location


def sign_in(service, wanted="/queue"):
    known = visitor(service)
    return known, known.get(way_back(set_out(known, wanted)))


def refused(service, status, words):
    known = visitor(service)
    return refused_at(known, way_back(set_out(known)), status, words)


def refused_at(known, back, status, words):
    page = known.get(back)
    assert (page.status_code, page.url.path) == (status, "/login/callback")
    assert words in page.text
    assert 'href="/login"' in page.text
    assert known.get("/queue").url.path == "/login"
    return page


def test_a_person_signs_in_and_goes_on_to_where_they_wanted(service):
    known, page = sign_in(service, "/queue?which=mine")
    assert (page.status_code, str(page.url)) == (200, f"{ORIGIN}/queue?which=mine")
    assert "mia" in page.text
    assert set(known.cookies) == {"detector"}


def test_the_login_page_offers_it_as_a_link_only_where_there_is_one(service, start, sqlite_url):
    page = visitor(service).get("/login?next=/queue%3Fwhich%3Dmine").text
    assert 'href="/login/provider?next=%2Fqueue%3Fwhich%3Dmine"' in page
    alone = visitor(start(sqlite_url))
    assert "/login/provider" not in alone.get("/login").text
    assert alone.get("/login/provider").status_code == 404
    assert alone.get("/login/callback").status_code == 404


def test_the_provider_is_asked_for_a_code_bound_to_this_browser(service):
    known, other = visitor(service), visitor(service)
    first, second = (parse_qs(urlsplit(set_out(one)).query) for one in (known, other))
    assert first["redirect_uri"] == [f"{ORIGIN}/login/callback"]
    assert (first["client_id"], first["scope"]) == ([CLIENT], ["openid"])
    for drawn in ("state", "nonce", "code_challenge"):
        assert first[drawn] != second[drawn]
        assert len(first[drawn][0]) == 43


def test_its_cookie_is_short_lived_and_leaves_with_a_link_from_elsewhere(
    start, sqlite_url, provider
):
    service = start(sqlite_url, public_url="https://desk.example.org", **provider.settings)
    sent = visitor(service).get("/login/provider", follow_redirects=False)
    cookie = sent.headers["set-cookie"]
    assert cookie.startswith("__Host-detector-signing-in=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=600"):
        assert part in cookie
    asked = parse_qs(urlsplit(sent.headers["location"]).query)
    assert asked["redirect_uri"] == ["https://desk.example.org/login/callback"]


def test_a_session_of_the_provider_ends_as_others_do(service):
    known, _ = sign_in(service)
    cookies = dict(known.cookies)
    assert known.form("/logout").url.path == "/login"
    known.cookies.update(cookies)
    assert known.get("/queue").url.path == "/login"
    idle, _ = sign_in(service)
    service.clock.pass_time(minutes=61)
    assert idle.get("/queue").url.path == "/login"


def test_another_browsers_way_back_begins_nothing(service):
    attacker, victim = visitor(service), visitor(service)
    theirs = way_back(set_out(attacker))
    assert victim.get(theirs).status_code == 401  # without a cookie
    set_out(victim)
    page = victim.get(theirs)  # with one's own
    assert page.status_code == 401
    assert "began in another browser" in page.text
    assert "detector" not in victim.cookies


def test_a_way_back_is_good_once_even_where_the_provider_forgets_its_codes(service, provider):
    known, again = visitor(service), visitor(service)
    address = set_out(known)
    back, kept = way_back(address), dict(known.cookies)
    assert known.get(back).status_code == 200
    again.cookies.update(kept)
    assert "does not know this sign-in" in again.get(back).text
    nonce = parse_qs(urlsplit(address).query)["nonce"][0]
    provider.exchange = lambda *_: (200, {"id_token": provider.id_token(nonce)})
    again.cookies.update(kept)
    page = again.get(back)
    assert page.status_code == 401
    assert "used before" in page.text


def test_after_ten_minutes_one_begins_again(service):
    known = visitor(service)
    back = way_back(set_out(known))
    service.clock.pass_time(minutes=10)
    assert known.get(back).status_code == 401


@pytest.mark.parametrize(
    "cookie", ["", "x", "1.x.", "9.x.L3F1ZXVl", "x.y.z", "1.é.é", "1.x.y.z", "-1.x.L3F1ZXVl"]
)
def test_a_cookie_of_nonsense_begins_nothing(service, provider, cookie):
    known = visitor(service)
    back = way_back(set_out(known))
    known.cookies.clear()
    sent = known.get(back, headers={"Cookie": f"detector-signing-in={cookie}".encode()})
    assert sent.status_code == 401
    assert provider.exchanged == 0


def test_who_is_denied_there_reads_so_and_none_of_the_providers_sentences(service, provider):
    provider.denies = True
    page = refused(service, 403, "the identity provider answers access_denied")
    assert "Call us" not in page.text
    assert provider.exchanged == 0


def test_no_address_leads_elsewhere_after_signing_in(service):
    for wanted in ("//evil.example", "https://evil.example", "/\\evil.example", "/" + "x" * 3_000):
        _, page = sign_in(service, wanted)
        assert page.url.path == "/queue", wanted


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"nonce": "another sign-in's"}, 401),
        ({"nonce": None}, 401),
        ({"aud": "another client"}, 401),
        ({"aud": [CLIENT, "another"], "azp": "another"}, 401),
        ({"iss": "https://evil.example"}, 401),
        ({"exp": 1_000_000_000}, 401),
        ({"sub": ""}, 401),
        ({"roles": []}, 403),
        ({"roles": ["admin"]}, 403),  # which the settings map to nothing
        ({"roles": ["shop"]}, 403),  # which has the API alone
    ],
)
def test_a_token_of_another_or_without_a_role_opens_nothing(service, provider, claims, status):
    provider.claims = claims
    refused(service, status, "<h1>")


def test_a_token_signed_by_a_stranger_opens_nothing(service, provider):
    stranger = IdentityProvider()
    provider.id_token = lambda nonce: stranger_token(stranger, provider.issuer, nonce)
    refused(service, 401, "not to be believed")
    stranger.close()


def stranger_token(stranger, issuer, nonce):
    stranger.claims = {"iss": issuer}
    return IdentityProvider.id_token(stranger, nonce)


def test_where_the_provider_gives_no_token_the_page_says_so(service, provider):
    provider.token_status = 500
    refused(service, 503, "its status is 500")
    provider.token_status = 200
    provider.exchange = lambda *_: (200, {"id_token": 7})
    refused(service, 503, "gives no token")
    provider.exchange = lambda *_: (401, {"error": "invalid_client"})
    refused(service, 503, "invalid_client")


@pytest.mark.parametrize("answer", [hang, drip])
def test_a_token_endpoint_that_does_not_answer_is_given_up_on(
    service, provider, monkeypatch, answer
):
    slow = RawServer(answer)
    provider.document = {"token_endpoint": slow.url}
    known = visitor(service)
    back = way_back(set_out(known))
    monkeypatch.setattr(identity_provider, "ANSWER_S", 0.3)  # for the token endpoint alone
    refused_at(known, back, 503, "does not answer (TimeoutError)")
    slow.close()


def test_without_a_good_discovery_document_one_page_says_so(start, sqlite_url, provider):
    for document in (
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "http://far.example/authorize"},
        {"authorization_endpoint": 7},
    ):
        provider.document = document
        page = visitor(start(sqlite_url, **provider.settings)).get("/login/provider")
        assert page.status_code == 503, document
        assert 'href="/login"' in page.text
    settings = {**provider.settings, "oidc_discovery": "http://127.0.0.1:1/none"}
    away = visitor(start(sqlite_url, **settings)).get("/login/provider")
    assert away.status_code == 503
    assert "does not answer" in away.text


def test_an_answer_that_names_another_provider_is_refused(service, provider):
    known = visitor(service)
    back = way_back(set_out(known))
    assert known.get(f"{back}&iss=https://evil.example").status_code == 401
    back = way_back(set_out(known))
    assert known.get(f"{back}&iss={provider.issuer}").status_code == 200


def test_where_the_provider_promises_its_name_it_must_be_there(start, sqlite_url, provider):
    provider.document = {"authorization_response_iss_parameter_supported": True}
    refused(start(sqlite_url, **provider.settings), 401, "another identity provider")


def test_the_secret_goes_as_the_provider_takes_it(start, sqlite_url, provider):
    provider.document = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    seen = {}

    def exchange(form, basic):
        seen.update(form, basic=basic)
        return IdentityProvider.exchange(provider, form, "the+pages:a+secret%3A+100+%25")

    provider.exchange = exchange
    _, page = sign_in(start(sqlite_url, **provider.settings))
    assert page.status_code == 200
    assert (seen["client_id"], seen["client_secret"], seen["basic"]) == (CLIENT, SECRET, "")
    public = {**provider.settings, "oidc_client_secret": None}
    sign_in(start(sqlite_url, **public))
    seen.clear()
    sign_in(start(sqlite_url, **public))
    assert "client_secret" not in seen


def test_by_plain_http_nobody_signs_in_from_elsewhere(start, sqlite_url, provider):
    service = start(sqlite_url, public_url="http://desk.example.org", **provider.settings)
    refusal = visitor(service).get("/login/provider", follow_redirects=False)
    assert refusal.status_code == 403
    assert "DETECTOR_PUBLIC_URL" in refusal.text


def test_an_address_may_not_set_out_all_day(start, sqlite_url, provider):
    service = start(sqlite_url, sign_ins_per_second=0.5, **provider.settings)
    tried = [
        visitor(service).get("/login/provider", follow_redirects=False).status_code
        for _ in range(4)
    ]
    assert tried[-1] == 429


def test_neither_code_nor_secret_reaches_the_log(service, capsys):
    known = visitor(service)
    back = way_back(set_out(known))
    known.get(back)
    known.get(back)
    out = capsys.readouterr()
    for secret in (SECRET, parse_qs(urlsplit(back).query)["state"][0]):
        assert secret not in out.out + out.err


def test_half_a_client_is_refused():
    from service.cli.environment import settings_of

    whole = {"oidc_issuer": "https://id.example", "oidc_audience": "x", "oidc_jwks": "/keys.json"}
    whole["oidc_roles"] = {"mods": "moderator"}
    for given, told in (
        ({"oidc_client_secret": "x"}, "goes with OIDC_CLIENT_ID"),
        ({"oidc_client_id": "x"}, "OIDC_CLIENT_ID goes with"),
        ({**whole, "oidc_client_id": "x", "oidc_discovery": "http://id.example"}, "https"),
        ({**whole, "oidc_client_id": "x", "oidc_issuer": "mine"}, "https"),
    ):
        with pytest.raises(BadInput, match=told):
            settings_of(**given)
    settings = settings_of(**whole, oidc_client_id="x")
    assert settings.discovery == "https://id.example/.well-known/openid-configuration"
