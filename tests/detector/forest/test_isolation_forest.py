import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.base import clone
from sklearn.ensemble import IsolationForest
from sklearn.ensemble._iforest import _average_path_length

from detector.errors import BadArtifact, BadInput
from detector.forest import kernel as forest_kernel
from detector.forest.isolation_forest import Forest, _left_children, fit
from detector.forest.layout import Layout, layout_of
from detector.warm_up import warm_up


def tied(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    """Rows as the feature matrix has them: many zeros, few distinct values, some large ones."""
    random = np.random.default_rng(seed)
    values = np.round(random.gamma(0.3, 2.0, (rows, columns)), 1)
    return np.where(random.random((rows, columns)) < 0.6, 0.0, values)


ESTIMATORS = {
    "usual": IsolationForest(random_state=1),
    "few columns": IsolationForest(n_estimators=20, max_features=0.3, random_state=2),
    "one column": IsolationForest(n_estimators=20, max_features=1, random_state=2),
    "deep": IsolationForest(n_estimators=10, max_samples=1000, random_state=3),
    "depth-limited": IsolationForest(n_estimators=10, max_samples=5, random_state=4),
    "one sample": IsolationForest(n_estimators=10, max_samples=1, random_state=5),
    "two samples": IsolationForest(n_estimators=10, max_samples=2, random_state=5),
    "one tree": IsolationForest(n_estimators=1, random_state=6),
    "bootstrap": IsolationForest(n_estimators=10, bootstrap=True, random_state=7),
    "contaminated": IsolationForest(n_estimators=10, contamination=0.1, random_state=8),
}


def both_ways(forest: Forest, matrix) -> np.ndarray:
    """The scores, which the kernel and NumPy must agree on to the last bit."""
    rows = forest._rows_of(matrix)
    compiled, plain = forest._compiled_depth(rows, None), forest._plain_depth(rows)
    assert np.array_equal(compiled, plain)
    for wide_steps in (True, False):
        assert np.array_equal(summed(forest, rows, wide_steps), plain)
    return forest._score_of(plain)


def summed(forest: Forest, rows: np.ndarray, wide_steps: bool) -> np.ndarray:
    """What the kernel adds up, whichever way suits this processor."""
    depth = np.empty(len(rows))
    assert forest_kernel.add_up(_layout(forest, wide_steps), rows, depth) == -1
    return depth


def _layout(forest: Forest, wide_steps: bool) -> Layout:
    arrays = (forest.tree_start, forest.feature, forest.threshold, forest.value)
    return layout_of(*arrays, _left_children(forest), forest._width, wide_steps=wide_steps)


@pytest.mark.parametrize("rows", [1, 2, 32, 33, 127, 128, 129, 256, 257, 500])
@pytest.mark.parametrize("name", ESTIMATORS)
def test_scores_are_minus_scikit_learns_to_the_last_bit(fitted, name, rows):
    test = tied(rows, 7, seed=1)
    test[::50, 2], test[::70, 3] = np.inf, -np.inf
    estimator = fitted[name]
    with np.errstate(over="ignore"):
        expected = -estimator.score_samples(test)
    assert np.array_equal(both_ways(Forest.from_sklearn(estimator), test), expected)


@pytest.fixture(scope="module")
def fitted():
    return {name: clone(estimator).fit(tied(2000, 7)) for name, estimator in ESTIMATORS.items()}


@given(
    hnp.arrays(
        np.float64,
        st.tuples(st.integers(2, 60), st.integers(1, 4)),
        elements=st.one_of(
            st.sampled_from([0.0, -0.0, 1.0, 1.0 + 2**-24, 1.0 + 2**-23, 1e-45, 3e38]),
            st.floats(-(2.0**100), 2.0**100),
            st.floats(-2, 2),
        ),
    ),
    st.integers(1, 50),
    st.integers(0, 10),
)
def test_any_matrix_scores_as_in_scikit_learn(matrix, max_samples, seed):
    samples = min(max_samples, len(matrix))
    estimator = IsolationForest(n_estimators=5, max_samples=samples, random_state=seed).fit(matrix)
    ours = fit(matrix, trees=5, max_samples=max_samples, seed=seed)
    assert np.array_equal(both_ways(ours, matrix), -estimator.score_samples(matrix))


@given(st.integers(1, 4), st.integers(0, 5))
def test_rows_on_a_threshold_or_one_float_beside_it_go_as_in_scikit_learn(columns, seed):
    train = tied(200, columns, seed)
    estimator = IsolationForest(n_estimators=3, random_state=seed).fit(train)
    thresholds = np.unique(np.concatenate([tree.tree_.threshold for tree in estimator.estimators_]))
    near = thresholds.astype(np.float32)
    beside = [np.nextafter(near, np.float32(side)) for side in (-np.inf, np.inf)]
    test = np.repeat(np.concatenate([near, *beside])[:, None], columns, axis=1)
    expected = -estimator.score_samples(test)
    assert np.array_equal(both_ways(Forest.from_sklearn(estimator), test), expected)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_number_of_threads_changes_nothing(threads):
    forest, rows = fit(tied(600, 5), seed=0), tied(50_000, 5, seed=1)
    whole = forest._score_of(forest._compiled_depth(forest._rows_of(rows), threads))
    assert np.array_equal(whole, forest._score_of(forest._plain_depth(forest._rows_of(rows))))


def test_a_tree_as_deep_as_it_has_rows_scores_as_in_scikit_learn():
    rows = 2.0 ** np.arange(-100, 100)[:, None]
    estimator = IsolationForest(n_estimators=3, max_samples=200, random_state=0).fit(rows)
    for tree in estimator.estimators_:
        tree.max_depth = None
        tree.fit(rows, np.random.default_rng(0).random(200))
    estimator._average_path_length_per_tree = [
        _average_path_length(tree.tree_.n_node_samples) for tree in estimator.estimators_
    ]
    estimator._decision_path_lengths = [
        tree.tree_.compute_node_depths() for tree in estimator.estimators_
    ]
    assert np.array_equal(
        both_ways(Forest.from_sklearn(estimator), rows), -estimator.score_samples(rows)
    )


@pytest.mark.parametrize("rows", [33, 128, 512, 513, 1500])
@pytest.mark.parametrize(
    "make", [tied, lambda n, k, s: np.random.default_rng(s).normal(size=(n, k))]
)
def test_deep_trees_in_several_parts_score_as_in_scikit_learn(make, rows, monkeypatch):
    monkeypatch.setattr("detector.forest.layout._PART_BYTES", 20_000)
    estimator = IsolationForest(n_estimators=15, max_samples=4096, random_state=0)
    estimator.fit(make(4096, 6, 0))
    test = make(rows, 6, 1).astype(np.float32)
    forest = Forest.from_sklearn(estimator)
    assert len(_layout(forest, True).words.part_start) > 2
    assert np.array_equal(both_ways(forest, test), -estimator.score_samples(test))


def test_more_columns_than_a_word_has_room_for_score_as_in_scikit_learn():
    train = np.random.default_rng(0).normal(size=(600, 4096))
    estimator = IsolationForest(n_estimators=3, max_samples=600, random_state=0).fit(train)
    expected = -estimator.score_samples(train[:200])
    assert np.array_equal(both_ways(Forest.from_sklearn(estimator), train[:200]), expected)


def test_a_batch_scores_as_its_rows_one_by_one():
    forest = fit(tied(600, 5), seed=0)
    rows = tied(40, 5, seed=3)
    assert np.array_equal(forest.score(rows), [forest.score(row[None])[0] for row in rows])


def test_the_same_seed_gives_the_same_forest_and_another_seed_another():
    rows = tied(600, 5)
    first, again, other = (fit(rows, seed=seed).arrays() for seed in (1, 1, 2))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["threshold"], other["threshold"])


def test_columns_that_never_vary_make_nobody_an_anomaly():
    forest = fit(np.ones((300, 4)), seed=0)
    assert forest.score([[1.0] * 4, [9.0] * 4]) == pytest.approx([0.5, 0.5], abs=1e-12)


def test_a_column_that_never_varies_changes_no_score():
    rows = tied(300, 1)
    padded = np.column_stack([np.zeros(300), rows, np.full(300, 7.0)])
    score = fit(padded, seed=0).score(padded)
    assert score.mean() < 0.5
    assert fit(padded, seed=0).score([[5.0, 0.0, -5.0]]) == score[rows[:, 0] == 0][0]


def test_a_far_off_row_scores_higher_than_every_usual_one():
    rows = np.random.default_rng(0).normal(size=(500, 3))
    forest = fit(rows, seed=0)
    assert forest.score([[9.0, 9.0, 9.0]])[0] > forest.score(rows).max() - 0.02


def test_no_rows_score_to_nothing():
    assert fit(tied(50, 2), seed=0).score(np.empty((0, 2))).shape == (0,)


@pytest.mark.parametrize(
    "matrix", [np.empty((0, 3)), np.empty((3, 0)), np.zeros(3), [[np.nan]], [[np.inf]], [[1e39]]]
)
def test_a_matrix_that_cannot_be_learnt_from_is_refused(matrix):
    with pytest.raises(BadInput):
        fit(matrix, seed=0)


def test_more_columns_than_a_step_can_name_are_refused():
    rows = np.zeros((2, 65_537), dtype=np.float32)
    rows[1] = 1.0
    with pytest.raises(BadInput, match="65,536 columns at most, not 65,537"):
        fit(rows, seed=0)
    with pytest.raises(BadInput, match="65,536 columns at most, not 65,537"):
        Forest.from_sklearn(IsolationForest(n_estimators=1, random_state=0).fit(rows))


def test_the_last_column_that_a_step_can_name_is_looked_at():
    rows = np.zeros((64, 65_536))
    rows[:, -1] = np.arange(64)
    estimator = IsolationForest(n_estimators=3, random_state=0).fit(rows)
    forest = Forest.from_sklearn(estimator)
    assert (forest.feature == 65_535).any()
    assert np.array_equal(both_ways(forest, rows), -estimator.score_samples(rows))


@pytest.mark.parametrize("counts", [{"trees": 0}, {"max_samples": 0}])
def test_a_forest_without_trees_or_samples_is_refused(counts):
    with pytest.raises(BadInput, match="at least 1"):
        fit(tied(5, 2), seed=0, **counts)


@pytest.mark.parametrize("matrix", [np.zeros((2, 3)), np.zeros(2)])
def test_a_matrix_of_another_shape_is_refused(matrix):
    with pytest.raises(BadInput, match="a matrix"):
        fit(tied(50, 2), seed=0).score(matrix)


@pytest.mark.parametrize(
    ("rows", "bad"), [(1, 0), (9, 7), (300, 290), (40_000, 39_999), (40_000, 2)]
)
def test_a_row_with_a_nan_is_refused_by_its_number(rows, bad):
    forest, matrix = fit(tied(50, 2), seed=0), tied(rows, 2).astype(np.float32)
    matrix[bad, 1] = np.nan
    with pytest.raises(BadInput, match=f"row {bad}, column 1 is NaN"):
        forest._plain_depth(matrix)
    with pytest.raises(BadInput, match=f"row {bad}, column 1 is NaN"):
        forest._compiled_depth(matrix, 2)


def test_rows_that_may_not_be_written_to_need_no_compiling_anew():
    forest, rows = fit(tied(50, 2), seed=0), tied(40, 2).astype(np.float32)
    expected = forest.score(rows)
    rows.flags.writeable = False
    warm_up()
    assert np.array_equal(forest.score(rows), expected)
    assert np.array_equal(forest.score(rows[:, ::-1][:, ::-1]), expected)
    assert len(forest_kernel._add_by_blocks.signatures) == 1


def test_trees_that_may_not_be_written_to_need_no_compiling_anew():
    forest, rows = fit(tied(50, 2), seed=0), tied(40, 2)
    arrays = forest.arrays()
    for array in arrays.values():
        array.flags.writeable = False
    warm_up()
    assert np.array_equal(Forest.from_arrays(arrays).score(rows), forest.score(rows))
    assert len(forest_kernel._add_by_blocks.signatures) == 1


def test_an_estimator_that_is_not_fitted_is_refused():
    with pytest.raises(BadInput, match="not a fitted"):
        Forest.from_sklearn(IsolationForest())


def test_stored_arrays_give_the_same_forest(tmp_path):
    forest, rows = fit(tied(600, 5), seed=0), tied(100, 5, seed=1)
    np.savez(tmp_path / "forest.npz", **forest.arrays())
    with np.load(tmp_path / "forest.npz", allow_pickle=False) as stored:
        assert np.array_equal(Forest.from_arrays(stored).score(rows), forest.score(rows))


def cut_short(arrays):
    return {"value": arrays["value"][:-1]}


DAMAGE = {
    "a column too many": lambda a: {"feature": np.where(a["feature"] >= 0, 5, a["feature"])},
    "a column below none": lambda a: {"feature": a["feature"] - 1},
    "a leaf that splits": lambda a: {"feature": np.abs(a["feature"])},
    "a tree that starts late": lambda a: {"tree_start": a["tree_start"] + 1},
    "a tree out of order": lambda a: {"tree_start": a["tree_start"][::-1]},
    "a tree's bounds moved": lambda a: {"tree_start": a["tree_start"] + (a["tree_start"] == 31)},
    "children before their parent": lambda a: {"feature": a["feature"][::-1].copy()},
    "a length": cut_short,
    "a threshold that is no number": lambda a: {"threshold": a["threshold"] * np.nan},
    "a value without end": lambda a: {"value": a["value"] + np.inf},
    "a norm below zero": lambda a: {"norm": -a["norm"]},
    "another type": lambda a: {"feature": a["feature"].astype(np.float64)},
    "more columns than steps can name": lambda a: {"columns": a["columns"] * 0 + 65_537},
    "no tree": lambda a: {"tree_start": a["tree_start"][:1]},
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_forest_is_refused(damage):
    arrays = fit(tied(600, 5), trees=3, seed=0).arrays()
    changed = DAMAGE[damage](arrays)
    name = next(iter(changed))
    if damage == "a tree's bounds moved":
        changed["tree_start"] = arrays["tree_start"].copy()
        changed["tree_start"][1] += 2
    with pytest.raises(BadArtifact):
        Forest.from_arrays(arrays | {name: changed[name]})


@pytest.mark.parametrize("name", fit(tied(9, 2), trees=1, seed=0).arrays())
def test_a_forest_without_one_of_its_arrays_is_refused(name):
    arrays = fit(tied(9, 2), trees=1, seed=0).arrays()
    with pytest.raises(BadArtifact, match=name):
        Forest.from_arrays({key: value for key, value in arrays.items() if key != name})


def test_importing_the_forest_imports_neither_scikit_learn_nor_numba():
    code = "import sys, detector.forest; print({'sklearn', 'numba'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
