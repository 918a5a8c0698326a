"""The gate: no route is open by mistake, and each takes only its roles."""

import re

import pytest
from fastapi.routing import APIRoute

from service.app import ROUTERS
from service.callers.operator import OPERATOR
from service.callers.revoking import revoke
from service.console.router import FILES, PAGES
from service.http.access.gate import OPEN, Gate
from service.roles import Role


def all_routes():
    return [route for router in ROUTERS for route in router.routes]


def gate_of(route):
    gates = [d.call for d in route.dependant.dependencies if isinstance(d.call, Gate)]
    assert len(gates) <= 1
    return gates[0] if gates else None


def calls_of(service):
    """Every method and path of the OpenAPI, its parameters filled in."""
    document = service.client.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        filled = re.sub(r"\{[a-z_]+\}", "1", path)
        for method in methods:
            yield method, path, filled


def test_every_route_of_the_contract_needs_a_key_unless_it_is_declared_open(service):
    answered = {path for _, path, _ in calls_of(service)}
    assert answered >= OPEN
    for method, path, filled in calls_of(service):
        status = service.client.request(method, filled).status_code
        if path in OPEN:
            assert status != 401, (method, path)
        else:
            assert status == 401, (method, path, status)


def test_nothing_is_served_that_the_contract_does_not_list(service):
    listed = {path for _, path, _ in calls_of(service)}
    assert all(isinstance(route, APIRoute) for route in all_routes())
    assert {route.path_format for route in all_routes()} == listed
    known = [route for router in (*ROUTERS, *FILES, *PAGES) for route in router.routes]
    served = service.client.app.routes
    assert [route.path for route in served if route not in known] == ["/openapi.json"]
    assert len(served) == 1 + len(known)


def test_every_route_has_one_gate_or_is_declared_open(service):
    for route in all_routes():
        assert (gate_of(route) is None) == (route.path in OPEN), route.path


@pytest.mark.parametrize("role", list(Role))
def test_a_key_of_another_role_is_refused_before_anything_is_read(service, role):
    caller = service.as_(role)
    for route in all_routes():
        gate = gate_of(route)
        if gate is None or role in gate.roles:
            continue
        path = route.path_format
        for name in route.param_convertors:
            path = path.replace("{" + name + "}", "x")
        for method in route.methods:
            assert caller.request(method, path, content=b"{").status_code == 403, (role, path)


def test_an_admin_may_do_whatever_any_other_role_may(service):
    for route in all_routes():
        gate = gate_of(route)
        assert gate is None or Role.ADMIN in gate.roles, route.path


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer sd_x_y", "Basic abc", "Bearer "])
def test_a_key_that_is_none_is_refused(service, header):
    service.key("admin")
    answer = service.client.get("/v1/queue", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_store_without_keys_is_closed_and_says_how_to_make_one(service):
    answer = service.client.get("/v1/queue")
    assert answer.status_code == 401
    assert "detector keys create" in answer.json()["detail"]


def test_an_expired_key_is_refused(service):
    admin = service.as_("admin")
    assert admin.get("/v1/queue").status_code == 200
    service.clock.pass_time(days=365)
    service.context.identities._keys._known.clear()
    assert admin.get("/v1/queue").status_code == 401


def test_a_revoked_key_is_refused_at_the_latest_when_its_moment_of_belief_is_over(
    start, sqlite_url
):
    service = start(sqlite_url, key_cache_seconds=0)
    key = service.key("admin")
    headers = {"Authorization": f"Bearer {key}"}
    assert service.client.get("/v1/queue", headers=headers).status_code == 200
    with service.context.database.writing() as connection:
        revoke(connection, key, caller=OPERATOR, now=service.clock.now)
    assert service.client.get("/v1/queue", headers=headers).status_code == 401
