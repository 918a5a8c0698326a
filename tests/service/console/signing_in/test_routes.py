"""Signing in by key or link, out again, and one's own sessions."""

from service.console.sessions.actions import make_link
from service.http.access.keys import key_id_of
from tests.service.console.conftest import person, visitor


def test_a_wrong_key_is_told_on_the_page(service):
    service.key("admin")
    refused = visitor(service).form("/login", key="sd_no_key")
    assert refused.status_code == 401
    assert "The key is unknown, revoked or expired." in refused.text
    assert "<title>Error: Sign in" in refused.text


def test_the_first_visitor_learns_how_to_make_a_key(service):
    assert "detector keys create" in visitor(service).form("/login", key="sd_no_key").text


def test_a_link_signs_in_once(service):
    key_id = key_id_of(service.key("admin", "Ana"))
    with service.context.database.writing() as connection:
        once = make_link(connection, key_id, now=service.clock.now)
    assert f'value="{once}"' in visitor(service).get(f"/login?once={once}").text
    assert "Ana" in visitor(service).form("/login", once=once).text
    assert visitor(service).form("/login", once=once).status_code == 401


def test_no_address_leads_elsewhere_after_signing_in(service):
    for wanted in ("//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil", "x"):
        known = visitor(service)
        entered = known.form("/login", key=service.key("moderator"), next=wanted)
        assert entered.url.path == "/queue", wanted


def test_signing_out_ends_the_session_and_gives_cases_back(service, sign_in, open_cases):
    open_cases(service, 1.0)
    known = sign_in("moderator", "Ana")
    cookies = dict(known.cookies)
    known.form("/queue/claim", idempotency_key="k")
    out = known.form("/logout")
    assert "You are signed out." in out.text
    assert not known.cookies
    known.cookies.update(cookies)
    assert known.get("/queue").url.path == "/login"
    (case,) = service.as_("admin").get("/v1/queue").json()["cases"]
    assert case["lease"] is None


def test_one_ends_a_session_of_ones_own_and_no_other(service, sign_in):
    ana, elsewhere, ben = sign_in("moderator", "Ana"), sign_in("moderator", "Ana"), sign_in("admin")
    session = ben.cookies["detector"].partition(".")[0]
    ana.form("/sessions/end", session_id=session)
    assert ben.get("/queue").url.path == "/queue"
    ana.form("/sessions/end", session_id=elsewhere.cookies["detector"].partition(".")[0])
    assert elsewhere.get("/queue").url.path == "/login"
    assert ana.get("/queue").url.path == "/queue"
    ana.form("/sessions/end")
    assert ana.get("/queue").url.path == "/login"


def test_a_key_travels_by_plain_http_on_this_machine_alone(start, sqlite_url):
    service = start(sqlite_url, public_url="http://moderation.example.org")
    refused = visitor(service).form("/login", key=service.key("admin"))
    assert refused.status_code == 403
    assert "DETECTOR_PUBLIC_URL" in refused.text


def test_the_cookie_is_the_hosts_own_by_https(start, sqlite_url):
    service = start(sqlite_url, public_url="https://moderation.example.org")
    sent = visitor(service).post(
        "/login",
        data={"key": service.key("admin")},
        headers={"Sec-Fetch-Site": "same-origin"},
        follow_redirects=False,
    )
    cookie = sent.headers["set-cookie"]
    assert cookie.startswith("__Host-detector=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_an_address_may_not_try_keys_all_day(start, sqlite_url):
    service = start(sqlite_url, sign_ins_per_second=0.5)
    service.key("admin")
    tried = [visitor(service).form("/login", key=f"sd_a_{n}").status_code for n in range(4)]
    assert tried[:2] == [401, 401]
    assert tried[-1] == 429


def test_choices_are_kept_and_others_ignored(service):
    known = person(service, "analyst")
    known.form("/preferences", theme="dark", zone="Asia/Kathmandu", keys="off")
    page = known.get("/sessions")
    assert 'data-theme="dark"' in page.text
    assert "17:45 +0545" in page.text  # noon UTC
    assert "data-keys" not in page.text
    known.form("/preferences", theme='"><script>', zone="Mars/Base")
    assert 'data-theme="dark"' in known.get("/sessions").text


def test_files_of_the_pages_are_kept_by_browsers_and_nothing_else_is_sent(service):
    known = visitor(service)
    sent = known.get("/static/console.css")
    assert sent.headers["content-type"].startswith("text/css")
    assert "immutable" in sent.headers["cache-control"]
    for name in ("routes.py", "..%2fqueue%2froutes.py"):
        assert known.get(f"/static/{name}").status_code == 404
