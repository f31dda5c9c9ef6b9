"""Splats are sorted by every bit of their depth, equal depths by rank."""

from __future__ import annotations

import numpy as np
import pytest

from navbench_gs.render.cpu_order import count_per_tile, fill_tiles, sort_by_depth


def sorted_numbers(depths: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    count = len(depths)
    keys, order, spare = np.empty(count, np.int32), np.empty(count, np.int32), np.empty((2, count), np.int32)
    sort_by_depth(depths.astype(np.float32).view(np.int32), ranks.astype(np.int32), keys, order, spare)
    return order


@pytest.mark.parametrize("case", ["spread", "all equal", "many ties", "neighbouring floats", "one", "none"])
def test_order_is_by_depth_then_rank(case):
    rng = np.random.default_rng(0)
    depths = {
        "spread": 10.0 ** rng.uniform(-1, 9, 5000),
        "all equal": np.full(4000, 3.0),
        "many ties": rng.integers(1, 50, 5000),
        "neighbouring floats": np.nextafter(np.float32(7), np.float32(8)) + rng.integers(0, 9, 3000) * np.spacing(7.0),
        "one": np.array([2.0]),
        "none": np.array([]),
    }[case].astype(np.float32)
    ranks = rng.permutation(len(depths))
    np.testing.assert_array_equal(sorted_numbers(depths, ranks), np.lexsort((ranks, depths)))


def test_tiles_list_what_touches_them_near_to_far():
    # three tiles across and two down; pixel bounds as first | last << 16
    columns = np.array([0 | 23 << 16, 9 | 9 << 16, 7 | 8 << 16], dtype=np.int32)
    rows = np.array([8 | 8 << 16, 0 | 15 << 16, 0 | 7 << 16], dtype=np.int32)
    starts, lists = np.empty(7, dtype=np.int32), np.empty(7, dtype=np.int32)
    assert count_per_tile(columns, rows, 3, starts) == 7
    fill_tiles(columns, rows, np.array([2, 0, 1], dtype=np.int32), 3, starts[:-1], lists)
    ends = starts[:-1].tolist()
    tiles = [lists[start:end].tolist() for start, end in zip([0, *ends], ends, strict=False)]
    assert tiles == [[2], [2, 1], [], [0], [0, 1], [0]]
