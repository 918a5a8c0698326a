"""Tokens of an identity provider: believed when genuine and for us, and never otherwise."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler
from types import SimpleNamespace

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from detector.errors import BadInput
from service.clock import system_clock
from service.http.access import keyring
from service.http.access.keyring import Keyring
from service.refusals import IdentityAway
from service.roles import Role
from tests.service.identity_provider import published
from tests.service.local_server import LocalServer, RawServer, Silent
from tests.service.until import until

ISSUER, AUDIENCE = "https://id.example", "detector"
SAME = {role.value: role for role in Role}
UPHELD = {"outcome": "upheld", "reason": "fake", "evidence": ["photo_received", "photo_official"]}


@pytest.fixture(scope="module")
def secrets():
    """The provider's signing keys, the one it changes to, and a stranger's."""
    return SimpleNamespace(
        rsa=rsa.generate_private_key(public_exponent=65537, key_size=2048),
        ec=ec.generate_private_key(ec.SECP256R1()),
        stranger=rsa.generate_private_key(public_exponent=65537, key_size=2048),
    )


class Provider(LocalServer):
    """An identity provider that publishes its keys on this machine."""

    def __init__(self, *keys):
        self.keys, self.asked, self.status = list(keys), 0, 200
        provider = self

        class Handler(Silent, BaseHTTPRequestHandler):
            def do_GET(self):
                provider.asked += 1
                body = json.dumps({"keys": provider.keys}).encode()
                self.send_response(provider.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        super().__init__(Handler, "keys")


@pytest.fixture
def provider(secrets):
    opened = Provider(published(secrets.rsa, "k1"))
    yield opened
    opened.close()


@pytest.fixture
def service(start, sqlite_url, provider):
    return start(
        sqlite_url,
        oidc_issuer=ISSUER,
        oidc_audience=AUDIENCE,
        oidc_jwks=provider.url,
        oidc_roles=SAME,
    )


def token(secret, key_id="k1", *, algorithm="RS256", without=(), **changed):
    now = system_clock() // 1_000_000
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "mia",
        "iat": now,
        "exp": now + 300,
        "roles": ["moderator"],
        **changed,
    }
    told = {name: value for name, value in claims.items() if name not in without}
    return jwt.encode(told, secret, algorithm=algorithm, headers={"kid": key_id})


def ask(service, given, path="/v1/queue"):
    return service.client.get(path, headers={"Authorization": f"Bearer {given}"})


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_genuine_token_lets_its_person_in_with_the_role_it_gives(service, secrets):
    assert ask(service, token(secrets.rsa)).status_code == 200
    analyst = token(secrets.rsa, roles="analyst")
    headers = {"Authorization": f"Bearer {analyst}"}
    assert service.client.post("/v1/queue/claim", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": 1_000_000_000},
        {"nbf": 4_000_000_000},
        {"iat": 4_000_000_000},
        {"aud": "another service"},
        {"iss": "https://evil.example"},
        {"sub": ""},
        {"sub": 7},
        {"sub": "a\nb"},
        {"sub": "x" * 201},
        *({"without": (name,)} for name in ("exp", "iat", "iss", "aud", "sub")),
    ],
)
def test_a_token_out_of_time_for_others_by_others_or_of_nobody_is_refused(
    service, secrets, changed
):
    answer = ask(service, token(secrets.rsa, **changed))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_the_providers_clock_may_differ_a_little(service, secrets):
    now = system_clock() // 1_000_000
    assert ask(service, token(secrets.rsa, exp=now - 10)).status_code == 200
    assert ask(service, token(secrets.rsa, exp=now - 40)).status_code == 401


def test_a_forged_token_is_refused(service, secrets):
    genuine = token(secrets.rsa)
    head, body, signature = genuine.split(".")
    public = secrets.rsa.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    import hashlib
    import hmac

    said = f"{encoded({'alg': 'HS256', 'kid': 'k1'})}.{body}"
    mac = hmac.new(public, said.encode(), hashlib.sha256).digest()
    admin = encoded({"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "roles": ["admin"]})
    forged = {
        "by another's key": token(secrets.stranger),
        "by an unknown key": token(secrets.stranger, "k9"),
        "without a key's id": jwt.encode({"sub": "x"}, secrets.rsa, algorithm="RS256"),
        "unsigned": f"{encoded({'alg': 'none', 'kid': 'k1'})}.{body}.",
        "with the public key as secret": f"{said}.{base64.urlsafe_b64encode(mac).decode()}",
        "with other claims": f"{head}.{admin}.{signature}",
        "cut short": genuine[:-10],
        "by another algorithm than the key's": token(secrets.rsa, algorithm="PS256"),
        "enormous": "a" * 20_000 + ".b.c",
        "of nonsense": "a.b.c",
        "with a key of its own": jwt.encode(
            {"sub": "x"},
            secrets.stranger,
            algorithm="RS256",
            headers={"kid": "k9", "jwk": published(secrets.stranger, "k9")},
        ),
    }
    for how, given in forged.items():
        assert ask(service, given).status_code == 401, how


def test_a_published_secret_signs_nothing(service, secrets, provider):
    secret = base64.urlsafe_b64encode(b"s" * 32).rstrip(b"=").decode()
    provider.keys = [
        {"kty": "oct", "kid": "k1", "k": secret},
        published(secrets.ec, "k2", use="enc"),
        published(secrets.rsa, "k3"),
    ]
    assert ask(service, token(b"s" * 32, algorithm="HS256")).status_code == 401
    assert ask(service, token(secrets.ec, "k2", algorithm="ES256")).status_code == 401
    assert ask(service, token(secrets.rsa, "k3")).status_code == 200


def test_who_has_a_token_and_a_key_is_one_person(service, secrets):
    """The second person must be a second one, whatever each of them signs in with."""
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    service.prove("c1")
    headers = {"Authorization": f"Bearer {token(secrets.rsa)}"}
    verdict = service.client.post("/v1/complaints/c1/verdict", json=UPHELD, headers=headers)
    assert verdict.json()["moderator"] == "mia"
    appeal = (
        service.as_("ingest").post("/v1/complaints/c1/appeal", json={"reason": "genuine"}).json()
    )
    path = f"/v1/appeals/{appeal['appeal_id']}/decision"
    assert (
        service.as_("admin", "mia")
        .post(path, json={"outcome": "denied", "reason": "looked into"})
        .status_code
        == 403
    )
    noa = {"Authorization": f"Bearer {token(secrets.rsa, sub='noa')}"}
    denied = {"outcome": "denied", "reason": "looked into"}
    decided = service.client.post(path, json=denied, headers=noa)
    assert decided.json()["decided_by"] == "noa"


def test_roles_are_read_where_and_as_the_provider_tells_them(start, sqlite_url, provider, secrets):
    service = start(
        sqlite_url,
        oidc_issuer=ISSUER,
        oidc_audience=AUDIENCE,
        oidc_jwks=provider.url,
        oidc_role_claim="realm_access.roles",
        oidc_roles={"market-mods": "moderator", "market-leads": "admin"},
    )

    def status(access):
        given = token(secrets.rsa, realm_access=access)
        return ask(service, given, "/v1/webhooks").status_code

    assert status({"roles": ["market-mods", "market-leads"]}) == 200
    assert status({"roles": ["market-mods"]}) == 403
    assert status({"roles": ["admin"]}) == 403  # our own word, which the provider does not use
    for nonsense in ({}, {"roles": 3}, {"roles": [{}]}, [], None):
        assert status(nonsense) == 403


def test_without_a_provider_a_token_is_an_unknown_key(start, sqlite_url, secrets):
    service = start(sqlite_url)
    service.key("admin")
    assert ask(service, token(secrets.rsa)).status_code == 401


def test_no_token_reaches_the_log(service, secrets, capsys):
    given = token(secrets.rsa)
    ask(service, given)
    ask(service, given[:-9])
    out = capsys.readouterr()
    assert given[:-9] not in out.out + out.err
    assert "oidc-" in out.out + out.err


def test_a_rotated_key_is_fetched_and_the_old_one_no_longer_opens(provider, secrets, monkeypatch):
    monkeypatch.setattr(keyring, "COOLDOWN_S", 0.0)
    ring = Keyring(provider.url)
    assert ring.key("k1") is not None
    provider.keys = [published(secrets.ec, "k2")]
    assert ring.key("k1") is not None  # until its time is over
    assert ring.key("k2").key_type == "EC"
    assert ring.key("k1") is None


def test_forged_key_ids_do_not_make_us_knock_again_and_again(provider):
    ring = Keyring(provider.url)
    for number in range(50):
        assert ring.key(f"forged {number}") is None
    assert provider.asked == 1


def test_known_keys_do_while_the_provider_is_away_and_then_no_longer(provider, monkeypatch):
    ring = Keyring(provider.url)
    ring.key("k1")
    provider.status = 500
    monkeypatch.setattr(keyring, "KEPT_S", -1.0)
    monkeypatch.setattr(keyring, "COOLDOWN_S", 0.0)
    assert ring.key("k1") is not None
    assert provider.asked == 2
    monkeypatch.setattr(keyring, "STALE_S", -1.0)
    with pytest.raises(IdentityAway):
        ring.key("k1")


def test_a_provider_that_never_answered_is_a_503(service, provider, secrets):
    provider.status = 503
    answer = ask(service, token(secrets.rsa))
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    admin = service.as_("admin")  # keys still open
    assert admin.get("/v1/queue").status_code == 200


@pytest.mark.parametrize("content", ["", "[]", '{"keys": []}', '{"keys": [3]}', "<html>", "3"])
def test_what_is_no_key_set_is_none(tmp_path, content):
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(IdentityAway):
        Keyring(str(path)).key("k1")


def test_keys_may_lie_in_a_file(tmp_path, secrets):
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": [published(secrets.rsa, "k1")]}))
    ring = Keyring(str(path))
    assert ring.key("k1") is not None
    path.write_text(json.dumps({"keys": [published(secrets.ec, "k2")]}))
    assert ring.key("k2") is not None


@pytest.mark.parametrize("source", ["http://id.example/keys", "ftp://id.example/keys", "file:///k"])
def test_keys_come_over_a_way_that_nobody_can_change(source):
    from service.cli.environment import settings_of

    whole = {"oidc_issuer": ISSUER, "oidc_audience": AUDIENCE, "oidc_roles": SAME}
    assert settings_of(**whole, oidc_jwks="https://id.example/keys").oidc_jwks
    with pytest.raises(BadInput, match="https"):
        settings_of(**whole, oidc_jwks=source)


def test_roles_that_are_no_json_or_none_of_ours_are_told_in_one_line(monkeypatch):
    from service.cli.environment import settings_of

    for given, told in (("moderators", "oidc_roles"), ('{"x": "king"}', "OIDC_ROLES_X")):
        monkeypatch.setenv("DETECTOR_OIDC_ROLES", given)
        with pytest.raises(BadInput, match=told):
            settings_of()


def test_half_an_identity_provider_is_refused():
    from service.cli.environment import settings_of

    with pytest.raises(BadInput, match="go together"):
        settings_of(oidc_issuer=ISSUER)


def test_no_role_comes_from_a_provider_unless_it_is_mapped(start, sqlite_url, provider, secrets):
    from service.cli.environment import settings_of

    whole = {"oidc_issuer": ISSUER, "oidc_audience": AUDIENCE, "oidc_jwks": provider.url}
    with pytest.raises(BadInput, match="OIDC_ROLES says which"):
        settings_of(**whole)
    service = start(sqlite_url, **whole, oidc_roles={"lead": "admin"})
    assert ask(service, token(secrets.rsa, roles=["lead"])).status_code == 200
    for ours in Role:
        assert ask(service, token(secrets.rsa, roles=[ours.value])).status_code == 403


@pytest.mark.parametrize("kind", ["logout+jwt", "dpop+jwt", "secevent+jwt", "none"])
def test_a_token_for_something_else_opens_nothing(service, secrets, kind):
    claims = jwt.decode(token(secrets.rsa), options={"verify_signature": False})
    other = jwt.encode(claims, secrets.rsa, algorithm="RS256", headers={"kid": "k1", "typ": kind})
    assert ask(service, other).status_code == 401
    for good in ("JWT", "at+jwt", "application/at+jwt"):
        named = jwt.encode(claims, secrets.rsa, "RS256", headers={"kid": "k1", "typ": good})
        assert ask(service, named).status_code == 200


def test_a_provider_that_drips_is_given_up_on_and_stalls_nobody_who_has_keys(provider, monkeypatch):
    monkeypatch.setattr(keyring, "FETCH_S", 0.5)
    over = threading.Event()

    def drip(connection):
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not over.wait(0.05):
            connection.sendall(b" ")

    dripping = RawServer(drip)
    began = time.monotonic()
    with pytest.raises(IdentityAway):
        Keyring(dripping.url).key("k1")
    assert time.monotonic() - began < 60

    ring = Keyring(provider.url)
    ring.key("k1")
    ring._source = dripping.url
    monkeypatch.setattr(keyring, "KEPT_S", -1.0)
    monkeypatch.setattr(keyring, "COOLDOWN_S", 0.0)
    monkeypatch.setattr(keyring, "FETCH_S", 60.0)
    fetching = threading.Thread(target=ring.key, args=("k1",), daemon=True)
    fetching.start()
    until(ring._fetching.locked, "nobody fetches")
    assert ring.key("k1") is not None
    assert fetching.is_alive()
    over.set()
    fetching.join(60)
    assert not fetching.is_alive()
    dripping.close()
