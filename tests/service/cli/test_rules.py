"""`detector rules`, run as a user runs it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from detector.errors import BadInput, BadPolicy
from detector.rules.policy.bundled import bundled_text
from service.cli import app

VERDICT = {
    "event": "verdict",
    "id": "v1",
    "recorded_at": "2026-03-01T00:00:00Z",
    "decided_at": "2026-03-01T00:00:00Z",
    "reported_at": "2026-02-28T00:00:00Z",
    "incident_at": "2026-02-27T00:00:00Z",
    "seller_id": "S",
    "complaint_id": "c1",
    "order_id": "o1",
    "buyer_id": "b1",
    "violation": "counterfeit",
    "outcome": "upheld",
    "evidence": ["photo_received", "photo_official"],
    "moderator": "Mo",
    "actor": "person",
}
SECOND = VERDICT | {"id": "v2", "complaint_id": "c2", "order_id": "o2", "buyer_id": "b2"}


@pytest.fixture
def run():
    def invoke(*arguments: object) -> str:
        done = CliRunner().invoke(app, ["rules", *map(str, arguments)], catch_exceptions=True)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    return invoke


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in (VERDICT, SECOND)) + '\n{"event":\n')
    return path


def test_replay_prints_the_ledger_as_json(run, log):
    told = json.loads(run("replay", "--policy", "standard", "--log", log, "--json"))
    seller = told["sellers"]["S"]
    assert {name: seller[name] for name in ("balance", "level", "status")} == {
        "balance": 0,
        "level": 12,
        "status": "suspended",
    }
    assert seller["entries"][0] == {
        "id": "v1",
        "points": 6,
        "opened_at": "2026-03-01T00:00:00Z",
        "expires_at": "2027-03-01T00:00:00Z",
        "state": "standing",
        "grounds": ["v1"],
    }
    assert seller["sanctions"][1] == {
        "id": "S/depleted/1",
        "kind": "suspend",
        "issued_at": "2026-03-01T00:00:00Z",
        "ends_at": "2026-03-08T00:00:00Z",
        "state": "in_force",
        "because": ["v1", "v2"],
    }
    assert [one["line"] for one in told["refused"]] == [3]


def test_the_printed_json_is_the_ledgers_own_form(log):
    from detector.rules import bundled, event_of, fold
    from service.ledger_text import json_of

    ledger = fold([event_of(VERDICT), event_of(SECOND)], bundled("standard"))
    told = json.loads("".join(json_of(ledger)))
    assert told["sellers"] == {name: one.as_json() for name, one in ledger.sellers.items()}


def test_replay_tells_the_ledger_as_of_a_time(run, log):
    told = json.loads(run("replay", "--log", log, "--as-of", "2026-03-08", "--json"))
    assert told["sellers"]["S"]["status"] == "active"
    told = json.loads(run("replay", "--log", log, "--known-at", "2026-02-01", "--json"))
    assert told["sellers"] == {}


def test_replay_prints_a_line_a_seller_without_json(run, log):
    assert run("replay", "--log", log).startswith("S: suspended, balance 0; warn in_force, suspend")


def test_a_time_that_is_none_is_refused(run, log):
    with pytest.raises(BadInput, match="--as-of yesterday: write a time as"):
        run("replay", "--log", log, "--as-of", "yesterday")


def test_a_policy_that_is_not_there_is_refused(run, log, tmp_path):
    with pytest.raises(BadInput, match=r"no such bundled policy; there are .*standard"):
        run("replay", "--log", log, "--policy", "standart")
    binary = tmp_path / "policy.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="cannot be read as text"):
        run("replay", "--log", log, "--policy", binary)


def test_check_names_what_is_valid_and_the_line_of_what_is_not(run, tmp_path):
    assert "standard v1: valid" in run("check", "standard")
    path = tmp_path / "mine.toml"
    path.write_text(bundled_text("standard").replace("at = 6", 'at = "six"'))
    with pytest.raises(
        BadPolicy, match=r"mine.toml, line 39: policy\[0\].tiers\[0\].at: must be a"
    ):
        run("check", path)


def test_compare_says_whom_two_policies_treat_differently(run, log):
    policies = ("--policy", "standard", "--policy", "aliexpress-ipr", "--log", log)
    assert "1 sellers are treated differently" in run("compare", *policies)
    told = json.loads(run("compare", *policies, "--json"))
    assert [one["sellers"]["suspend"] for one in told["policies"]] == [1, 0]
    assert told["differences"][0]["first"]["suspend"] == "2026-03-01T00:00:00Z"
    with pytest.raises(BadInput, match="exactly two policies"):
        run("compare", "--policy", "standard", "--log", log)


def test_explain_prints_a_table_that_adds_up(run, log):
    told = run("explain", "--seller", "S", "--log", log)
    assert "seller S as of 2026-03-01T00:00:00Z: suspended, balance 0, level 12" in told
    assert "charged 12 - given back 0 = level 12" in told
    entries = json.loads(run("explain", "--seller", "S", "--log", log, "--json"))["entries"]
    assert sum(one["counts"] for one in entries) == 12
    assert entries[0]["grounds"][0]["moderator"] == "Mo"


def test_statement_prints_text_for_the_seller_and_records_for_the_database(run, log):
    told = run("statement", "--seller", "S", "--log", log, "--notified-at", "2026-03-02")
    assert "Your shop is suspended from" in told
    assert "before 2026-04-01T00:00:00Z" in told
    (record,) = json.loads(run("statement", "--seller", "S", "--log", log, "--json"))["statements"]
    assert record["decision_account"] == "DECISION_ACCOUNT_SUSPENDED"


def test_ids_of_any_letters_can_be_printed(run, tmp_path):
    path = tmp_path / "log.jsonl"
    odd = VERDICT | {"seller_id": "\N{GRINNING FACE} \ud800\n/x"}
    path.write_text(json.dumps(odd))
    for command in (("replay",), ("explain", "--seller", odd["seller_id"])):
        assert "\N{GRINNING FACE}" in run(*command, "--log", path)
    assert list(json.loads(run("replay", "--log", path, "--json"))["sellers"]) == [odd["seller_id"]]
