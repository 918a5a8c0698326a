import numpy as np

from detector.forest.isolation_forest import _left_children, fit
from detector.forest.layout import EXITS_MAX, layout_of


def laid_out(rows, max_samples, wide_steps=True):
    forest = fit(rows, trees=10, max_samples=max_samples, seed=0)
    arrays = (forest.tree_start, forest.feature, forest.threshold, forest.value)
    return layout_of(*arrays, _left_children(forest), rows.shape[1], wide_steps=wide_steps)


def test_small_trees_are_blended_whole():
    _, blends, _ = laid_out(np.random.default_rng(0).normal(size=(500, 6)), 256)
    assert (blends.rest == 0).all()


def test_deep_trees_are_cut_where_an_exit_still_fits_a_byte():
    _, blends, _ = laid_out(np.random.default_rng(0).normal(size=(9000, 6)), 8192)
    assert (blends.rest > 0).all()
    assert np.diff(blends.exit_start).max() <= EXITS_MAX


def test_a_tree_has_one_exit_more_than_blended_nodes():
    for samples in (1, 2, 50, 9000):
        _, blends, _ = laid_out(np.random.default_rng(0).normal(size=(9000, 3)), samples)
        assert np.array_equal(np.diff(blends.exit_start), np.diff(blends.start) + 1)


def test_from_every_node_the_steps_end_in_a_leaf_that_stays():
    steps, _, _ = laid_out(np.random.default_rng(0).normal(size=(500, 3)), 500)
    node = np.arange(len(steps.go))
    for _ in range(steps.levels):
        node = steps.go[node] >> 16
    assert np.array_equal(steps.go[node] >> 16, node)
    assert np.isinf(steps.threshold[node]).all()


def test_words_lead_where_steps_lead():
    rows = np.random.default_rng(0).normal(size=(9000, 3))
    steps, blends, words = laid_out(rows, 8192)
    root = np.repeat(steps.root, np.diff(np.append(steps.root, len(steps.go))))
    leaf = np.isinf(steps.threshold)
    assert np.array_equal((words.word & 0xFFFFF) + root, steps.go >> 16)
    assert np.array_equal((words.word >> 20 & 0xFFF)[~leaf], (steps.go & 0xFFFF)[~leaf])
    assert (words.word >> 20 & 0xFFF)[leaf].tolist() == [3] * leaf.sum()
    high = (words.word >> 32).astype(np.int32)
    assert np.array_equal(high[~leaf].view(np.float32), steps.threshold[~leaf])
    assert np.array_equal(words.value[high[leaf]], steps.value[leaf])
    assert np.array_equal(words.exit + root[blends.exit_step], blends.exit_step)


def test_parts_hold_all_trees_in_their_order():
    rows = np.random.default_rng(0).normal(size=(9000, 3))
    steps, _, words = laid_out(rows, 8192)
    assert words.part_start[0] == 0
    assert words.part_start[-1] == len(steps.root)
    assert (np.diff(words.part_start) > 0).all()


def test_without_words_all_trees_are_one_part():
    _, _, words = laid_out(np.random.default_rng(0).normal(size=(500, 3)), 500, wide_steps=False)
    assert len(words.word) == 0
    assert words.part_start.tolist() == [0, 10]
