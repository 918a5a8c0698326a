"""Threats of docs/security.md that come with a request: each is refused, none is a 5xx."""

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
