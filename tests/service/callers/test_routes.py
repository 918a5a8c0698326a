"""Who is calling and which keys there are, over HTTP."""

import pytest

from service.roles import Role


@pytest.mark.parametrize("role", list(Role))
def test_everybody_may_ask_who_they_are(service, role):
    told = service.as_(role, "mia").get("/v1/me").json()
    assert (told["person"], told["role"]) == ("mia", role.value)


def test_an_admin_lists_keys_without_their_secrets_and_revokes_one_on_record(start, database_url):
    service = start(database_url, key_cache_seconds=0)
    admin, key = service.as_("admin", "ada"), service.key("moderator", "mia")
    listed = {one["person"]: one for one in admin.get("/v1/keys").json()["keys"]}
    assert (listed["mia"]["role"], listed["mia"]["revoked_at"]) == ("moderator", None)
    assert key.split("_", 2)[2] not in admin.get("/v1/keys").text
    path = f"/v1/keys/{listed['mia']['key_id']}/revoke"
    first = admin.post(path)
    service.clock.pass_time(hours=1)
    assert admin.post(path).json() == first.json()  # revoked once
    headers = {"Authorization": f"Bearer {key}"}
    assert service.client.get("/v1/me", headers=headers).status_code == 401
    records = admin.get("/v1/audit").json()["records"]
    revoked = [one["actor"] for one in records if one["action"] == "key.revoked"]
    assert revoked == ["ada"]
    made = {one["subject"] for one in records if one["action"] == "key.created"}
    assert f"key {listed['mia']['key_id']} of mia" in made
    assert admin.post("/v1/keys/none/revoke").status_code == 404
