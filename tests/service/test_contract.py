"""The OpenAPI is the contract: whatever it allows is answered, and as it says."""

import pytest
from hypothesis import HealthCheck, given, settings


@pytest.mark.slow
def test_whatever_the_contract_allows_is_answered_as_the_contract_says(
    start, database_url, small_market
):
    import schemathesis  # costs two seconds, so only here
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    service = start(database_url, models=small_market / "models")
    app, key = service.client.app, service.key("admin")
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
        @given(case=operation.as_strategy())
        def answered(case):
            answer = case.call(headers={"Authorization": f"Bearer {key}"})
            # What a schema cannot say (a time in the future, a policy's gate) may still be refused.
            case.validate_response(answer, excluded_checks=[positive_data_acceptance])
            assert answer.status_code < 500, answer.text

        answered()
