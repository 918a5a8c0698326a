"""Whatever stands in an option for a time or a number is one sentence, never a traceback."""

import sys

import pytest

from service.cli import main

INSTANTS = [
    "9999-12-31T23:59:59-12:00",
    "0001-01-01T00:00:00+14:00",
    "2026-02-30",
    "1e400",
    "9" * 40,
]
NUMBERS = ["-1", "1e400", "nan", "9" * 5_000, "1_0_", "٣x", ""]
FILE = "complaints.csv"
TIMES = [
    ["score", "--complaints", FILE, "--out", "s.parquet", "--as-of"],
    ["queue", "--complaints", FILE, "--as-of"],
    ["train", "--complaints", FILE, "--until"],
    ["backtest", "--complaints", FILE, "--until", "2026-03-01", "--out", "r", "--from"],
    ["backtest", "--complaints", FILE, "--from", "2026-01-01", "--out", "r", "--until"],
    ["rules", "replay", "--policy", "standard", "--log", "log.jsonl", "--as-of"],
    ["rules", "replay", "--policy", "standard", "--log", "log.jsonl", "--known-at"],
    ["score", "--complaints", FILE, "--as-of", "2026-03-01", "--out", "s", "--until"],
]
COUNTS = [
    ["simulate", "--out", "m", "--sellers"],
    ["simulate", "--out", "m", "--days"],
    ["queue", "--complaints", FILE, "--as-of", "2026-03-01", "--limit"],
    ["queue", "--complaints", FILE, "--as-of", "2026-03-01", "--fdr"],
    ["score", "--complaints", FILE, "--as-of", "2026-03-01", "--out", "s", "--every"],
    ["train", "--complaints", FILE, "--seed"],
    ["db", "retain", "--days"],
    ["keys", "create", "--role", "admin", "--days"],
    ["serve", "--port"],
]


@pytest.fixture(autouse=True)
def directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    header = "complaint_id,seller_id,filed_at,category\n"
    rows = [f"c{n},s{n % 3},2026-01-{n % 27 + 1:02}T10:00:00Z,late\n" for n in range(60)]
    (tmp_path / FILE).write_text(header + "".join(rows))
    (tmp_path / "log.jsonl").write_text("")


def check(command, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["detector", *command])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert ended.value.code in (1, 2), (command, told)
    assert told.strip(), command
    assert "Traceback" not in told


@pytest.mark.parametrize("command", TIMES, ids=lambda one: f"{one[0]} {one[-1]}")
@pytest.mark.parametrize("value", INSTANTS, ids=lambda one: one[:12])
def test_a_time_beyond_all_time_is_refused(command, value, capsys, monkeypatch):
    check([*command, value], capsys, monkeypatch)


@pytest.mark.parametrize("command", COUNTS, ids=lambda one: f"{one[0]} {one[-1]}")
@pytest.mark.parametrize("value", NUMBERS, ids=lambda one: one[:6])
def test_a_number_beyond_all_use_is_refused(command, value, capsys, monkeypatch):
    check([*command, value], capsys, monkeypatch)
