"""Whatever value stands in any parameter or field of any route is answered, never a 500.

The routes, their parameters and their fields are read from the contract, so a new one is tried as
well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

INSTANTS = [
    "9999-12-31T23:59:59-12:00",
    "0001-01-01T00:00:00+14:00",
    "10000-01-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-03-01T24:00:00Z",
]
NUMBERS = ["-1", "0", "1.5", "1e400", "-1e400", "NaN", "Infinity", "9" * 30, "9" * 5_000]
TEXTS = ["", " ", "a\x00b", "\ud800", "\u202e", "x" * 300, "null", "../..", "%", "=", "🙂" * 50]
IN_ADDRESS = [*INSTANTS, *NUMBERS, "1_000", "٣", "+1", *(one for one in TEXTS if one != "\ud800")]
IN_BODY = [
    *(json.dumps(one) for one in [*INSTANTS, *TEXTS]),
    *NUMBERS,
    *('"1e400"', "null", "true", "[]", "{}", "[[]]", '{"a": 1e400}', "[1e400]"),
    "[" * 40_000,
]
MARK = "@@here@@"


def resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return resolved(document["components"]["schemas"][schema["$ref"].split("/")[-1]], document)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return resolved(schema[word][0], document)
    return schema


def sample(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """A value that a schema allows, every field given."""
    schema = resolved(schema, document)
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return {name: sample(one, document) for name, one in schema.get("properties", {}).items()}
    if kind == "array":
        return [sample(schema["items"], document)]
    if kind == "string":
        dates = {"date": "2026-03-01", "date-time": "2026-03-01T00:00:00Z"}
        link = "https://e.example/" if "http" in schema.get("pattern", "") else "word"
        return dates.get(schema.get("format", ""), link)
    return True if kind == "boolean" else max(schema.get("minimum", 1), 1)


def with_marks(value: Any) -> Iterator[Any]:
    """The same value with each of its parts replaced by a mark, one at a time."""
    yield MARK
    if isinstance(value, dict):
        for name in value:
            for part in with_marks(value[name]):
                yield {**value, name: part}
    elif isinstance(value, list):
        for part in with_marks(value[0]):
            yield [part]


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def filled(path: str, parameters: list[dict[str, Any]], **given: str) -> str:
    """An address with all its parameters, but those given, as an ordinary caller fills them."""
    known = {"complaint_id": "c1", "seller_id": "s1", "case_id": "c_0", "delivery_id": "1"}
    for one in parameters:
        if one["in"] == "path":
            value = given.get(one["name"], known.get(one["name"], "none"))
            path = path.replace("{" + one["name"] + "}", quote(value, safe=""))
    asked = [f"{name}={quote(value, safe='')}" for name, value in given.items() if "{" not in name]
    names = {one["name"] for one in parameters if one["in"] == "query"}
    asked = [one for one in asked if one.split("=")[0] in names]
    return path + ("?" + "&".join(asked) if asked else "")


def check(answer: Any, *what: object) -> None:
    assert answer.status_code < 500, (*what, answer.text)
    if answer.status_code >= 400 and answer.status_code != 404:
        assert answer.headers["content-type"] == "application/problem+json", what
        assert answer.json()["detail"], what


def answers(service: Any, caller: Any, asked: Iterator[tuple[str, str, Any]]) -> int:
    """Check the answer to each method, address and body or value; how many there were.

    They are asked for in the service's own loop. A caller outside it would cost as much again.
    """

    async def ask_all() -> int:
        count = 0
        transport = httpx2.ASGITransport(service.client.app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(
            transport=transport,
            base_url=caller.base_url,
            headers=caller.headers,
            follow_redirects=True,
        ) as client:
            for method, address, body in asked:
                given = {"content": body} if isinstance(body, str) else {"json": body}
                kind = {"Content-Type": "application/json"} if isinstance(body, str) else {}
                answer = await client.request(method, address, headers=kind, **given)
                check(answer, method, address[:200], str(body)[:200])
                count += 1
        return count

    return service.client.portal.call(ask_all)


@pytest.fixture
def tried(start, database_url, small_market, open_cases):
    service = start(database_url, models=small_market / "models", requests_per_second=1_000_000)
    open_cases(service, 1.0)
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    service.people = [service.as_("admin", "ada"), service.as_("ingest")]
    service.document = service.client.get("/openapi.json").json()
    return service


def test_no_value_in_any_address_is_a_fault(tried):
    addresses = (
        ("GET", filled(path, parameters, **{one["name"]: value}), None)
        for method, path, operation in operations(tried.document)
        for parameters in [operation.get("parameters", [])]
        for one in parameters
        if one["in"] != "header" and method == "GET"
        for value in IN_ADDRESS
    )
    assert answers(tried, tried.people[0], addresses) > 1_000


def bodies(operation: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    """Hostile bodies of an operation that takes JSON, and one of each parameter of its address."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        schema = content["application/json"]["schema"]
        kinds = schema.get("anyOf") or schema.get("oneOf") or [schema]
        for kind in kinds:
            for marked in with_marks(sample(kind, document)):
                text = json.dumps(marked)
                for value in IN_BODY:
                    yield text.replace(f'"{MARK}"', value)


@pytest.mark.slow
def test_no_value_in_any_field_of_any_body_is_a_fault(tried):
    count = 0
    headers = {"Content-Type": "application/json"}
    # What is refused is refused before any store. PostgreSQL takes fewer values than SQLite does.
    apart = 1 if tried.context.database.is_postgresql else 4
    for method, path, operation in operations(tried.document):
        address = filled(path, operation.get("parameters", []))
        given = iter(bodies(operation, tried.document))
        first = next(given, None)
        if first is None:
            continue
        # Who may ask: what the gate refuses never reaches the reader.
        caller = next(
            one
            for one in tried.people
            if one.request(method, address, content=first, headers=headers).status_code != 403
        )
        hostile = ((method, address, body) for body in islice(given, None, None, apart))
        count += apart * answers(tried, caller, hostile)
    assert count > 2_000


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_no_value_in_the_path_of_what_changes_something_is_a_fault(tried, method):
    addresses = (
        (method, filled(path, parameters, **{one["name"]: value}), {})
        for found, path, operation in operations(tried.document)
        for parameters in [operation.get("parameters", [])]
        for one in parameters
        if found == method and one["in"] == "path"
        for value in IN_ADDRESS
    )
    answers(tried, tried.people[0], addresses)


def test_no_value_of_a_header_is_a_fault(tried):
    caller = tried.people[1]
    for value in ("x" * 201, "\t", "9" * 5_000, "é", "\x7f"):
        headers = {"Idempotency-Key": value.encode("utf-8")}
        check(caller.post("/v1/complaints", json=tried.complaint("c2"), headers=headers), value)
