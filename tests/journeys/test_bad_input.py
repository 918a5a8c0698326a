"""Whatever is fed to the command line ends in one clear error or a right answer."""

import gzip
import json
import sys

import pytest

from models.detectors import registry_at
from service.cli import main
from tests.training.backtest.conftest import few_draws
from training.publishing import publish

COLUMNS = "complaint_id,seller_id,filed_at,category"
EVIDENCE = f"{COLUMNS},evidence_count"
VERDICT = f"{COLUMNS},outcome,decided_at"
TWO = "c1,s1,2024-02-01,counterfeit\nc2,s2,2024-02-03T04:05:06Z,damaged\n"


@pytest.fixture(autouse=True)
def quick_calibration():
    """A test at a time, so that nothing which other folders share is trained on few draws."""
    with few_draws():
        yield


@pytest.fixture(scope="module")
def models(tmp_path_factory, training, market):
    directory = tmp_path_factory.mktemp("models")
    publish(training, market.history(), registry_at(directory), seed=0, created_at=0)
    return directory


@pytest.fixture
def detector(monkeypatch, capsys):
    """Run `detector` with the given words: (exit code, stdout, stderr)."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["detector", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return ended.value.code or 0, told.out, told.err

    return run


@pytest.fixture
def queue(detector, models):
    def run(*words, complaints, as_of="2024-06-01"):
        asked = ("queue", "--complaints", complaints, "--as-of", as_of, "--models", models)
        return detector(*asked, "--format", "json", *words)

    return run


REFUSED_COMPLAINTS = {
    "an empty file": ("", "the file is empty"),
    "a web page": ("<html>not found</html>", "missing column complaint_id"),
    "semicolons": (f"{COLUMNS}\n{TWO}".replace(",", ";"), "separate columns by commas"),
    "a missing column": ("complaint_id,seller_id,category\nc,s,x\n", "missing column filed_at"),
    "a column twice": (f"{COLUMNS},category\nc,s,2024-02-01,x,y\n", "two columns are named"),
    "a short row": (f"{COLUMNS}\nc1,s1\n", "row 1: 'c1,s1' has 2 columns where 4 are named"),
    "a long row": (f"{COLUMNS}\nc,s,2024-02-01,x,y\n", "has 5 columns where 4"),
    "an open quote": (f'{COLUMNS}\nc,"s,2024-02-01,x\n', "row 1"),
    "no seller": (f"{COLUMNS}\nc,,2024-02-01,x\n", "row 1: column seller_id: is missing"),
    "a bad time": (f"{COLUMNS}\nc,s,soon,x\n", "row 1: column filed_at: 'soon' is not a time"),
    "a day that is none": (f"{COLUMNS}\nc,s,2024-02-30,x\n", "'2024-02-30' is not a time"),
    "a future time": (f"{COLUMNS}\nc,s,2199-01-01,x\n", "'2199-01-01' lies in the future"),
    "an early time": (f"{COLUMNS}\nc,s,0001-01-01,x\n", "'0001-01-01' lies before 1970"),
    "a time of 10 MB": (f"{COLUMNS}\nc,s,{'9' * 10_000_000},x\n", "row 1: column filed_at"),
    "an id twice": (f"{COLUMNS}\n{TWO}c1,s9,2024-02-02,x\n", "row 3: column complaint_id: 'c1'"),
    "a negative count": (f"{EVIDENCE}\nc,s,2024-02-01,x,-3\n", "'-3' is negative"),
    "half a piece": (f"{EVIDENCE}\nc,s,2024-02-01,x,1.5\n", "'1.5' is not a whole number"),
    "a vast count": (f"{EVIDENCE}\nc,s,2024-02-01,x,{'9' * 30}\n", "column evidence_count"),
    "an outcome unheard of": (f"{VERDICT}\nc,s,2024-02-01,x,maybe,2024-02-02\n", "'maybe' is none"),
    "a verdict without time": (f"{VERDICT}\nc,s,2024-02-01,x,upheld,\n", "needs a time"),
}


@pytest.mark.parametrize(("text", "why"), REFUSED_COMPLAINTS.values(), ids=REFUSED_COMPLAINTS)
def test_a_bad_table_is_refused_by_every_command_that_reads_it(
    detector, models, tmp_path, text, why
):
    bad = tmp_path / "bad.csv"
    bad.write_text(text)
    out = tmp_path / "out.csv"
    reading = ("--complaints", bad, "--models")
    for words in (
        ("queue", *reading, models, "--as-of", "2024-06-01"),
        ("score", *reading, models, "--as-of", "2024-06-01", "--out", out),
        ("train", *reading, tmp_path / "models"),
    ):
        code, said, error = detector(*words)
        assert (code, said) == (1, "")
        assert error.startswith(f"error: {bad}: ")
        assert error.count("\n") == 1
        assert why in error
    assert not out.exists()
    assert not (tmp_path / "models" / "v0001").exists()


REFUSED_BYTES = {
    "bad.csv": (f"{COLUMNS}\nc,s\xe9,2024-02-01,x\n".encode("latin-1"), "is not UTF-8"),
    "bad.parquet": (b"PAR1 and no more", "cannot be read"),
    "bad.csv.gz": (b"no gzip", "cannot be read"),
    "cut.csv.gz": (gzip.compress(f"{COLUMNS}\n{TWO}".encode())[:-6], "cannot be read"),
    "bad.xlsx": (b"PK", "neither .parquet, .csv nor .csv.gz"),
}


@pytest.mark.parametrize("name", REFUSED_BYTES)
def test_what_is_no_table_at_all_is_refused(queue, tmp_path, name):
    content, why = REFUSED_BYTES[name]
    (tmp_path / name).write_bytes(content)
    code, _, error = queue(complaints=tmp_path / name)
    assert code == 1
    assert why in error


REFUSED_ORDERS = {
    "an empty file": ("", "the file is empty"),
    "a missing column": ("seller_id,orders\ns,3\n", "missing column day"),
    "a negative count": ("seller_id,day,orders\ns,2024-02-01,-2\n", "'-2' is negative"),
    "no number": ("seller_id,day,orders\ns,2024-02-01,nan\n", "'nan' is not a whole number"),
    "an endless count": ("seller_id,day,orders\ns,2024-02-01,1e308\n", "column orders"),
    "a day twice": ("seller_id,day,orders\ns,2024-02-01,1\ns,2024-02-01,1\n", "row 2: column day"),
    "a future day": ("seller_id,day,orders\ns,2199-02-01,1\n", "lies in the future"),
    "an order twice": ("order_id,seller_id,ordered_at\no,s,2024-01-01\no,s,2024-01-02\n", "'o'"),
}


@pytest.mark.parametrize(("text", "why"), REFUSED_ORDERS.values(), ids=REFUSED_ORDERS)
def test_bad_orders_are_refused(queue, tmp_path, text, why):
    complaints, orders = tmp_path / "complaints.csv", tmp_path / "orders.csv"
    complaints.write_text(f"{COLUMNS}\n{TWO}")
    orders.write_text(text)
    code, _, error = queue("--orders", orders, complaints=complaints)
    assert code == 1
    detail = json.loads(error)["detail"]
    assert detail.startswith(f"{orders}: ")
    assert why in detail


RIGHT_ANSWERS = {
    "no rows": f"{COLUMNS}\n",
    "two rows": f"{COLUMNS}\n{TWO}",
    "a byte-order mark": f"\ufeff{COLUMNS}\n{TWO}",
    "line ends of Windows": f"{COLUMNS}\n{TWO}".replace("\n", "\r\n"),
    "commas, quotes, line breaks": f'{COLUMNS}\n"c,1","s ""x"",\ny",2024-02-01,"a,b"\n',
    "emoji": f"{COLUMNS}\n😀,👩\u200d🚀,2024-02-01,🧨\n",
    "an id of 10 MB": f"{COLUMNS}\nc,{'s' * 10_000_000},2024-02-01,x\n",
    "a NUL": f"{COLUMNS}\nc,s\0t,2024-02-01,x\n",
    "one instant": f"{COLUMNS}\n" + "".join(f"c{i},s{i % 7},2024-02-01,x\n" for i in range(300)),
    "all alike": f"{COLUMNS}\n"
    + "".join(f"{d}-{s},s{s},2024-02-{d:02d},x\n" for d in range(1, 29) for s in range(20)),
}


@pytest.mark.parametrize("text", RIGHT_ANSWERS.values(), ids=RIGHT_ANSWERS)
def test_odd_but_sound_tables_are_scored_and_nobody_is_flagged(detector, models, tmp_path, text):
    odd, out = tmp_path / "odd.csv", tmp_path / "out.csv"
    odd.write_bytes(text.encode())
    words = ("--complaints", odd, "--models", models, "--as-of", "2024-06-01")
    code, said, error = detector("score", *words, "--out", out, "--json")
    assert code == 0
    assert error.startswith(("warning: the last complaint is of 2024-02-", "warning: no complaint"))
    *warnings, known = error.splitlines()
    assert all(line.startswith(("warning: ", "note: ")) for line in warnings)
    assert known.startswith("known: ")
    assert json.loads(said)["flagged"] == 0
    code, said, _ = detector("queue", *words, "--format", "json")
    assert code == 0
    json.loads(said)


def test_an_unknown_column_is_left_out_with_a_warning(queue, tmp_path):
    (tmp_path / "c.csv").write_text(f"{COLUMNS},colour\nc,s,2024-02-01,x,red\n")
    code, _, error = queue(complaints=tmp_path / "c.csv", as_of="2024-02-02")
    assert code == 0
    first = error.splitlines()[0]
    assert first == f"warning: {tmp_path / 'c.csv'}: column 'colour' is unknown and left out"


WITHOUT_EXPOSURE = {
    "no orders": "seller_id,day,orders\n",
    "orders of nought": "seller_id,day,orders\ns1,2024-02-01,0\ns2,2024-02-01,0\n",
    "orders of somebody else": "seller_id,day,orders\nzz,2024-02-01,5\n",
    "orders after everything": "seller_id,day,orders\ns1,2026-01-01,5\n",
}


@pytest.mark.parametrize("orders", WITHOUT_EXPOSURE.values(), ids=WITHOUT_EXPOSURE)
def test_orders_that_say_nothing_do_not_stop_training(detector, tmp_path, orders):
    (tmp_path / "c.csv").write_text(RIGHT_ANSWERS["all alike"])
    (tmp_path / "o.csv").write_text(orders)
    words = ("--complaints", tmp_path / "c.csv", "--orders", tmp_path / "o.csv")
    code, said, error = detector("train", *words, "--models", tmp_path / "models")
    assert code == 0
    *warnings, known = error.splitlines()
    allowed = ("hardly tell the delay", "hold no order", "the orders end on")
    assert all(any(words in line for words in allowed) for line in warnings)
    assert known.startswith("known: 560 complaints, 2")
    assert known.endswith(" sellers, with orders, 2024-02-01 to 2024-02-28")
    assert said.startswith("v0001")


def test_nothing_to_learn_from_is_said_as_such(detector, tmp_path):
    (tmp_path / "c.csv").write_text(f"{COLUMNS}\n")
    code, _, error = detector("train", "--complaints", tmp_path / "c.csv", "--models", tmp_path)
    assert code == 1
    assert "holds no complaint" in error


def test_before_the_first_complaint_there_is_nobody_to_score(queue, tmp_path):
    (tmp_path / "c.csv").write_text(f"{COLUMNS}\n{TWO}")
    assert queue(complaints=tmp_path / "c.csv", as_of="1999-01-01")[:2] == (0, "[]\n")


WRONG_OPTIONS = {
    "--limit 0": 2,
    "--limit x": 2,
    "--format xml": 2,
    "--fdr nan": 2,
    "--fdr 0": 2,
    "--colour red": 2,
    "--as-of soon": 1,
    "--as-of 2024-13-01": 1,
    "--on-bad-rows maybe": 1,
    "--model v9999": 1,
    "--model ../v0001": 1,
    "--models /dev/null": 1,
    "--models nowhere": 1,
    "--complaints nowhere.csv": 1,
    "--complaints .": 1,
    "--complaints sqlite:///nowhere/store.db": 1,
    "--complaints mysql://host/store": 1,
    "--orders nowhere.csv": 1,
}


@pytest.mark.parametrize("option", WRONG_OPTIONS)
def test_a_wrong_option_is_one_error(queue, tmp_path, monkeypatch, option):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.csv").write_text(f"{COLUMNS}\n{TWO}")
    code, said, error = queue(*option.split(), complaints="c.csv")
    assert (code, said) == (WRONG_OPTIONS[option], "")
    assert error
    assert "Traceback" not in error


WRONG_RANGES = (
    "--until 2024-02-01",
    "--until soon",
    "--until 2024-06-02 --every 0d",
    "--until 2024-06-02 --every -1d",
    "--until 2024-06-02 --every 1y",
    f"--until 2024-06-02 --every {'9' * 30}d",
    "--until 9999-01-01 --every 1h",
    "--out scores.txt",
    "--out nowhere/scores.csv",
    "--out /",
)


@pytest.mark.parametrize("option", WRONG_RANGES)
def test_an_absurd_range_or_output_is_one_error(detector, models, tmp_path, monkeypatch, option):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.csv").write_text(f"{COLUMNS}\n{TWO}")
    words = ("score", "--complaints", "c.csv", "--models", models, "--as-of", "2024-06-01")
    code, _, error = detector(*words, "--out", "scores.csv", *option.split())
    assert code == 1
    assert error.startswith("error: ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.csv"]


@pytest.mark.parametrize("name", ["arrays.npz", "manifest.json"])
def test_a_tampered_artifact_is_refused(detector, tmp_path, training, market, name):
    publish(training, market.history(), registry_at(tmp_path / "m"), seed=0, created_at=0)
    file = tmp_path / "m" / "v0001" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    (tmp_path / "c.csv").write_text(f"{COLUMNS}\n{TWO}")
    words = ("queue", "--complaints", tmp_path / "c.csv", "--models", tmp_path / "m")
    code, _, error = detector(*words, "--as-of", "2024-06-01")
    assert code == 1
    assert "v0001" in error


def test_a_models_directory_that_is_a_file_is_refused_before_the_work(detector, tmp_path):
    (tmp_path / "c.csv").write_text(f"{COLUMNS}\n{TWO}")
    (tmp_path / "m").write_text("")
    words = ("--complaints", tmp_path / "c.csv", "--models", tmp_path / "m")
    assert detector("train", *words)[2] == (
        f"error: --models {tmp_path / 'm'}: is a file; name a directory\n"
    )


@pytest.mark.parametrize("command", ["db current", "db upgrade", "keys list", "serve", "work"])
@pytest.mark.parametrize(
    "url", ["sqlite:////proc/x/x.db", "postgresql://127.0.0.1:1/x", "mysql://h/x"]
)
def test_a_database_out_of_reach_is_one_error(detector, command, url):
    code, said, error = detector(*command.split(), "--database", url)
    assert (code, said) == (1, "")
    assert error.startswith("error: --database: ")


def test_a_file_that_is_no_database_is_one_error(detector, tmp_path):
    (tmp_path / "x.db").write_text("There are no tables in here, and there never were any.")
    code, _, error = detector("db", "upgrade", "--database", f"sqlite:///{tmp_path / 'x.db'}")
    assert code == 1
    assert "not a database" in error


@pytest.mark.parametrize(
    "words",
    ["simulate --sellers 0", f"simulate --sellers {10**13}", f"simulate --days {10**9}"],
)
def test_an_absurd_market_is_a_usage_error(detector, tmp_path, words):
    assert detector(*words.split(), "--out", tmp_path)[0] == 2


def test_a_model_learnt_from_next_to_nothing_is_not_put_in_use_without_a_word(detector, tmp_path):
    (tmp_path / "c.csv").write_text(f"{COLUMNS}\n{TWO}")
    where = ("--models", tmp_path / "models")
    code, _, error = detector("train", "--complaints", tmp_path / "c.csv", *where)
    assert code == 0
    assert "warning: v0001: it learnt from 2 complaints, too few to tell what is usual" in error
    code, _, error = detector("models", "promote", "v0001", *where)
    assert code == 0
    assert "warning: v0001: it learnt from 2 complaints" in error
