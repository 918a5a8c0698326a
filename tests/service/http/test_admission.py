"""A caller is judged before the body is received, and takes no more than a share of the room."""

import asyncio
import json
import threading

import pytest
from fastapi import FastAPI

from service.app import ROUTERS
from service.http import admitted_request
from service.http.access.gate import OPEN
from service.http.admission import SMALL_BYTES_MAX, AdmittedRoute, Room
from service.http.idempotency import idempotency_key
from service.refusals import TooBusy
from service.roles import Role


def routes():
    return [route for router in ROUTERS for route in router.routes]


def body_routes():
    return [route for route in routes() if route.methods & {"POST", "PUT", "PATCH"}]


class Asked:
    """What the application answered, and whether it received any of the body."""

    def __init__(self):
        self.status, self.headers, self.body, self.received = 0, {}, b"", 0


def ask(
    app: FastAPI, method, path, *, key=None, parts=(b"{",), length=1_000, more=True, headers=None
):
    """Speak to the application as a server does; with `more` the body's last part never comes."""
    asked = Asked()
    headers = [
        *(headers or [(b"content-type", b"application/json")]),
        (b"content-length", str(length).encode()),
    ]
    if key is not None:
        headers.append((b"authorization", f"Bearer {key}".encode()))

    async def receive():
        asked.received += 1
        if asked.received <= len(parts):
            has_more = more or asked.received < len(parts)
            part = parts[asked.received - 1]
            return {"type": "http.request", "body": part, "more_body": has_more}
        await asyncio.sleep(3_600)
        raise AssertionError("the test went on for an hour")

    async def send(message):
        if message["type"] == "http.response.start":
            asked.status, asked.headers = message["status"], dict(message["headers"])
        else:
            asked.body += message["body"]

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "headers": headers,
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "http",
        "server": ("x", 80),
        "client": ("y", 1),
        "root_path": "",
        "state": {},
    }
    return asked, app(scope, receive, send)


@pytest.mark.parametrize("route", body_routes(), ids=lambda route: route.path)
def test_without_a_key_or_with_the_wrong_role_no_byte_of_a_body_is_received(service, route):
    path = route.path.replace(":path", "").replace("{", "").replace("}", "")
    (method,) = route.methods
    (gate,) = [d.call for d in route.dependant.dependencies if d.call.__class__.__name__ == "Gate"]
    wrong = sorted(set(Role) - gate.roles)
    for key, status in [(None, 401), ("sd_x_y", 401)] + [(service.key(r), 403) for r in wrong]:
        asked, running = ask(service.client.app, method, path, key=key)
        asyncio.run(asyncio.wait_for(running, 20))
        assert (asked.status, asked.received) == (status, 0)
        assert asked.headers[b"connection"] == b"close"


def test_every_route_judges_its_caller_first():
    assert all(isinstance(route, AdmittedRoute) or route.path in OPEN for route in routes())


def test_bodies_that_dribble_in_take_only_the_room_of_their_own_key(start, sqlite_url):
    service = start(sqlite_url, requests_at_once=20, requests_at_once_per_key=10)
    shop, mia = service.key(Role.INGEST), service.key(Role.MODERATOR)

    async def story():
        keyless = [ask(service.client.app, "POST", "/v1/complaints") for _ in range(250)]
        keyed = [ask(service.client.app, "POST", "/v1/complaints", key=shop) for _ in range(15)]
        tasks = [asyncio.create_task(running) for _, running in keyless + keyed]
        await asyncio.sleep(1)
        asked, running = ask(service.client.app, "GET", "/v1/queue", key=mia, length=0)
        await running
        for task in tasks:
            task.cancel()
        statuses = [one.status for one, _ in keyless]
        return asked.status, set(statuses), sorted(one.status for one, _ in keyed)

    status, keyless, keyed = asyncio.run(asyncio.wait_for(story(), 60))
    assert (status, keyless) == (200, {401})
    assert keyed == [0] * 10 + [503] * 5, "ten wait for their bodies, the others are told so"


def test_a_large_length_is_refused_by_the_header_alone(service):
    key = service.key(Role.MODERATOR)
    asked, running = ask(
        service.client.app, "POST", "/v1/complaints/c1/verdict", key=key, length=SMALL_BYTES_MAX + 1
    )
    asyncio.run(asyncio.wait_for(running, 20))
    assert (asked.status, asked.received) == (413, 0)


def test_what_a_router_may_receive_is_for_its_posts_alone(service):
    key = service.key(Role.MODERATOR)
    for method, path, status in [
        ("GET", "/v1/rules", 413),
        ("POST", "/v1/rules/compare", 422),
    ]:
        parts, length = (b" " * SMALL_BYTES_MAX, b"{}"), SMALL_BYTES_MAX + 2
        asked, running = ask(
            service.client.app, method, path, key=key, parts=parts, length=length, more=False
        )
        asyncio.run(asyncio.wait_for(running, 20))
        assert asked.status == status


def test_a_small_route_takes_no_more_than_its_bound_whatever_the_length_says(service):
    key = service.key(Role.MODERATOR)
    parts = [b"x" * 40_000, b"x" * 40_000]
    asked, running = ask(
        service.client.app, "POST", "/v1/complaints/c1/verdict", key=key, parts=parts, length=100
    )
    asyncio.run(asyncio.wait_for(running, 20))
    assert asked.status == 413
    assert json.loads(asked.body)["type"] == "urn:detector:large-body"


def test_no_key_takes_more_than_its_share_and_what_is_left_is_for_others():
    async def story():
        room = Room(total=3, share=2)
        async with room.place_for("a"), room.place_for("a"):
            with pytest.raises(TooBusy, match="2 requests of this key"):
                async with room.place_for("a"):
                    pass
            async with room.place_for("b"):
                with pytest.raises(TooBusy, match="3 requests are under way"):
                    async with room.place_for("c"):
                        pass
            async with room.place_for("c"):
                pass
        async with room.place_for("a"), room.place_for("a"):
            pass

    asyncio.run(story())


def test_of_one_keys_requests_only_a_part_runs_at_a_time():
    async def story():
        room, running, most = Room(total=100, share=100), 0, 0

        async def request():
            nonlocal running, most
            async with room.place_for("a") as turn, turn:
                running += 1
                most = max(most, running)
                await asyncio.sleep(0)
                running -= 1

        await asyncio.gather(*(request() for _ in range(60)))
        return most

    assert asyncio.run(story()) == 20


def test_a_name_that_stands_twice_in_a_body_is_refused(service):
    body = '{"outcome": "upheld", "violation": "a", "outcome": "rejected", "reason": "x"}'
    answer = service.as_(Role.MODERATOR).post(
        "/v1/complaints/c1/verdict", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert "'outcome' stands twice" in answer.json()["detail"]


HOSTILE_ROWS = {
    "/v1/complaints": b'{"complaints": [' + b'{"a":[]},' * 100_000 + b"1]}",
    "/v1/orders": b'{"orders": [' + b"1," * 500_000 + b"1]}",
    "/v1/scores": b'{"as_of": "2026-03-01", "complaints": [' + b"[]," * 200_000 + b"1]}",
}


@pytest.mark.parametrize("path", HOSTILE_ROWS)
@pytest.mark.parametrize("request_key", [None, "k-1"])
def test_a_large_body_is_read_checked_and_known_again_without_the_event_loop(
    service, path, request_key, monkeypatch
):
    used = []
    for module, name in [(admitted_request, "_read_json"), (idempotency_key, "_digest")]:
        function = getattr(module, name)

        def noted(*given, function=function, name=name):
            used.append((name, threading.current_thread() is loop_thread))
            return function(*given)

        monkeypatch.setattr(module, name, noted)
    headers = [(b"content-type", b"application/json")]
    headers.append((b"authorization", f"Bearer {service.key(Role.INGEST)}".encode()))
    if request_key:
        headers.append((b"idempotency-key", request_key.encode()))
    loop_thread = threading.current_thread()
    asked, running = ask(
        service.client.app, "POST", path, parts=(HOSTILE_ROWS[path],), more=False, headers=headers
    )
    asyncio.run(asyncio.wait_for(running, 60))
    assert asked.status == 422
    assert len(json.loads(asked.body)["errors"]) == 100
    assert ("_read_json", False) in used
    assert not any(is_loop for _, is_loop in used)
