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
    assert run("replay", "--log", log).startswith("S: suspended, 0 points held; warn in_force")


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
    text = bundled_text("standard")
    path.write_text(text.replace("at = 6", 'at = "six"'))
    line = text[: text.index("at = 6")].count("\n") + 1
    with pytest.raises(
        BadPolicy, match=rf"mine.toml, line {line}: policy\[0\].tiers\[0\].at: must be a"
    ):
        run("check", path)


def test_compare_says_whom_two_policies_treat_differently(run, log):
    policies = ("--policy", "standard", "--policy", "aliexpress-ipr", "--log", log)
    assert "1 seller is treated differently" in run("compare", *policies)
    told = json.loads(run("compare", *policies, "--json"))
    assert [one["sellers"]["suspend"] for one in told["policies"]] == [1, 0]
    assert told["differences"][0]["first"]["suspend"] == "2026-03-01T00:00:00Z"
    with pytest.raises(BadInput, match="exactly two policies"):
        run("compare", "--policy", "standard", "--log", log)


def test_explain_prints_a_table_that_adds_up(run, log):
    told = run("explain", "--seller", "S", "--log", log)
    assert "seller S as of 2026-03-01T00:00:00Z: suspended, 0 points held, 12 taken" in told
    assert "entries take 12 - credits give back 0 = 12 points taken" in told
    entries = json.loads(run("explain", "--seller", "S", "--log", log, "--json"))["entries"]
    assert sum(one["counts"] for one in entries) == 12
    assert entries[0]["grounds"][0]["moderator"] == "Mo"


def test_statement_prints_text_for_the_seller_and_records_for_the_database(run, log):
    told = run("statement", "--seller", "S", "--log", log, "--notified-at", "2026-03-02")
    assert "Your shop is suspended from" in told
    assert "before 1 April 2026, 00:00 UTC" in told
    (record,) = json.loads(run("statement", "--seller", "S", "--log", log, "--json"))["statements"]
    assert record["decision_account"] == "DECISION_ACCOUNT_SUSPENDED"


def test_ids_of_any_letters_can_be_printed(run, tmp_path):
    path = tmp_path / "log.jsonl"
    odd = VERDICT | {"seller_id": "\N{GRINNING FACE} \ud800\n/x"}
    path.write_text(json.dumps(odd))
    for command in (("replay",), ("explain", "--seller", odd["seller_id"])):
        assert "\N{GRINNING FACE}" in run(*command, "--log", path)
    assert list(json.loads(run("replay", "--log", path, "--json"))["sellers"]) == [odd["seller_id"]]


def test_a_log_without_an_event_is_told_and_is_no_success(run, tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text('{"event": "sale", "id": "x"}\nnot JSON\n')
    for command in (("replay",), ("replay", "--json"), ("explain", "--seller", "S")):
        with pytest.raises(BadInput, match="no line of the log is an event; line 1: "):
            run(*command, "--log", path)
    path.write_text("")
    assert json.loads(run("replay", "--log", path, "--json")) == {"sellers": {}, "refused": []}


def test_a_violation_that_the_policy_does_not_know_is_told(log):
    lines = [VERDICT | {"violation": "Counterfeit"}, SECOND | {"violation": "wrong_colour"}]
    log.write_text("\n".join(map(json.dumps, lines)))
    note = "charges nothing for 'Counterfeit' (did you mean 'counterfeit'?), 'wrong_colour'"
    both = ("--policy", "standard", "--policy", "shopee")
    for command in (("replay",), ("replay", "--json"), ("compare", *both)):
        done = CliRunner().invoke(app, ["rules", *command, "--log", str(log)])
        assert done.exit_code == 0
        assert f"note: standard {note}" in done.stderr
    told = CliRunner().invoke(app, ["rules", "explain", "--seller", "S", "--log", str(log)])
    assert "verdict 'v1' took no points: standard v1 does not charge 'Counterfeit'" in told.stdout


def test_a_category_and_an_action_that_do_nothing_are_named_as_well(log, tmp_path):
    policy = tmp_path / "own.toml"
    text = bundled_text("standard")
    for known, changed in (
        ("[policy.violations.counterfeit]", '{}\n  categories = ["looks_fake"]'),
        ('action = "suspend"', 'action = "supend"'),
    ):
        assert known in text
        text = text.replace(known, changed.format(known))
    policy.write_text(text)
    log.write_text(json.dumps(VERDICT | {"violation": "looks_fake"}))
    for command in (
        ("replay",),
        ("replay", "--json"),
        ("compare", "--policy", "standard"),
        ("explain", "--seller", "S"),
        ("explain", "--seller", "S", "--json"),
    ):
        asked = ["rules", *command, "--log", str(log), "--policy", str(policy)]
        done = CliRunner().invoke(app, asked)
        assert done.exit_code == 0, done.stderr
        notes = done.stderr.splitlines()
        category = "'looks_fake' (a category: a verdict finds 'counterfeit' in it)"
        assert f"note: standard charges nothing for {category}" in notes
        nobody = "note: standard has actions that nobody knows: 'supend' (did you mean 'suspend'?)"
        assert nobody in notes


def test_compare_counts_what_was_voided_later(run, log):
    appeal = {"event": "appeal", "id": "a", "recorded_at": "2026-03-02T00:00:00Z"}
    appeal |= {"verdict_id": "v1", "by": "seller", "notified_at": None}
    granted = {"event": "appeal_decided", "id": "d", "recorded_at": "2026-03-03T00:00:00Z"}
    granted |= {"appeal_id": "a", "outcome": "granted", "moderator": "Noa"}
    log.write_text("\n".join(map(json.dumps, (VERDICT, SECOND, appeal, granted))))
    policies = ("--policy", "standard", "--policy", "standard", "--log", log)
    [row] = [row for row in run("compare", *policies).splitlines() if "voided later" in row]
    assert row.split() == ["suspend", "voided", "later", "1", "1"]
    told = json.loads(run("compare", *policies, "--json"))["policies"][0]
    assert (told["sanctions"]["suspend"], told["voided"]["suspend"]) == (0, 1)
    explained = json.loads(run("explain", "--seller", "S", "--log", log, "--json"))
    assert [one["why"] for one in explained["entries"]] == ["appeal granted: 6 given back", ""]


def test_explain_says_why_an_entry_counts_nothing_and_what_was_refused(run, log, tmp_path):
    capped = tmp_path / "capped.toml"
    cap = 'count_as = "max"\n  cap = { points = 6, per = "month" }'
    capped.write_text(bundled_text("standard").replace('count_as = "max"', cap))
    third = VERDICT | {"id": "v3", "complaint_id": "c3", "order_id": "o3", "evidence": []}
    log.write_text("\n".join(map(json.dumps, (VERDICT, SECOND, third))))
    told = run("explain", "--seller", "S", "--log", log, "--policy", capped)
    assert "capped: 6 a month" in told
    assert "line 3 refused: " in told
    entries = json.loads(
        run("explain", "--seller", "S", "--log", log, "--policy", capped, "--json")
    )["entries"]
    assert [(one["counts"], one["why"]) for one in entries] == [(6, ""), (0, "capped: 6 a month")]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('action = "warn"', 'action = "wran"', "nobody knows the action 'wran'"),
        ("at = 12 ", "at = 13 ", "tier 'depleted': at 13 is above the ceiling of 12"),
        ("min_items = 2 ", "min_items = 5 ", "5 kinds of evidence are asked and 4 exist"),
    ],
)
def test_a_strict_check_refuses_what_never_does_anything(run, tmp_path, old, new, why):
    path = tmp_path / "mine.toml"
    path.write_text(bundled_text("standard").replace(old, new))
    assert "valid" in run("check", path)
    with pytest.raises(BadPolicy, match=why):
        run("check", "--strict", path)


def test_a_check_remarks_on_what_the_law_asks_and_finds_the_policy_valid(run):
    told = run("check", "standard")
    assert told.startswith("standard v1: valid; ")
    assert "remark: appeals.window: 30 days to complain about a decision; DSA Art. 20(1)" in told
    assert "remark" not in run("check", "--strict", "standard-eu")
    (facts,) = json.loads(run("check", "standard", "--json"))
    assert [one.split(":")[0] for one in facts["remarks"]] == [
        "appeals.window",
        "appeals.external",
        "reasons_needed",
    ]


def test_every_bundled_policy_passes_the_strict_check(run):
    from detector.rules import bundled_names

    run("check", "--strict", *bundled_names())


def test_recorded_approvals_are_waited_for(run, log):
    told = json.loads(run("replay", "--log", log, "--approvals", "recorded", "--json"))["sellers"]
    assert told["S"]["status"] == "awaiting_approval"
    approved = {"event": "sanction_decided", "id": "x", "recorded_at": "2026-03-05T00:00:00Z"}
    approved |= {"sanction_id": "S/depleted/1", "outcome": "approved"}
    log.write_text("\n".join(map(json.dumps, (VERDICT, SECOND, approved))))
    told = json.loads(run("replay", "--log", log, "--approvals", "recorded", "--json"))["sellers"]
    assert (told["S"]["status"], told["S"]["sanctions"][1]["ends_at"]) == (
        "suspended",
        "2026-03-12T00:00:00Z",
    )


def test_the_records_of_a_period_are_written_as_json_and_as_csv(run, log):
    period = ("--from", "2026-01-01", "--to", "2027-01-01", "--log", log)
    (record,) = json.loads(run("transparency", *period, "--json"))["statements"]
    assert record["decision_account"] == "DECISION_ACCOUNT_SUSPENDED"
    names, row = run("transparency", *period).splitlines()
    assert names.startswith('"decision_visibility",')
    assert record["puid"] in row
    assert record["source_type"] == "SOURCE_ARTICLE_16"
    later = run("transparency", "--from", "2027-01-01", *period[2:], "--json")
    assert json.loads(later) == {"statements": []}


def test_a_record_says_who_brought_it_as_the_log_does(run, tmp_path):
    said = {"complaint_source": "trusted_flagger", "complaint_source_identity": "Fair Trade"}
    path = tmp_path / "flagged.jsonl"
    path.write_text("\n".join(json.dumps(one | said) for one in (VERDICT, SECOND)))
    period = ("--from", "2026-01-01", "--to", "2027-01-01", "--log", path)
    (record,) = json.loads(run("transparency", *period, "--json"))["statements"]
    assert record["source_type"] == "SOURCE_TRUSTED_FLAGGER"
    assert record["source_identity"] == "Fair Trade"
    words = run("statement", "--seller", "S", "--log", path)
    assert "on the notice of a trusted flagger" in words
    assert "Fair Trade" not in words
