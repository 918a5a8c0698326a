"""The OpenAPI is the contract: whatever it allows is answered, and as it says."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from service.app import API_ROUTES, FILE_ROUTES, PAGE_ROUTES, PUBLIC_ROUTES

UPHELD = {"outcome": "upheld", "reason": "fake", "evidence": ["photo_received", "photo_official"]}


@pytest.fixture
def lived_in(start, database_url, small_market, open_cases):
    """A service with something in every list, and the ids of it by the paths' parameters."""
    service = start(database_url, models=small_market / "models", requests_per_second=100_000)
    open_cases(service, 1.0, 2.0, 3.0)
    shop, mia = service.as_("ingest"), service.as_("moderator", "mia")
    complaints = [f"c/{n}" for n in range(9)]
    batch = [service.complaint(one, seller_id=f"s{n % 2}") for n, one in enumerate(complaints)]
    done = [shop.post("/v1/complaints", json={"complaints": batch})]
    done += [
        shop.post(f"/v1/complaints/{one}/{what}", json=body)
        for one, what, body in (
            ("c/0", "evidence", {"kind": "photo_received", "link": "https://e.example/x"}),
            ("c/0", "answer", {"text": "genuine"}),
            ("c/8", "withdrawal", {}),
        )
    ]
    service.prove()
    given = [mia.post(f"/v1/complaints/{one}/verdict", json=UPHELD) for one in complaints[1:7]]
    appeals = [
        shop.post(f"/v1/complaints/{one}/appeal", json={"reason": "genuine"})
        for one in complaints[1:3]
    ]
    taken_back = [shop.post(f"/v1/complaints/{one}/withdrawal", json={}) for one in complaints[3:5]]
    hook = service.as_("admin").post("/v1/webhooks", json={"url": "https://e.example/hook"})
    done += [*given, *appeals, *taken_back, hook, mia.post("/v1/queue/claim")]
    assert [answer.text for answer in done if not answer.is_success] == []
    waiting = mia.get("/v1/sanctions").json()["sanctions"]
    verdicts = [answer.json()["verdict_id"] for answer in given]
    service.known = {
        "complaint_id": complaints,
        "seller_id": ["s0", "s1"],
        "case_id": ["c_0", "c_1", "c_2"],
        "verdict_id": verdicts,
        "entry_id": verdicts,
        "appeal_id": [answer.json()["appeal_id"] for answer in appeals],
        "sanction_id": [one["sanction_id"] for one in waiting],
        "webhook_id": [hook.json()["webhook_id"]],
    }
    assert all(service.known.values())
    return service


def test_every_route_stands_in_one_list_where_it_is_found_at_a_single_look():
    routes = [*API_ROUTES, *FILE_ROUTES, *PAGE_ROUTES, *PUBLIC_ROUTES]
    assert [route for route in routes if not isinstance(route, Route)] == []


@pytest.mark.slow
def test_whatever_the_contract_allows_is_answered_as_the_contract_says(lived_in):
    import schemathesis  # costs two seconds, so only here
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    app, key = lived_in.client.app, lived_in.key("admin", "ada")
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 20
    for operation in operations:

        @settings(
            max_examples=12,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), data=st.data())
        def answered(case, data):
            # Half of them about something that exists, or every answer would be a 404.
            for name in set(case.path_parameters or ()) & set(lived_in.known):
                if data.draw(st.booleans()):
                    case.path_parameters[name] = data.draw(st.sampled_from(lived_in.known[name]))
            answer = case.call(headers={"Authorization": f"Bearer {key}"})
            # What a schema cannot say (a time in the future, a policy's gate) may still be refused.
            case.validate_response(answer, excluded_checks=[positive_data_acceptance])
            assert answer.status_code < 500, answer.text

        answered()
