"""Other ways to score the same isolation forest, or one like it, behind one signature.

Those that take over scikit-learn's trees score the very same forest; PyOD, coniferest and isotree
grow their own with the same number of trees and samples.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Score = Callable[[Matrix], object]


def scikit_learn(estimator: Any, rows: Matrix) -> Score:  # noqa: ANN401, ARG001
    return estimator.score_samples


def ours(estimator: Any, rows: Matrix) -> Score:  # noqa: ANN401, ARG001
    from detector.forest.isolation_forest import Forest
    from detector.warm_up import warm_up

    warm_up()
    return Forest.from_sklearn(estimator).score


def pyod(estimator: Any, rows: Matrix) -> Score:  # noqa: ANN401
    from pyod.models.iforest import IForest

    samples = estimator.max_samples_
    return (
        IForest(n_estimators=len(estimator.estimators_), max_samples=samples, random_state=0)
        .fit(rows)
        .decision_function
    )


def onnx_runtime(estimator: Any, rows: Matrix) -> Score:  # noqa: ANN401
    import onnxruntime
    from skl2onnx import to_onnx

    model = to_onnx(estimator, rows[:1], target_opset={"": 15, "ai.onnx.ml": 3})
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    name = session.get_inputs()[0].name
    return lambda X: session.run(["scores"], {name: X})


def coniferest(estimator: Any, rows: Matrix) -> Score:  # noqa: ANN401
    from coniferest.isoforest import IsolationForest

    forest = IsolationForest(
        n_trees=len(estimator.estimators_), n_subsamples=estimator.max_samples_, random_seed=0
    )
    return forest.fit(rows).score_samples


def isotree(estimator: Any, rows: Matrix) -> Score:  # noqa: ANN401
    from isotree import IsolationForest

    forest = IsolationForest(
        ntrees=len(estimator.estimators_),
        sample_size=estimator.max_samples_,
        ndim=1,
        missing_action="fail",
        random_seed=1,
    )
    return forest.fit(rows).predict


def treelite(estimator: Any, rows: Matrix) -> Score:  # noqa: ANN401, ARG001
    import treelite as library

    model = library.sklearn.import_model(estimator)
    return lambda X: library.gtil.predict(model, X)


def daal4py(estimator: Any, rows: Matrix) -> Score:  # noqa: ANN401
    """The trees as a gradient-boosted regression, whose prediction is the sum of path lengths."""
    import daal4py as library

    width = rows.shape[1]
    builder = library.gbt_reg_model_builder(
        n_features=width, n_iterations=len(estimator.estimators_)
    )
    for tree, columns in zip(estimator.estimators_, estimator.estimators_features_, strict=True):
        _add_tree(builder, tree.tree_, columns)
    model = builder.model(0.0)
    predict = library.gbt_regression_prediction
    return lambda X: predict(fptype="float").compute(X, model).prediction


def _add_tree(builder: Any, tree: Any, columns: NDArray[np.int64]) -> None:  # noqa: ANN401
    tree_id = builder.create_tree(tree.node_count)
    todo: list[tuple[int, int | None, int]] = [(0, None, 0)]
    while todo:
        node, parent, side = todo.pop()
        place: dict[str, Any] = {} if parent is None else {"parent_id": parent, "position": side}
        place["cover"] = float(tree.n_node_samples[node])
        if tree.children_left[node] < 0:
            builder.add_leaf(tree_id=tree_id, response=float(tree.n_node_samples[node]), **place)
            continue
        here = builder.add_split(
            tree_id=tree_id,
            feature_index=int(columns[tree.feature[node]]),
            feature_value=float(tree.threshold[node]),
            default_left=0,
            **place,
        )
        todo.append((int(tree.children_right[node]), here, 1))
        todo.append((int(tree.children_left[node]), here, 0))


PEERS: dict[str, Callable[[Any, Matrix], Score]] = {
    "scikit-learn": scikit_learn,
    "ours": ours,
    "PyOD": pyod,
    "ONNX Runtime": onnx_runtime,
    "coniferest": coniferest,
    "isotree": isotree,
    "treelite": treelite,
    "daal4py": daal4py,
}
