import numpy as np

from detector.forest import _left_children, fit
from detector.forest_layout import EXITS_MAX, layout_of


def laid_out(rows, max_samples):
    forest = fit(rows, trees=10, max_samples=max_samples, seed=0)
    return layout_of(
        forest.tree_start, forest.feature, forest.threshold, forest.value, _left_children(forest)
    )


def test_small_trees_are_blended_whole():
    _, blends = laid_out(np.random.default_rng(0).normal(size=(500, 6)), 256)
    assert (blends.rest == 0).all()


def test_deep_trees_are_cut_where_an_exit_still_fits_a_byte():
    _, blends = laid_out(np.random.default_rng(0).normal(size=(9000, 6)), 8192)
    assert (blends.rest > 0).all()
    assert np.diff(blends.exit_start).max() <= EXITS_MAX


def test_a_tree_has_one_exit_more_than_blended_nodes():
    for samples in (1, 2, 50, 9000):
        _, blends = laid_out(np.random.default_rng(0).normal(size=(9000, 3)), samples)
        assert np.array_equal(np.diff(blends.exit_start), np.diff(blends.start) + 1)


def test_from_every_node_the_steps_end_in_a_leaf_that_stays():
    steps, _ = laid_out(np.random.default_rng(0).normal(size=(500, 3)), 500)
    node = np.arange(len(steps.go))
    for _ in range(steps.levels):
        node = steps.go[node] >> 16
    assert np.array_equal(steps.go[node] >> 16, node)
    assert np.isinf(steps.threshold[node]).all()
