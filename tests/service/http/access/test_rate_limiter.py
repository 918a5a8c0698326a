"""How many requests a key may make."""

import pytest

from service.http.access.rate_limiter import BURST_S, RateLimiter
from service.refusals import TooManyRequests


def test_a_key_that_floods_is_slowed_and_another_is_not(start, sqlite_url):
    service = start(sqlite_url, requests_per_second=1)
    eager, calm = service.as_("analyst"), service.as_("analyst")
    answers = [eager.get("/v1/queue") for _ in range(int(BURST_S) + 2)]
    assert [answer.status_code for answer in answers[: int(BURST_S)]] == [200] * int(BURST_S)
    assert answers[-1].status_code == 429
    assert answers[-1].headers["retry-after"]
    assert calm.get("/v1/queue").status_code == 200


def test_a_bucket_refills(monkeypatch):
    moment = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: moment[0])
    rate_limiter = RateLimiter(2)
    for _ in range(8):
        rate_limiter.check("k")
    with pytest.raises(TooManyRequests):
        rate_limiter.check("k")
    moment[0] = 0.5
    rate_limiter.check("k")
