"""The tree of boxes against looking at every point."""

import numpy as np
import pytest

from impasto.kernels.trees import build, nearest


def asked(tree, query, limit=np.inf, slack=1.0, most=10_000):
    room = len(tree.begins)
    return nearest(
        tree.points, tree.order, tree.boxes, tree.begins, query, np.float32(limit), np.float32(slack), most,
        np.empty(room, np.float32), np.empty(room, np.int64),
    )  # fmt: skip


def some(count, seed):
    return np.random.default_rng(seed).normal(size=(count, 7)).astype(np.float32)


@pytest.mark.parametrize("count", [1, 13, 12, 1000, 1371])
def test_the_nearest_is_that_of_plain_numpy(count):
    points, tree = some(count, 1), build(some(count, 1))
    for query in some(20, 2):
        distances = np.square(points - query).sum(1)
        row, found = asked(tree, query)
        assert row == distances.argmin()
        assert found == pytest.approx(distances.min(), rel=1e-5)


def test_every_point_lies_in_its_boxes_and_in_one_leaf():
    points = some(517, 3)
    tree = build(points)
    assert sorted(tree.order) == list(range(517))
    assert np.array_equal(points[tree.order], tree.points)
    inner = len(tree.begins) - 2
    for leaf in range(len(tree.begins) - 1):
        node = inner + leaf
        held = tree.points[tree.begins[leaf] : tree.begins[leaf + 1]]
        while True:
            assert (held >= tree.boxes[node, 0]).all()
            assert (held <= tree.boxes[node, 1]).all()
            if node == 0:
                break
            node = (node - 1) // 2


def test_nothing_is_found_beyond_the_limit():
    points = some(200, 4)
    tree = build(points)
    query = some(1, 5)[0]
    least = np.square(points - query).sum(1).min()
    assert asked(tree, query, limit=least * 0.99)[0] == -1
    assert asked(tree, query, limit=least * 1.01)[0] >= 0


def test_a_hasty_search_is_no_worse_than_its_slack():
    points = some(2000, 6)
    tree = build(points)
    for query in some(50, 7):
        least = np.square(points - query).sum(1).min()
        assert asked(tree, query, slack=1.5)[1] <= 1.5 * least * 1.0001
