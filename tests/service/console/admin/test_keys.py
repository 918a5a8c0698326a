"""An admin makes keys, each shown once, and revokes them knowingly."""

import re

import pytest

from service.callers.making import KeyWanted
from service.http.access.keys import key_id_of
from tests.service.console.conftest import person, visitor


@pytest.fixture
def ada(sign_in):
    return sign_in("admin", "Ada")


def make(known, **fields):
    drawn = known.key_on("/admin/keys")
    return known.form("/admin/keys", **{"idempotency_key": drawn, "days": "30"} | fields)


def secret_on(page):
    found = re.search(r'value="(sd_[^"]+)"', page.text)
    return found and found[1]


def test_a_made_key_opens_what_its_role_may_and_is_shown_once(service, ada):
    page = make(ada, person="Ben", role="moderator")
    key = secret_on(page)
    assert page.headers["cache-control"] == "no-store"
    assert visitor(service).form("/login", key=key).url.path == "/queue"
    assert key not in ada.get("/admin/keys").text
    with service.context.database.reading() as connection:
        dump = "\n".join(connection.connection.driver_connection.iterdump())
    assert key.split("_", 2)[2] not in dump


def test_a_reload_makes_no_second_key_and_shows_none(service, ada):
    drawn = ada.key_on("/admin/keys")
    assert secret_on(make(ada, person="Ben", role="moderator", idempotency_key=drawn))
    again = make(ada, person="Ben", role="moderator", idempotency_key=drawn)
    assert secret_on(again) is None
    assert "sent before" in again.text
    keys = service.as_("admin").get("/v1/keys").json()["keys"]
    assert [key["person"] for key in keys].count("Ben") == 1


def test_making_a_key_is_on_record_under_the_admins_name(service, ada):
    make(ada, person="Ben", role="ingest")
    records = service.as_("admin").get("/v1/audit").json()["records"]
    [made] = [one for one in records if one["subject"].endswith(" of Ben")]
    assert (made["action"], made["actor"]) == ("key.created", "Ada")


@pytest.mark.parametrize(
    "fields",
    [
        {"person": " Ben", "role": "moderator"},
        {"person": "B\u200bn", "role": "moderator"},
        {"person": "x" * 201, "role": "moderator"},
        {"person": "Ben", "role": "king"},
        {"person": "Ben", "role": "moderator", "days": "0"},
        {"person": "Ben", "role": "moderator", "days": "nan"},
    ],
)
def test_what_cannot_be_a_key_is_refused(ada, fields):
    assert make(ada, **fields).status_code == 422


def test_the_page_asks_what_the_body_takes(ada):
    named = set(re.findall(r' name="([a-z_]+)"', ada.get("/admin/keys").text))
    assert named >= set(KeyWanted.model_fields)


def test_a_revoked_key_opens_nothing_and_its_session_ends(service, ada):
    key = service.key("moderator", "Ben")
    ben = visitor(service)
    ben.form("/login", key=key)
    asked = ada.get(f"/admin/keys/{key_id_of(key)}/revoke")
    assert "It cannot be undone" in asked.text
    assert ben.get("/queue").url.path == "/queue"
    drawn = re.search(r'name="idempotency_key" value="([^"]+)"', asked.text)[1]
    done = ada.form(f"/admin/keys/{key_id_of(key)}/revoke", idempotency_key=drawn)
    assert "The key is revoked" in done.text
    assert ben.get("/queue").url.path == "/login"
    assert key_id_of(key) in ada.get("/admin/keys?which=all").text
    assert key_id_of(key) not in ada.get("/admin/keys").text


def test_nobody_revokes_the_last_admins_key_unknowingly(service):
    key = service.key("admin", "Ada")
    address = f"/admin/keys/{key_id_of(key)}/revoke"
    ada = visitor(service)
    ada.form("/login", key=key)
    asked = ada.get(address).text
    assert "the last key of an admin" in asked
    assert "you will be signed out" in asked
    unsure = ada.form(address, idempotency_key="1").text
    assert '<a href="#understood">Nothing was revoked: tick that you mean it.</a>' in unsure
    assert 'required aria-invalid="true" aria-describedby="fault-understood"' in unsure
    assert ada.get("/queue").url.path == "/queue"
    assert ada.form(address, idempotency_key="2", understood="yes").url.path == "/login"


def test_one_of_two_admins_keys_is_revoked_without_more_ado(service, ada):
    other = key_id_of(service.key("admin", "Ben"))
    assert "the last key" not in ada.get(f"/admin/keys/{other}/revoke").text
    assert ada.form(f"/admin/keys/{other}/revoke", idempotency_key="1").status_code == 200


def test_the_list_says_who_used_the_pages(service, ada):
    person(service, "moderator", "Ben")
    service.key("ingest", "shop")
    rows = ada.get("/admin/keys").text.split("<tr ")
    assert sum("not in 30 days" in row for row in rows) == 1
    assert "not in 30 days" in next(row for row in rows if "<bdi>shop</bdi>" in row)


def test_a_hostile_name_stays_text(service, ada):
    service.key("ingest", '"><script>alert(1)</script>')
    assert "<script>alert" not in ada.get("/admin/keys").text


def test_a_refused_form_is_shown_again_with_what_was_typed(service, sign_in):
    ada = sign_in("admin", "Ada")
    refused = ada.form("/admin/keys", person="Bo <b>", role="analyst", days="0")
    assert refused.status_code == 422
    text = refused.text
    said = "Days until it expires: give a number above 0."
    assert f'<a href="#days">{said}</a>' in text
    assert f'<p class="warning" id="fault-days">{said}</p>' in text
    assert 'value="0" required aria-invalid="true" aria-describedby="fault-days"' in text
    assert 'value="Bo &lt;b&gt;"' in text
    assert '<option value="analyst" selected>' in text
    assert "<title>Error: " in text
