"""Acts of admins that change nothing the second time leave one record, also at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor


def at_once(count, act):
    """Run an act so many times at the same moment; its results."""
    gate = threading.Barrier(count)

    def one(_):
        gate.wait(10)
        return act()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_of_admins_who_do_the_same_at_once_one_is_recorded(either):
    admins = iter([either.as_("admin", name) for name in ("ada", "ben", "cem", "dia")])
    key_id = either.key("ingest", "shop").split("_")[1]
    hook = either.as_("admin").post("/v1/webhooks", json={"url": "https://shop.example/hook"})
    paths = [f"/v1/keys/{key_id}/revoke", f"/v1/webhooks/{hook.json()['webhook_id']}/disable"]
    callers = [next(admins) for _ in range(4)]
    for path in paths:
        waiting = iter(callers)
        answers = at_once(4, lambda path=path, waiting=waiting: next(waiting).post(path))
        assert all(answer.is_success for answer in answers)
    records = either.as_("admin").get("/v1/audit?limit=100").json()["records"]
    actions = [record["action"] for record in records]
    assert (actions.count("key.revoked"), actions.count("webhook.disabled")) == (1, 1)
