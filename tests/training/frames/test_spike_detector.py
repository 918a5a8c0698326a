"""The class does what the commands do, to the last bit, in the manners of scikit-learn."""

import pickle
import re
import subprocess
import sys
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from sklearn.base import clone

import detector
from detector import SpikeDetector
from detector.errors import BadArtifact, BadInput, NotEnoughHistory
from detector.settings import DEFAULT, Settings
from models.detectors import load_detector, registry_at
from tests.frames import FRAMES, arrow
from tests.training.frames.conftest import AS_OF, LAST, UNTIL
from training.tables.frames import kind_of

COLUMNS = ["seller_id", "score", "p_value", "q_value", "flagged", "rank", "reasons", "suspicion"]


def same_arrays(one, other):
    ours, theirs = one.arrays(), other.arrays()
    assert ours.keys() == theirs.keys()
    for name, array in ours.items():
        assert array.dtype == theirs[name].dtype, name
        assert array.tobytes() == theirs[name].tobytes(), name


def of_day(scores, day):
    return scores.filter(pc.equal(scores["as_of"], pa.scalar(pd.Timestamp(day, tz="UTC"))))


@pytest.mark.parametrize("kind", FRAMES)
def test_each_kind_of_frame_gives_the_commands_model_and_scores(kind, market, commands):
    made = FRAMES[kind]
    model = SpikeDetector(seed=3).fit(made(market.complaints), made(market.orders), until=UNTIL)
    same_arrays(model.trained_, load_detector(commands / "models").trained)

    table = arrow(model.assess(made(market.complaints), made(market.orders), as_of=AS_OF))
    scores = of_day(pq.read_table(commands / "scores.parquet"), AS_OF)
    assert table.column_names == COLUMNS
    assert table.num_rows == scores.num_rows > 100
    for name in COLUMNS[:-1]:
        assert table[name].to_pylist() == scores[name].to_pylist(), name


def test_each_day_of_a_range_has_the_commands_scores(model, market, commands):
    table = model.assess_each(market.complaints, market.orders, AS_OF, LAST)
    scores = pq.read_table(commands / "scores.parquet")
    assert table.column_names == ["seller_id", "as_of", *COLUMNS[1:]]
    for name in table.column_names[:-1]:
        assert table[name].to_pylist() == scores[name].to_pylist(), name


def test_a_range_goes_by_the_step_asked_for(model, market):
    table = model.assess_each(
        market.complaints, market.orders, date(2024, 8, 8), date(2024, 8, 22), every="1w"
    )
    assert [str(day.date()) for day in table["as_of"].unique().to_pylist()] == [
        "2024-08-08", "2024-08-15", "2024-08-22",
    ]  # fmt: skip


def test_results_are_the_callers_kind_of_frame(model, market):
    for kind in ("pandas", "polars", "duckdb"):
        complaints, orders = FRAMES[kind](market.complaints), FRAMES[kind](market.orders)
        for table in (
            model.assess(complaints, orders, as_of=AS_OF),
            model.assess_each(complaints, orders, AS_OF, AS_OF),
            model.explain(complaints, orders, "s000", as_of=AS_OF).table,
        ):
            assert type(table) is type(complaints)


def test_a_saved_model_is_the_commands_byte_for_byte(model, commands, tmp_path):
    manifest = load_detector(commands / "models").manifest
    version = model.save(tmp_path, created_at=manifest.facts.created_at)
    assert version == model.version_ == "v0001"
    files = sorted(path.name for path in (tmp_path / version).iterdir())
    assert files == sorted(path.name for path in (commands / "models" / "v0001").iterdir())
    for name in files:
        theirs = (commands / "models" / "v0001" / name).read_bytes()
        assert (tmp_path / version / name).read_bytes() == theirs, name


def test_a_model_is_created_when_it_is_fitted_unless_said_otherwise(model, tmp_path):
    before = model.facts_.created_at
    model.save(tmp_path)
    model.save(tmp_path, created_at="2024-09-01T00:00:00Z")
    registry = registry_at(tmp_path)
    times = [registry.manifest(version).facts.created_at for version in ("v0001", "v0002")]
    assert times[0] == before
    assert times[1] == 1_725_148_800_000_000
    assert model.facts_.created_at == before


def test_a_loaded_model_assesses_as_the_saved_one(model, market, tmp_path):
    model.save(tmp_path)
    loaded = SpikeDetector.load(tmp_path)
    assert loaded.version_ == "v0001"
    assert loaded.facts_ == model.facts_
    assert (loaded.seed, loaded.settings) == (model.seed, model.settings)
    asked = market.complaints, market.orders
    assert loaded.assess(*asked, as_of=AS_OF).equals(model.assess(*asked, as_of=AS_OF))


def test_a_version_waits_where_it_is_not_to_be_promoted(model, tmp_path):
    model.save(tmp_path)
    model.save(tmp_path, promote=False)
    assert SpikeDetector.load(tmp_path).version_ == "v0001"
    assert SpikeDetector.load(tmp_path, "v0002").version_ == "v0002"


def test_what_is_not_there_is_not_loaded(tmp_path):
    with pytest.raises(BadArtifact, match="no trained model here"):
        SpikeDetector.load(tmp_path)


def test_nothing_dated_at_or_after_the_instant_matters(model, market):
    cut = pc.less(market.complaints["filed_at"], pa.scalar(pd.Timestamp(AS_OF, tz="UTC")))
    early = market.complaints.filter(cut)
    table = model.assess(market.complaints, market.orders, as_of=AS_OF)
    assert model.assess(early, market.orders, as_of=AS_OF).equals(table)


def test_without_until_all_there_is_is_learnt(market):
    model = SpikeDetector().fit(market.complaints, market.orders)
    day = 86_400_000_000
    last = market.complaints["filed_at"].cast(pa.int64()).to_numpy().max()
    assert model.facts_.span[1] == (last // day + 1) * day


def test_it_works_without_orders(market):
    complaints = market.complaints.to_pandas()
    model = SpikeDetector().fit(complaints, until=UNTIL)
    assert model.facts_.orders_known is False
    assert len(model.assess(complaints, as_of=AS_OF)) > 100


def test_fitting_returns_itself_and_changes_no_parameter(market):
    model = SpikeDetector(seed=5, settings=Settings(trees=20))
    before = model.get_params()
    assert model.fit(market.complaints, market.orders, until=UNTIL) is model
    assert model.get_params() == before
    assert model.trained_.settings.trees == 20


def test_one_row_and_an_empty_frame_can_be_assessed(model):
    one = pd.DataFrame(
        {"complaint_id": ["c"], "seller_id": ["s"], "filed_at": ["2024-08-19"], "category": ["x"]}
    )
    assert model.assess(one, as_of=AS_OF)["seller_id"].tolist() == ["s"]
    with pytest.warns(UserWarning, match="no complaint was filed before as_of"):
        empty = model.assess(one.head(0), as_of=AS_OF)
    assert len(empty) == 0
    assert empty.columns.tolist() == COLUMNS


def test_a_frame_of_one_row_is_enough_to_learn_from():
    one = pd.DataFrame(
        {"complaint_id": ["c"], "seller_id": ["s"], "filed_at": ["2024-08-01"], "category": ["x"]}
    )
    assert SpikeDetector().fit(one).facts_.complaints == 1
    with pytest.raises(NotEnoughHistory, match="the history holds no complaint"):
        SpikeDetector().fit(one.head(0))


def test_warnings_point_at_the_line_that_asked(model, market):
    frame = market.complaints.append_column("typo", market.complaints["seller_id"])
    with pytest.warns(UserWarning, match="is unknown|later days are scored") as caught:
        model.assess(frame, market.orders, as_of="2025-08-20")
    said = [str(one.message) for one in caught]
    assert said[0] == "complaints: column 'typo' is unknown and left out"
    assert said[1].startswith("the last complaint is of 2024-09-")
    assert {one.filename for one in caught} == {__file__}


def with_bad_rows(complaints):
    """The same with three rows more: an id that was there, no seller, and no category."""
    first = complaints["complaint_id"][0].as_py()
    cells = {
        "complaint_id": [first, "new 1", "new 2"],
        "seller_id": ["s000", None, "s000"],
        "category": ["damaged", "damaged", None],
    }
    bad = complaints.slice(0, 3)
    for name, values in cells.items():
        place, field = bad.column_names.index(name), bad.schema.field(name)
        bad = bad.set_column(place, field, pa.array(values).cast(field.type))
    return pa.concat_tables([complaints, bad])


# tests/training/tables/test_frames.py checks the rows of every kind; here a fit goes on with them.
@pytest.mark.parametrize("kind", ["pandas", "polars", "duckdb", "stream"])
def test_bad_rows_of_frames_can_be_left_out(kind, model, market):
    made, bad = FRAMES[kind], with_bad_rows(market.complaints)
    orders, said = market.orders, "complaints: 3 bad rows were left out; see refused_.complaints"
    with pytest.raises(BadInput, match=r"is already on row|is missing"):
        SpikeDetector(seed=3).fit(made(bad), made(orders), until=UNTIL)
    skipping = SpikeDetector(seed=3)
    with pytest.warns(UserWarning, match=said) as caught:
        skipping.fit(made(bad), made(orders), until=UNTIL, on_bad_rows="skip")
    assert {one.filename for one in caught} == {__file__}
    same_arrays(skipping.trained_, model.trained_)
    refused = skipping.refused_
    assert kind_of(refused.complaints) == kind_of(made(bad))
    twice, *missing = arrow(refused.complaints)["why"].to_pylist()
    assert re.fullmatch(r"column complaint_id: '.*' is already on row [\d,]+ of complaints", twice)
    assert missing == ["column seller_id: is missing", "column category: is missing"]
    assert arrow(refused.orders).num_rows == 0


def test_bad_rows_can_be_left_out_wherever_frames_are_read(model, market):
    bad, orders = with_bad_rows(market.complaints), market.orders
    asked = {"as_of": AS_OF, "on_bad_rows": "skip"}
    good = model.assess(market.complaints, orders, as_of=AS_OF)
    with pytest.warns(UserWarning, match="3 bad rows were left out"):
        assert model.assess(bad, orders, **asked).equals(good)
    for ask in (
        lambda: model.assess_each(bad, orders, AS_OF, AS_OF, on_bad_rows="skip"),
        lambda: model.explain(bad, orders, "s000", **asked),
    ):
        model.assess(market.complaints, orders, as_of=AS_OF)
        with pytest.warns(UserWarning, match="3 bad rows were left out"):
            ask()
        assert len(model.refused_.complaints) == 3


def test_what_was_left_out_is_the_last_calls_and_stays_out_of_pickles(model, market):
    made = FRAMES["duckdb"]
    with pytest.warns(UserWarning, match="3 bad rows were left out"):
        model.assess(made(with_bad_rows(market.complaints)), as_of=AS_OF, on_bad_rows="skip")
    assert not hasattr(pickle.loads(pickle.dumps(model)), "refused_")
    model.assess(market.complaints, as_of=AS_OF)
    assert model.refused_.complaints.num_rows == 0
    assert model.refused_.orders is None


def test_rows_are_refused_or_skipped_and_nothing_else(model, market):
    with pytest.raises(BadInput, match="on_bad_rows is 'warn'; it is one of refuse, skip"):
        model.assess(market.complaints, as_of=AS_OF, on_bad_rows="warn")


def test_times_in_the_future_are_refused(model, market):
    frame = market.complaints.slice(0, 2).to_pandas()
    frame["filed_at"] = ["2024-05-01", "2950-01-01"]
    with pytest.raises(BadInput, match="row 1: column filed_at: '2950-01-01' lies in the future"):
        model.assess(frame, as_of=AS_OF)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"seed": -1}, "seed is -1; it lies from 0 to 4,294,967,295"),
        ({"seed": 1.5}, "seed is 1.5; a whole number is wanted"),
        ({"seed": True}, "seed is True; a whole number is wanted"),
    ],
)
def test_a_bad_seed_is_refused_when_it_is_used(params, said, market):
    with pytest.raises(BadInput, match=said):
        SpikeDetector(**params).fit(market.complaints)


@pytest.mark.parametrize("fdr", [0, 1, -0.1, "0.1", None, float("nan"), True])
def test_a_bad_rate_is_refused_when_it_is_used(fdr, model, market):
    changed = pickle.loads(pickle.dumps(model)).set_params(fdr=fdr)
    with pytest.raises(BadInput, match="a rate above 0 and below 1 is wanted"):
        changed.assess(market.complaints, as_of=AS_OF)


def with_a_spike(complaints):
    """The same with 20 complaints about the first seller over the day before LAST."""
    one = complaints.slice(0, 1)
    spike = pa.concat_tables([one] * 20)
    changed = {
        "filed_at": pa.array(pd.date_range(end=LAST, periods=21, freq="h", inclusive="left")),
        "complaint_id": pa.array([f"spike-{number}" for number in range(20)]),
    }
    for name, values in changed.items():
        column = values.cast(complaints.schema.field(name).type)
        spike = spike.set_column(spike.column_names.index(name), name, column)
    return pa.concat_tables([complaints, spike])


def test_a_higher_rate_flags_no_fewer(model, market):
    complaints, counts = with_a_spike(market.complaints), []
    for fdr in (0.01, 0.1, 0.9):
        changed = pickle.loads(pickle.dumps(model)).set_params(fdr=fdr)
        table = changed.assess(complaints, market.orders, as_of=LAST)
        counts.append(pc.sum(table["flagged"]).as_py())
        assert table["flagged"].to_pylist() == [q < fdr for q in table["q_value"].to_pylist()]
    assert counts == sorted(counts)
    assert counts[-1] > 0


def test_nothing_is_assessed_before_something_was_learnt(market):
    for ask in (
        lambda model: model.assess(market.complaints, as_of=AS_OF),
        lambda model: model.assess_each(market.complaints, None, AS_OF, LAST),
        lambda model: model.explain(market.complaints, None, "s000", as_of=AS_OF),
        lambda model: model.save("nowhere"),
    ):
        with pytest.raises(BadInput, match="this SpikeDetector has learnt nothing yet; call fit"):
            ask(SpikeDetector())


def test_parameters_are_read_and_changed_by_name():
    model = SpikeDetector(seed=3)
    assert model.get_params(deep=False) == {"seed": 3, "fdr": 0.1, "settings": DEFAULT}
    assert model.get_params()["settings__trees"] == 100
    assert model.set_params(fdr=0.2, settings__trees=20, settings__half_life_days=90.0) is model
    assert model.fdr == 0.2
    assert model.settings == Settings(trees=20, half_life_days=90.0)
    assert DEFAULT.trees == 100
    with pytest.raises(BadInput, match="no parameter 'contamination'; there are seed, fdr"):
        model.set_params(contamination=0.1)


@pytest.mark.parametrize(
    "refused",
    [
        {"contamination": 0.1},
        {"settings__contamination": 0.1},
        {"settings": None},
        {"settings": None, "settings__trees": 20},
    ],
)
def test_parameters_are_all_changed_or_none(refused):
    model = SpikeDetector(seed=3)
    with pytest.raises(BadInput, match=r"there is no parameter|settings is None; a detector"):
        model.set_params(seed=5, fdr=0.2, settings__snapshots=8, **refused)
    assert model.get_params() == SpikeDetector(seed=3).get_params()


def test_settings_of_another_type_are_refused_when_they_are_used(market):
    with pytest.raises(BadInput, match="settings is 'usual'; a detector"):
        SpikeDetector(settings="usual").fit(market.complaints)


def test_parameters_are_keywords():
    with pytest.raises(TypeError):
        SpikeDetector(3)


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (SpikeDetector(), "SpikeDetector()"),
        (SpikeDetector(seed=3, fdr=0.05), "SpikeDetector(seed=3, fdr=0.05)"),
        (
            SpikeDetector(settings=Settings(trees=50, recent_days=60)),
            "SpikeDetector(settings=Settings(recent_days=60, trees=50))",
        ),
    ],
)
def test_its_text_makes_it_again(model, text):
    assert repr(model) == text
    again = eval(text, {"SpikeDetector": SpikeDetector, "Settings": Settings})
    assert again.get_params() == model.get_params()


def test_scikit_learn_clones_it_and_it_can_be_pickled(model, market):
    fresh = clone(model)
    assert fresh.get_params() == model.get_params()
    assert not hasattr(fresh, "trained_")
    copied = pickle.loads(pickle.dumps(model))
    asked = market.complaints, market.orders
    assert copied.assess(*asked, as_of=AS_OF).equals(model.assess(*asked, as_of=AS_OF))


def test_importing_the_package_costs_nothing_until_the_class_is_asked_for():
    code = (
        "import sys, time\n"
        "before = set(sys.modules)\n"
        "started = time.perf_counter()\n"
        "import detector\n"
        "took = time.perf_counter() - started\n"
        "heavy = {'numpy', 'pandas', 'narwhals', 'pyarrow', 'sklearn', 'scipy', 'numba'}\n"
        "print(took, sorted(heavy & (set(sys.modules) - before)))"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(5)
    ]
    found = [run.stdout.split(" ", 1) for run in runs]
    assert {heavy.strip() for _, heavy in found} == {"[]"}
    assert min(float(took) for took, _ in found) < 0.1


def test_the_package_names_what_it_offers():
    assert "SpikeDetector" in dir(detector)
    with pytest.raises(AttributeError, match="module 'detector' has no attribute 'Detector'"):
        detector.Detector  # noqa: B018


def test_the_numbers_are_plain_ones(model, market):
    table = model.assess(market.complaints.to_pandas(), market.orders.to_pandas(), as_of=AS_OF)
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    assert np.isfinite(table[["score", "p_value", "q_value"]]).all().all()
    assert table["flagged"].dtype == bool
    assert all(isinstance(reasons, list) for reasons in table["reasons"])
