"""One law in many forms: this class says what scikit-learn's own says, to the last bit."""

import pickle
import subprocess
import sys

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse
from sklearn import ensemble
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import make_scorer, roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils._test_common.instance_generator import PER_ESTIMATOR_XFAIL_CHECKS
from sklearn.utils.estimator_checks import parametrize_with_checks

from detector.forest import IsolationForest
from detector.forest import estimator as module

PARAMETERS = {
    "usual": {},
    "few columns": {"max_features": 0.3},
    "one column": {"max_features": 1},
    "one sample": {"max_samples": 1},
    "share of samples": {"max_samples": 0.3},
    "bootstrap": {"bootstrap": True},
    "contaminated": {"contamination": 0.1},
    "several jobs": {"n_jobs": 2, "contamination": 0.2},
}


def tied(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    values = np.round(random.gamma(0.3, 2.0, (rows, columns)), 1)
    return np.where(random.random((rows, columns)) < 0.6, 0.0, values)


def both(train, sample_weight=None, **parameters):
    """scikit-learn's forest and ours, fitted on the same rows."""
    parameters = {"n_estimators": 20, "random_state": 3} | parameters
    return [
        kind(**parameters).fit(train, sample_weight=sample_weight)
        for kind in (ensemble.IsolationForest, IsolationForest)
    ]


def check_alike(theirs, ours, rows) -> None:
    assert ours.offset_ == theirs.offset_
    for method in ("score_samples", "decision_function", "predict"):
        expected, found = getattr(theirs, method)(rows), getattr(ours, method)(rows)
        assert found.dtype == expected.dtype
        assert np.array_equal(found, expected), method


def by_kernel(ours) -> bool:
    return ours._forest is not None


def as_for_their_own(estimator) -> dict[str, str]:
    """The checks that scikit-learn knows its own class to fail, with its reasons."""
    known: dict[str, str] = PER_ESTIMATOR_XFAIL_CHECKS[ensemble.IsolationForest]
    return known


@parametrize_with_checks(
    [IsolationForest(), IsolationForest(n_estimators=3, contamination=0.2)],
    expected_failed_checks=as_for_their_own,
)
def test_scikit_learns_own_checks_pass(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    "make", [np.asarray, np.asfortranarray, sparse.csr_matrix, sparse.csc_array]
)
@pytest.mark.parametrize("name", PARAMETERS)
def test_scores_and_verdicts_are_scikit_learns(name, make):
    theirs, ours = both(make(tied(500, 7)), **PARAMETERS[name])
    assert by_kernel(ours)
    for rows in (1, 40, 700):
        check_alike(theirs, ours, make(tied(rows, 7, seed=1)))


@pytest.mark.parametrize("kind", [list, np.float64, np.float32, np.int64, np.float16, ">f8", bool])
def test_rows_of_any_type_are_taken_as_scikit_learn_takes_them(kind):
    theirs, ours = both(tied(200, 3))
    rows = tied(50, 3, seed=1)
    check_alike(theirs, ours, rows.tolist() if kind is list else rows.astype(kind))


@given(
    hnp.arrays(
        np.float64,
        st.tuples(st.integers(2, 40), st.integers(1, 4)),
        elements=st.one_of(st.sampled_from([0.0, 1.0, np.nan]), st.floats(-2, 2)),
    ),
    st.integers(0, 10),
)
def test_a_nan_goes_where_scikit_learn_sends_it(matrix, seed):
    theirs, ours = both(matrix, n_estimators=5, random_state=seed)
    check_alike(theirs, ours, matrix)
    theirs, ours = both(np.nan_to_num(matrix), n_estimators=5, random_state=seed)
    check_alike(theirs, ours, matrix)


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix])
def test_nan_and_infinity_among_many_rows_score_as_in_scikit_learn(make, monkeypatch):
    monkeypatch.setattr(module, "_DENSE_CELLS", 300)
    theirs, ours = both(tied(300, 3))
    rows = tied(1000, 3, seed=1)
    rows[::7, 1], rows[5, 0], rows[6, 2] = np.nan, np.inf, -np.inf
    check_alike(theirs, ours, make(rows))


@pytest.mark.parametrize("values", [(np.inf,), (-np.inf,), (np.inf, -np.inf)])
def test_a_forest_fitted_on_infinite_values_scores_as_scikit_learns(values):
    train = tied(300, 3)
    for start, value in enumerate(values):
        train[start::3, 1] = value
    check_alike(*both(train), train)


def test_thresholds_that_are_no_numbers_are_left_to_scikit_learns_trees():
    train = np.random.default_rng(0).choice([0.0, 1.0, np.nan, -np.inf, np.inf], (60, 2))
    theirs, ours = both(train)
    assert any(np.isnan(tree.tree_.threshold).any() for tree in ours.estimators_)
    assert not by_kernel(ours)
    check_alike(theirs, ours, train)
    check_alike(theirs, ours, tied(50, 2))


def test_more_columns_than_the_kernel_numbers_score_as_in_scikit_learn(monkeypatch):
    monkeypatch.setattr(module, "COLUMNS_MAX", 3)
    for columns, kernel in ((3, True), (4, False)):
        theirs, ours = both(tied(300, columns))
        assert by_kernel(ours) == kernel
        check_alike(theirs, ours, tied(100, columns, seed=1))


def test_weights_of_samples_weigh_as_in_scikit_learn():
    weights = np.arange(300) % 3 + 0.5
    theirs, ours = both(tied(300, 3), sample_weight=weights, contamination=0.1)
    check_alike(theirs, ours, tied(100, 3, seed=1))


def test_a_warm_start_adds_trees_and_another_fit_replaces_them():
    forests = both(tied(300, 3), warm_start=True, contamination=0.1)
    for forest in forests:
        forest.set_params(n_estimators=35).fit(tied(300, 3))
    check_alike(*forests, tied(100, 3, seed=1))
    for forest in forests:
        forest.set_params(warm_start=False).fit(tied(400, 5, seed=2))
    check_alike(*forests, tied(100, 5, seed=1))


def test_names_of_columns_are_kept_and_their_absence_warned_of():
    frame = pd.DataFrame(tied(200, 3), columns=["a", "b", "c"])
    theirs, ours = both(frame, contamination=0.1)
    assert ours.feature_names_in_.tolist() == ["a", "b", "c"]
    check_alike(theirs, ours, frame)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        ours.score_samples(frame.to_numpy())
    with pytest.raises(ValueError, match="feature names should match"):
        ours.predict(frame.rename(columns={"a": "z"}))


BAD = {
    "another width": np.zeros((2, 4)),
    "no rows": np.empty((0, 3)),
    "one dimension": np.zeros(3),
    "texts": [["a", "b", "c"]],
}


@pytest.mark.parametrize("rows", BAD.values(), ids=BAD)
@pytest.mark.parametrize("method", ["score_samples", "decision_function", "predict"])
def test_a_refusal_is_scikit_learns(method, rows):
    messages = []
    for forest in both(tied(50, 3)):
        with pytest.raises(ValueError, match=r"\w") as refused:
            getattr(forest, method)(rows)
        messages.append(str(refused.value))
    assert messages[0] == messages[1]


@pytest.mark.parametrize("method", ["score_samples", "decision_function", "predict"])
def test_before_fit_nothing_is_scored(method):
    with pytest.raises(NotFittedError):
        getattr(IsolationForest(), method)(np.zeros((2, 3)))


def test_values_beyond_float32_warn_as_in_scikit_learn():
    for forest in both(tied(50, 3)):
        with pytest.warns(RuntimeWarning, match="overflow"):
            forest.score_samples(np.full((2, 3), 1e300))


@pytest.mark.parametrize("jobs", [None, 1, 2, -1])
def test_the_number_of_jobs_changes_no_score(jobs, monkeypatch):
    monkeypatch.setattr(module, "_THREADS_CELLS_MIN", 1)
    theirs, ours = both(tied(300, 3), n_jobs=jobs)
    check_alike(theirs, ours, tied(5_000, 3, seed=1))


def test_the_number_of_jobs_and_joblibs_context_bound_the_threads(monkeypatch):
    asked = []

    def score(self, rows, *, threads):
        asked.append(threads)
        return np.full(len(rows), 0.5)

    rows = np.zeros((200_000, 2))
    one, two = both(rows[:300])[1], both(rows[:300], n_jobs=2)[1]
    monkeypatch.setattr(module.Forest, "score", score)
    two.score_samples(rows)
    one.score_samples(rows)
    with joblib.parallel_config("threading", n_jobs=3):
        one.score_samples(rows)
    two.score_samples(rows[:10])
    assert asked == [2, 1, 3, 1]


def test_a_stored_forest_scores_the_same_and_keeps_only_scikit_learns_state(tmp_path):
    theirs, ours = both(tied(300, 3), contamination=0.1)
    joblib.dump(ours, tmp_path / "forest.joblib")
    for copy in (joblib.load(tmp_path / "forest.joblib"), pickle.loads(pickle.dumps(ours))):
        assert set(vars(copy)) == set(vars(theirs))
        check_alike(theirs, copy, tied(100, 3, seed=1))


def test_it_works_in_a_pipeline_a_search_and_a_clone():
    rows = np.random.default_rng(0).normal(size=(300, 3))
    rows[::20] += 5.0
    truth = np.where(np.arange(300) % 20 == 0, -1, 1)
    found = []
    for kind in (ensemble.IsolationForest, IsolationForest):
        pipeline = make_pipeline(StandardScaler(), kind(n_estimators=10, random_state=0))
        grid = {
            "isolationforest__max_samples": [32, 64],
            "isolationforest__max_features": [0.5, 1.0],
        }
        scoring = make_scorer(roc_auc_score, response_method="decision_function")
        search = GridSearchCV(pipeline, grid, scoring=scoring, cv=3, n_jobs=2)
        search.fit(rows, truth)
        again = clone(search.best_estimator_).fit(rows)
        found.append((search.cv_results_["mean_test_score"], again.decision_function(rows)))
    (their_scores, theirs), (our_scores, ours) = found
    assert np.array_equal(our_scores, their_scores)
    assert np.array_equal(ours, theirs)


def test_a_name_that_the_package_has_not_is_refused():
    code = "import detector.forest as f; assert not hasattr(f, 'IsolationForrest')"
    subprocess.run([sys.executable, "-c", code], check=True)
