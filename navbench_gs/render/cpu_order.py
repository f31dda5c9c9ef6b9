"""Second step of a frame: splats sorted by depth and dealt, in that order, to the tiles they touch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from navbench_gs.render.cpu_compile import kernel

Float32s = NDArray[np.float32]
Int32s = NDArray[np.int32]

TILE = 8
"""Width and height of a tile, pixels: one row is one AVX register."""
TILE_SHIFT = 3
PASSES = 3
MAX_DIGITS = 1 << 11
"""Three passes of at most eleven bits cover a whole 32-bit key."""


@kernel
def sort_by_depth(depth_bits: Int32s, rank: Int32s, keys: Int32s, order: Int32s, spare: Int32s) -> None:
    """Numbers of the splats from near to far, ties by ``rank``: a radix sort over every bit in which the depths differ.

    Args:
        depth_bits: (n,) the bits of the float32 depths; depths are positive, so their bits grow with them.
        rank: (n,) order among equal depths.
        keys: (n,) scratch.
        order: (n,) written.
        spare: (2, n) scratch.
    """
    count = len(depth_bits)
    if count == 0:
        return
    low = depth_bits.min()
    digit_bits = _digit_bits(depth_bits.max() - low)
    mask = (1 << digit_bits) - 1
    starts = np.zeros((PASSES, MAX_DIGITS), dtype=np.int32)
    for i in range(count):
        key = depth_bits[i] - low
        keys[i] = key
        order[i] = i
        for step in range(PASSES):
            starts[step, key >> (step * digit_bits) & mask] += 1
    for step in range(PASSES):
        _exclusive_sum(starts[step])
    _scatter(keys, order, spare[0], spare[1], starts[0], 0, mask)
    _scatter(spare[0], spare[1], keys, order, starts[1], digit_bits, mask)
    _scatter(keys, order, spare[0], spare[1], starts[2], 2 * digit_bits, mask)
    order[:] = spare[1]
    _order_ties(spare[0], rank, order)


@kernel
def _digit_bits(spread: int) -> int:
    """Bits per pass so that three passes hold ``spread``."""
    bits = 1
    while spread >> (PASSES * bits) > 0:
        bits += 1
    return bits


@kernel
def _exclusive_sum(counts: Int32s) -> None:
    total = 0
    for i in range(len(counts)):
        count = counts[i]
        counts[i] = total
        total += count


@kernel
def _scatter(
    keys: Int32s, values: Int32s, keys_out: Int32s, values_out: Int32s, starts: Int32s, shift: int, mask: int
) -> None:
    """One stable counting pass; ``starts`` holds where each digit's run begins and is used up."""
    for i in range(len(keys)):
        digit = keys[i] >> shift & mask
        at = starts[digit]
        starts[digit] = at + 1
        keys_out[at] = keys[i]
        values_out[at] = values[i]


@kernel
def _order_ties(keys: Int32s, rank: Int32s, order: Int32s) -> None:
    """Sort each run of equal keys by rank."""
    count = len(order)
    start = 0
    while start < count:
        stop = start + 1
        while stop < count and keys[stop] == keys[start]:
            stop += 1
        if stop - start > 1:
            _shell_sort(rank, order[start:stop])
        start = stop


@kernel
def _shell_sort(rank: Int32s, order: Int32s) -> None:
    """Sort ``order`` in place by ``rank[order]``; gaps of Knuth 1973. A wall seen head-on makes runs of thousands."""
    gap = 1
    while gap < len(order) // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, len(order)):
            held = order[i]
            j = i
            while j >= gap and rank[order[j - gap]] > rank[held]:
                order[j] = order[j - gap]
                j -= gap
            order[j] = held
        gap //= 3


@kernel
def count_per_tile(columns: Int32s, rows: Int32s, tiles_across: int, starts: Int32s) -> int:
    """Write into ``starts`` (tiles + 1,) where each tile's list begins; return the length of all lists together.

    ``columns`` and ``rows`` (n,) are the pixel bounds of ``Splats``.
    """
    starts[:] = 0
    for number in range(len(rows)):
        left, right = _tile_span(columns[number])
        top, bottom = _tile_span(rows[number])
        for row in range(top, bottom + 1):
            for tile in range(row * tiles_across + left, row * tiles_across + right + 1):
                starts[tile] += 1
    _exclusive_sum(starts)
    return int(starts[-1])


@kernel
def fill_tiles(columns: Int32s, rows: Int32s, order: Int32s, tiles_across: int, ends: Int32s, lists: Int32s) -> None:
    """Write the numbers of the splats of each tile, near to far, into ``lists``.

    ``ends`` (tiles,) holds where each list begins, and afterwards where it ends.
    """
    for number in order:
        left, right = _tile_span(columns[number])
        top, bottom = _tile_span(rows[number])
        for row in range(top, bottom + 1):
            for tile in range(row * tiles_across + left, row * tiles_across + right + 1):
                lists[ends[tile]] = number
                ends[tile] += 1


@kernel
def _tile_span(pixels: int) -> tuple[int, int]:
    """First and last tile of packed first and last pixels."""
    return (pixels & 0xFFFF) >> TILE_SHIFT, pixels >> (16 + TILE_SHIFT)
