"""Spark parts the sellers; the results are those of one machine."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.assess import assess
from detector.durations import DAY_US
from detector.errors import BadInput, NotEnoughHistory
from detector.fitting import train
from detector.history.aliases import Alias, joined
from tests.parts import need_module
from training.simulator import Marketplace
from training.simulator.writing import write_market
from training.tables.readers import read_history

need_module("pyspark")
from training.spark.aliases import joined_tables  # noqa: E402 - only where pyspark is there
from training.spark.jobs import (  # noqa: E402 - only where pyspark is there
    _ScoringJob,
    assess_tables,
    assess_tables_each,
    train_tables,
)
from training.spark.tables import sellers_known, session_at, tables_at  # noqa: E402

pytestmark = [
    pytest.mark.java,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


SMALL = Marketplace(sellers=150, days=260, orders_per_day_median=4.0)


@pytest.fixture(scope="module")
def spark():
    with session_at("local-cluster[2,1,1024]") as session:
        yield session


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> tuple[Path, Path]:
    """The small marketplace as Parquet directories of several parts."""
    directory = tmp_path_factory.mktemp("market")
    write_market(SMALL, 7, directory)
    return _in_parts(directory, "complaints"), _in_parts(directory, "orders")


def _in_parts(directory: Path, name: str) -> Path:
    table = pq.read_table(directory / f"{name}.parquet")
    parts = directory / name
    parts.mkdir()
    for number, start in enumerate(range(0, len(table), len(table) // 3 + 1)):
        pq.write_table(table.slice(start, len(table) // 3 + 1), parts / f"part-{number}.parquet")
    return parts


def assert_equal(ours, expected):
    assert ours.seller_ids == expected.seller_ids
    for name in ("score", "surprise", "p_value", "q_value"):
        assert np.abs(getattr(ours, name) - getattr(expected, name)).max() <= 1e-12, name
    for name in ("rank", "flagged", "brigade"):
        assert np.array_equal(getattr(ours, name), getattr(expected, name)), name
    assert ours.reasons == expected.reasons


@pytest.mark.parametrize(("with_orders", "at_once"), [(True, 20_000_000), (False, 1)])
def test_scores_are_those_of_one_machine(
    spark, files, training, training_end, monkeypatch, with_orders, at_once
):
    monkeypatch.setattr("training.spark.jobs.ROWS_AT_ONCE", at_once)
    complaints, orders = files[0], files[1] if with_orders else None
    # The first instant is one at which not every seller is known yet.
    instants = [training_end - 215 * DAY_US, training_end + 20 * DAY_US]
    history = read_history(complaints, orders)
    tables = tables_at(spark, str(complaints), str(orders) if orders else None)
    found = list(assess_tables_each(tables, instants, training.trained))
    assert len(found[0].seller_ids) < len(found[1].seller_ids)
    for ours, instant in zip(found, instants, strict=True):
        assert_equal(ours, assess(history, instant, training.trained))


def test_groups_count_as_on_one_machine(spark, training, training_end, tmp_path):
    write_market(replace(SMALL, groups=4), 7, tmp_path)
    paths = [str(_in_parts(tmp_path, name)) for name in ("complaints", "orders")]
    history, instant = read_history(*paths), training_end + 20 * DAY_US
    found = assess_tables(tables_at(spark, *paths), instant, training.trained)
    expected = assess(history, instant, training.trained)
    assert_equal(found, expected)
    without = replace(history, complaints=replace(history.complaints, group=None), groups=())
    assert not np.array_equal(assess(without, instant, training.trained).score, expected.score)


def test_tables_are_joined_by_aliases_as_histories_are(spark, files):
    complaints, orders = files
    history = read_history(complaints, orders)
    first, day = history.complaints.filed_at.min(), DAY_US
    since = int(first) // day * day
    aliases = [Alias(history.sellers[n], f"z{n}", since + 400 * day, f"row {n}") for n in (3, 9)]
    tables = joined_tables(tables_at(spark, str(complaints), str(orders)), aliases)
    expected = joined(history, aliases)
    assert sellers_known(tables)["seller_id"].to_pylist() == list(expected.sellers)
    assert tables.complaints.where("seller_id = 'z3'").count() == int(
        (history.complaints.seller == 3).sum()
    )
    early = [Alias(history.sellers[3], history.sellers[9], since + 50 * day, "row 7")]
    refusals = []
    for join in (
        lambda: joined_tables(tables_at(spark, str(complaints), str(orders)), early),
        lambda: joined(history, early),
    ):
        with pytest.raises(BadInput, match="row 7: ") as refused:
            join()
        refusals.append(str(refused.value))
    assert refusals[0] == refusals[1]


def test_training_gives_the_detector_of_one_machine(spark, files, training_end):
    expected = train(read_history(*files), until=training_end, seed=3)
    ours, _ = train_tables(tables_at(spark, *map(str, files)), training_end, seed=3)
    assert ours.metrics == pytest.approx(expected.metrics, abs=1e-12)
    assert ours.span == expected.span
    arrays = ours.trained.arrays()
    for name, array in expected.trained.arrays().items():
        if array.dtype.kind == "f":
            assert np.abs(arrays[name] - array).max(initial=0.0) <= 1e-12, name
        else:
            assert np.array_equal(arrays[name], array), name


def executors_of(process: int) -> list[int]:
    """The Spark executors among a process's descendants."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int(
                    (entry / "stat").read_text().rsplit(")", 1)[1].split()[1]
                )
            except OSError:
                continue
    ours = {process}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return [pid for pid in ours if "CoarseGrainedExecutorBackend" in _command(pid)]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def test_a_worker_killed_in_the_middle_of_a_job_changes_nothing(
    spark, files, training, training_end
):
    instant = training_end + 20 * DAY_US
    expected = assess(read_history(*files), instant, training.trained)
    killed = []

    def kill_one_that_works():
        tracker = spark.sparkContext.statusTracker()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not killed:
            stages = [tracker.getStageInfo(s) for s in tracker.getActiveStageIds()]
            if any(stage and stage.numActiveTasks for stage in stages):
                victim = executors_of(os.getpid())[0]
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)
            time.sleep(0.01)

    killer = threading.Thread(target=kill_one_that_works)
    killer.start()
    ours = assess_tables(tables_at(spark, *map(str, files)), instant, training.trained)
    killer.join()
    assert killed
    assert killed[0] not in executors_of(os.getpid())
    assert_equal(ours, expected)


def test_withdrawn_complaints_count_as_on_one_machine(
    spark, files, training, training_end, tmp_path
):
    table = pq.read_table(files[0])
    filed = table["filed_at"].cast(pa.timestamp("us")).cast(pa.int64()).to_numpy()
    back = np.random.default_rng(3).random(len(filed)) < 0.4
    seller = table["seller_id"].to_pylist()
    back |= np.array([one == seller[0] for one in seller])  # nothing is left of one seller
    withdrawn = pa.array(filed + 5 * DAY_US, pa.timestamp("us"), mask=~back)
    pq.write_table(table.append_column("withdrawn_at", withdrawn), tmp_path / "c.parquet")
    history = read_history(tmp_path / "c.parquet")
    tables = tables_at(spark, str(tmp_path / "c.parquet"))
    instants = [training_end - 100 * DAY_US, training_end + 20 * DAY_US]
    found = list(assess_tables_each(tables, instants, training.trained))
    for ours, instant in zip(found, instants, strict=True):
        assert_equal(ours, assess(history, instant, training.trained))
    expected = train(history, until=training_end, seed=3)
    ours, _ = train_tables(tables, training_end, seed=3)
    assert ours.metrics == pytest.approx(expected.metrics, abs=1e-12)


def test_a_bad_row_is_refused_by_its_column_and_value(spark, tmp_path, training):
    table = pa.table(
        {"complaint_id": ["a"], "seller_id": ["s"], "filed_at": ["2024-01-01"], "category": [None]}
    )
    pq.write_table(
        table.cast(table.schema.set(3, pa.field("category", pa.string()))), tmp_path / "c.parquet"
    )
    tables = tables_at(spark, str(tmp_path / "c.parquet"))
    with pytest.raises(BadInput, match=r"category.*is missing"):
        assess_tables(tables, 20_000 * DAY_US, training.trained)


def test_an_id_that_two_complaints_share_is_refused(spark, tmp_path, training):
    table = pa.table(
        {
            "complaint_id": ["same", "same"],
            "seller_id": ["s", "t"],
            "filed_at": ["2024-01-01"] * 2,
            "category": ["damaged"] * 2,
        }
    )
    pq.write_table(table, tmp_path / "c.parquet")
    tables = tables_at(spark, str(tmp_path / "c.parquet"))
    with pytest.raises(BadInput, match="'same' is there 2 times"):
        assess_tables(tables, 20_000 * DAY_US, training.trained)


@pytest.mark.parametrize(
    ("columns", "why"), [({"complaint_id": ["a"]}, "missing column seller_id, filed_at, category")]
)
def test_a_table_without_a_required_column_is_refused(spark, tmp_path, columns, why):
    pq.write_table(pa.table(columns), tmp_path / "c.parquet")
    with pytest.raises(BadInput, match=why):
        tables_at(spark, str(tmp_path / "c.parquet"))


@pytest.mark.parametrize("name", ["nowhere/to/be/found", "complaints.csv"])
def test_what_is_no_table_is_refused(spark, name):
    with pytest.raises(BadInput, match=name):
        tables_at(spark, name)


def test_a_directory_without_parts_is_refused(spark, tmp_path):
    with pytest.raises(BadInput, match="neither a Parquet directory nor a table"):
        tables_at(spark, str(tmp_path))


def test_a_history_without_complaints_teaches_nothing(spark, files, training_end):
    with pytest.raises(NotEnoughHistory):
        train_tables(tables_at(spark, str(files[0])), until=DAY_US)


def test_a_master_that_is_none_is_told_in_one_sentence():
    # In a process of its own, as Spark can be started once in each.
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "from training.spark.tables import session_at\n"
            "from detector.errors import BadInput\n"
            "try:\n    session_at('nonsense').__enter__()\n"
            "except BadInput as why:\n    print(why)",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.startswith("Spark cannot be started with --master nonsense")
    assert "Java 17" in told


def test_a_worker_of_another_release_is_refused(training, monkeypatch):
    job = pickle.dumps(_ScoringJob([], training.trained, []))
    assert pickle.loads(job).instants == []
    monkeypatch.setattr("training.spark.jobs._release", lambda: "0.0.1")
    with pytest.raises(BadInput, match=r"worker has version .* of suspicious-seller-detector"):
        pickle.loads(job)


def test_configuration_reaches_spark_and_what_the_exchange_needs_stays():
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "from training.spark.tables import session_at\n"
            "asked = {'spark.executor.memory': '600m',"
            " 'spark.sql.session.timeZone': 'Asia/Tokyo'}\n"
            "with session_at('local[1]', asked) as spark:\n"
            "    print(*(spark.conf.get(key) for key in asked))",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.split() == ["600m", "UTC"]
