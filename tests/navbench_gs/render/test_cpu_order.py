"""Splats are sorted by every bit of their depth, equal depths by rank."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from navbench_gs.render.cpu_order import choose_splats, exclusive_sum, fill_tiles, sort_by_depth, unpacked
from navbench_gs.render.cpu_project import room_for_splats


def sorted_numbers(depths: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Sorted order of every splat but the last, which is not asked for."""
    count = len(depths)
    order, scratch = np.arange(count, dtype=np.int32), np.empty((3, count), np.int32)
    sort_by_depth(depths.astype(np.float32).view(np.int32), ranks.astype(np.int32), order, max(count - 1, 0), scratch)
    return order[: count - 1]


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
    np.testing.assert_array_equal(sorted_numbers(depths, ranks), np.lexsort((ranks[:-1], depths[:-1])))


def dealt(spans, depths, end: float, across: int, open_tiles) -> list[list[int]]:
    """The list of each tile, in the order of the splats."""
    splats = room_for_splats(len(spans))
    splats.spans[:], splats.depths[:] = spans, depths
    tiles = len(open_tiles)
    order, counts = np.empty(len(spans), np.int32), np.empty(tiles + 1, np.int32)
    chosen = choose_splats(splats, len(spans), np.float32(end), across, np.array(open_tiles), order, counts)
    lists = np.empty(exclusive_sum(counts), np.int32)
    ends = counts[:tiles].copy()
    fill_tiles(splats.spans, order, chosen, across, ends, lists)
    assert ends.tolist() == counts[1:].tolist()
    return [lists[start:stop].tolist() for start, stop in pairwise(counts)]


def span(left: int, right: int, top: int, bottom: int) -> int:
    return int(np.array(left | right << 8 | top << 16 | bottom << 24, dtype=np.uint32).view(np.int32))


def test_tiles_list_what_touches_them_near_to_far():
    # three tiles across and two down; splat 3 lies beyond the slice
    spans = [span(0, 2, 1, 1), span(1, 1, 0, 1), span(0, 1, 0, 0), span(0, 2, 0, 1), span(1, 2, 0, 1)]
    tiles = dealt(spans, [1.0, 2.0, 3.0, 9.0, 4.0], 9.0, 3, [True] * 6)
    assert tiles == [[2], [1, 2, 4], [4], [0], [0, 1, 4], [0, 4]]


def test_splats_that_touch_finished_tiles_only_are_left_out():
    spans = [span(0, 0, 0, 0), span(0, 1, 0, 0), span(0, 1, 0, 1)]
    assert dealt(spans, [1.0, 1.0, 1.0], 2.0, 2, [False, True, False, False]) == [[1, 2], [1, 2], [2], [2]]
    assert dealt(spans, [1.0, 1.0, 1.0], 2.0, 2, [False] * 4) == [[], [], [], []]


@given(st.lists(st.tuples(*[st.integers(0, 254)] * 4), min_size=1, max_size=20))
def test_spans_are_packed_without_loss(numbers):
    for left, right, top, bottom in numbers:
        left, right, top, bottom = min(left, right), max(left, right), min(top, bottom), max(top, bottom)
        assert unpacked(np.int32(span(left, right, top, bottom))) == (left, right - left, top, bottom - top)
