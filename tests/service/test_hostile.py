"""Threats that come with a request, of the page on security: each is refused, none is a 5xx."""

import json

import pytest

NASTY = [
    "%00",
    "a%00b",
    "'; DROP TABLE complaints; --",
    "%ff%fe",
    "../../etc/passwd",
    "..%2F..%2Fetc%2Fpasswd",
    "{{7*7}}",
    "%ED%A0%80",
    "x" * 3000,
    "<script>alert(1)</script>",
]
READS = [
    "/v1/complaints/{}",
    "/v1/sellers/{}",
    "/v1/sellers/{}/ledger",
    "/v1/sellers/{}/history",
]
WRITES = [
    ("/v1/complaints/{}/verdict", {"outcome": "rejected"}),
    ("/v1/complaints/{}/appeal", {}),
    ("/v1/complaints/{}/evidence", {"kind": "x", "link": "https://e.example/x"}),
    ("/v1/appeals/{}/decision", {"outcome": "denied"}),
    ("/v1/cases/{}/renew", {}),
    ("/v1/cases/{}/close", {}),
    ("/v1/models/{}/promote", {}),
]


def test_nothing_in_a_path_is_more_than_text(either):
    admin = either.as_("admin")
    for nasty in NASTY:
        for path in READS:
            assert admin.get(path.format(nasty)).status_code in (404, 422), (path, nasty)
        for path, body in WRITES:
            status = admin.post(path.format(nasty), json=body).status_code
            assert status in (404, 405, 422), (path, nasty, status)
        for query in ("/v1/queue?cursor={}", "/v1/queue?limit={}"):
            assert admin.get(query.format(nasty)).status_code in (200, 422), (query, nasty)


@pytest.mark.parametrize("field", ["complaint_id", "seller_id", "category", "order_id", "buyer_id"])
def test_nothing_in_a_field_is_more_than_text(either, field):
    admin = either.as_("admin")
    for number, text in enumerate(
        ["'; DROP TABLE complaints; --", "{{7*7}}", "<b>", "%s", "\\x00"]
    ):
        body = either.complaint(f"c{number}") | {field: text}
        answer = admin.post("/v1/complaints", json=body)
        assert answer.status_code in (200, 201)
        assert answer.json()[field] == text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b'{"complaints": 3}',
        b'{"complaint_id": "\\ud800", "seller_id": "s", "filed_at": "2026-01-01", "category": "c"}',
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'{"complaints": [' + b"[" * 100_000,
        b'{"complaint_id": 1e999}',
        b'{"evidence_count": 99999999999999999999999999}',
    ],
)
def test_a_body_that_is_none_is_refused(either, body):
    for path in ("/v1/complaints", "/v1/orders", "/v1/scores"):
        headers = {"Content-Type": "application/json"}
        answer = either.as_("ingest").post(path, content=body, headers=headers)
        assert answer.status_code in (400, 422), (path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_larger_than_allowed_is_refused_whole(start, sqlite_url):
    service = start(sqlite_url, body_bytes_max=1_000)
    batch = {"complaints": [service.complaint(f"c{n}") for n in range(50)]}
    answer = service.as_("ingest").post("/v1/complaints", json=batch)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_was_refused_is_not_repeated_in_the_answer(service):
    body = service.complaint(buyer_id=["Jane Doe, 1 High Street"])
    answer = service.as_("ingest").post("/v1/complaints", json=body)
    assert answer.status_code == 422
    assert "Jane" not in answer.text


TEXTS = [
    "'; DROP TABLE complaints; --",
    '" OR 1=1 --',
    "{{7*7}}${7*7}%s%n",
    "\u202e<script>alert(1)</script>",
    "../../../etc/passwd",
    "a\x00b",
]


def body_for(schema, document, path=()):
    """A body that a schema allows, and the places of its free texts."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return body_for(document["components"]["schemas"][name], document, path)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return body_for(schema[word][0], document, path)
    if "enum" in schema or "const" in schema:
        return (schema.get("enum") or [schema["const"]])[0], []
    if schema.get("type") == "object":
        parts = {
            name: body_for(part, document, (*path, name))
            for name, part in schema.get("properties", {}).items()
        }
        places = [place for _, found in parts.values() for place in found]
        return {name: value for name, (value, _) in parts.items()}, places
    if schema.get("type") == "array":
        value, places = body_for(schema["items"], document, (*path, 0))
        return [value], places
    if schema.get("type") == "string":
        if "format" in schema:
            return {"date": "2026-03-01"}.get(schema["format"], "2026-03-01T00:00:00Z"), []
        return ("https://e.example/" if "http" in schema.get("pattern", "") else "word"), [path]
    return max(schema.get("minimum", 1), 1), []


def with_text(body, place, text):
    if not place:
        return text
    copy = body.copy()
    copy[place[0]] = with_text(body[place[0]], place[1:], text)
    return copy


def test_nothing_in_any_field_of_any_body_is_more_than_text(either):
    from service.database.engine import metadata

    admin = either.as_("admin")
    admin.post("/v1/complaints", json=either.complaint())
    document = either.client.get("/openapi.json").json()
    tried = 0
    for path, methods in document["paths"].items():
        content = methods.get("post", {}).get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            continue
        body, places = body_for(content["application/json"]["schema"], document)
        filled = path.replace("{complaint_id}", "c1").replace("{delivery_id}", "1")
        for place in places:
            for text in TEXTS:
                answer = admin.post(filled, json=with_text(body, place, text))
                tried += 1
                assert answer.status_code < 500, (path, place, text, answer.text)
                assert "\x00" not in text or answer.status_code in (404, 409, 422), (path, place)
    assert tried > 150
    with either.context.database.reading() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.select().limit(1))
    assert admin.get("/v1/complaints/c1").json()["seller_id"] == "s1"


def test_a_browser_on_anothers_page_can_neither_ask_nor_read(service):
    """Nothing signs a browser in by itself, and no answer may be read across origins."""
    evil = {"Origin": "https://evil.example"}
    key = service.key("admin")
    by_cookie = service.client.get(
        "/v1/queue", headers={**evil, "Cookie": f"session={key}; Authorization=Bearer {key}"}
    )
    assert by_cookie.status_code == 401
    for query in (f"?key={key}", f"?access_token={key}", f"?authorization=Bearer%20{key}"):
        assert service.client.get(f"/v1/queue{query}").status_code == 401
    asked = {**evil, "Access-Control-Request-Method": "POST"}
    preflight = service.client.options("/v1/complaints", headers=asked)
    answers = [preflight, service.as_("admin").get("/v1/queue", headers=evil)]
    for answer in answers:
        named = {name.lower() for name in answer.headers}
        assert not {name for name in named if name.startswith("access-control")}
        assert "set-cookie" not in named
    assert preflight.status_code == 405


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_form_of_anothers_page_files_nothing(service, media_type):
    """The types that a browser sends without asking first are not taken for JSON."""
    ingest = service.as_("ingest")
    body = json.dumps(service.complaint()).encode()
    answer = ingest.post("/v1/complaints", content=body, headers={"Content-Type": media_type})
    assert answer.status_code in (415, 422)
    assert ingest.get("/v1/complaints/c1").status_code == 404
